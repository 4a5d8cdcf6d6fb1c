(* Finite sums: [Sum n f] is f 0 + ... + f (n-1).
   Vocabulary of every other file; no numbered statement is proved here.
   [delta] is Kronecker's symbol; [VSum] is the same sum in a module. *)
From Coq Require Import Reals Lra Lia Arith.
From Coquelicot Require Import Coquelicot.
Open Scope R_scope.

Fixpoint Sum (n : nat) (f : nat -> R) : R :=
  match n with O => 0 | S m => Sum m f + f m end.

Definition delta (i j : nat) : R := if Nat.eq_dec i j then 1 else 0.

Lemma delta_same i : delta i i = 1.
Proof. unfold delta; destruct (Nat.eq_dec i i); [reflexivity | congruence]. Qed.

Lemma delta_diff i j : i <> j -> delta i j = 0.
Proof. intro H; unfold delta; destruct (Nat.eq_dec i j); [congruence | reflexivity]. Qed.

Lemma delta_sym i j : delta i j = delta j i.
Proof. unfold delta; destruct (Nat.eq_dec i j), (Nat.eq_dec j i); congruence. Qed.

Lemma INR_ge_1 n : (0 < n)%nat -> 1 <= INR n.
Proof. intro H; apply (le_INR 1 n); lia. Qed.

Lemma INR_gt_1 n : (1 < n)%nat -> 1 < INR n.
Proof. intro H; apply (lt_INR 1 n); exact H. Qed.

Lemma Sum_ext n f g : (forall k, (k < n)%nat -> f k = g k) -> Sum n f = Sum n g.
Proof.
  induction n as [|n IH]; intro H; simpl; [reflexivity|].
  rewrite IH, (H n) by (intros; try apply H; lia); reflexivity.
Qed.

Lemma Sum_plus n f g : Sum n (fun k => f k + g k) = Sum n f + Sum n g.
Proof. induction n as [|n IH]; simpl; [ring | rewrite IH; ring]. Qed.

Lemma Sum_minus n f g : Sum n (fun k => f k - g k) = Sum n f - Sum n g.
Proof. induction n as [|n IH]; simpl; [ring | rewrite IH; ring]. Qed.

Lemma Sum_opp n f : Sum n (fun k => - f k) = - Sum n f.
Proof. induction n as [|n IH]; simpl; [ring | rewrite IH; ring]. Qed.

Lemma Sum_scal_l n c f : Sum n (fun k => c * f k) = c * Sum n f.
Proof. induction n as [|n IH]; simpl; [ring | rewrite IH; ring]. Qed.

Lemma Sum_scal_r n c f : Sum n (fun k => f k * c) = Sum n f * c.
Proof. induction n as [|n IH]; simpl; [ring | rewrite IH; ring]. Qed.

Lemma Sum_div n c f : Sum n (fun k => f k / c) = Sum n f / c.
Proof. apply Sum_scal_r. Qed.

Lemma Sum_const n c : Sum n (fun _ => c) = INR n * c.
Proof.
  induction n as [|n IH]; [simpl; ring|].
  change (Sum n (fun _ => c) + c = INR (S n) * c); rewrite IH, S_INR; ring.
Qed.

Lemma Sum_zero n f : (forall k, (k < n)%nat -> f k = 0) -> Sum n f = 0.
Proof. intro H; rewrite (Sum_ext n f (fun _ => 0)) by exact H; rewrite Sum_const; ring. Qed.

Lemma Sum_le n f g : (forall k, (k < n)%nat -> f k <= g k) -> Sum n f <= Sum n g.
Proof.
  induction n as [|n IH]; intro H; simpl; [lra|].
  apply Rplus_le_compat; [apply IH; intros; apply H | apply H]; lia.
Qed.

Lemma Sum_nonneg n f : (forall k, (k < n)%nat -> 0 <= f k) -> 0 <= Sum n f.
Proof. intro H; rewrite <- (Sum_zero n (fun _ => 0)) by reflexivity; apply Sum_le; exact H. Qed.

Lemma Sum_pos n f : (0 < n)%nat -> (forall k, (k < n)%nat -> 0 < f k) -> 0 < Sum n f.
Proof.
  intros Hn H; destruct n as [|n]; [lia|]; simpl.
  apply Rplus_le_lt_0_compat; [apply Sum_nonneg; intros; apply Rlt_le, H | apply H]; lia.
Qed.

Lemma Sum_swap n m (f : nat -> nat -> R) :
  Sum n (fun i => Sum m (fun j => f i j)) = Sum m (fun j => Sum n (fun i => f i j)).
Proof.
  induction n as [|n IH]; simpl.
  - symmetry; apply Sum_zero; reflexivity.
  - rewrite IH, <- Sum_plus; reflexivity.
Qed.

Lemma Sum_mult n m f g :
  Sum n f * Sum m g = Sum n (fun i => Sum m (fun j => f i * g j)).
Proof. rewrite <- Sum_scal_r; apply Sum_ext; intros; rewrite <- Sum_scal_l; reflexivity. Qed.

Lemma Sum_delta n k f : (k < n)%nat -> Sum n (fun m => delta m k * f m) = f k.
Proof.
  induction n as [|n IH]; intro H; [lia|]; simpl.
  destruct (Nat.eq_dec n k) as [->|D].
  - rewrite delta_same, Sum_zero; [ring|]. intros; rewrite delta_diff by lia; ring.
  - rewrite IH, delta_diff by lia; ring.
Qed.

(* The sum without its k-th term. *)
Lemma Sum_split n k f : (k < n)%nat -> Sum n f = f k + Sum n (fun m => (1 - delta m k) * f m).
Proof.
  intro H.
  rewrite (Sum_ext n (fun m => (1 - delta m k) * f m) (fun m => f m - delta m k * f m)) by (intros; ring).
  rewrite Sum_minus, Sum_delta by exact H; ring.
Qed.

Lemma Sum_term_le n k f : (k < n)%nat -> (forall m, (m < n)%nat -> 0 <= f m) -> f k <= Sum n f.
Proof.
  intros Hk H; rewrite (Sum_split n k f Hk).
  enough (0 <= Sum n (fun m => (1 - delta m k) * f m)) by lra.
  apply Sum_nonneg; intros m Hm; apply Rmult_le_pos; [|apply H; exact Hm].
  unfold delta; destruct (Nat.eq_dec m k); lra.
Qed.

Lemma Sum_S_first n f : Sum (S n) f = f O + Sum n (fun k => f (S k)).
Proof. induction n as [|n IH]; [simpl; ring|]. simpl in *; rewrite IH; ring. Qed.

(* Triangular double sums: edges (i,j), i < j, grouped by target or by source. *)
Lemma Sum_triangle n (f : nat -> nat -> R) :
  Sum n (fun j => Sum j (fun i => f i j)) =
  Sum n (fun i => Sum n (fun j => if lt_dec i j then f i j else 0)).
Proof.
  rewrite Sum_swap; apply Sum_ext; intros j Hj.
  revert Hj; generalize n; clear n; intro n; revert j.
  intros j Hj; induction n as [|n IH]; [lia|]; simpl.
  destruct (Nat.eq_dec j n) as [->|D].
  - destruct (lt_dec n n); [lia|]; rewrite Rplus_0_r.
    apply Sum_ext; intros k Hk; destruct (lt_dec k n); [reflexivity | lia].
  - rewrite IH by lia; destruct (lt_dec n j); [lia | ring].
Qed.

Lemma is_derive_Sum n (f df : nat -> R -> R) x :
  (forall k, (k < n)%nat -> is_derive (f k) x (df k x)) ->
  is_derive (fun t => Sum n (fun k => f k t)) x (Sum n (fun k => df k x)).
Proof.
  induction n as [|n IH]; intro H; simpl.
  - apply (is_derive_const 0 x).
  - apply (is_derive_plus (fun t => Sum n (fun k => f k t)) (f n));
      [apply IH; intros; apply H | apply H]; lia.
Qed.

Lemma is_derive_affine (f : R -> R) x d c b :
  is_derive f x d -> is_derive (fun t => (f t + c) / b) x (d / b).
Proof.
  intro H; auto_derive; [exists d; exact H|].
  change (Derive (fun x0 : R => f x0)) with (Derive f).
  rewrite (is_derive_unique f x d H); unfold Rdiv; ring.
Qed.

Lemma is_derive_shift_scale (f : R -> R) x d c b :
  is_derive f x d -> is_derive (fun t => (f t - c) * b) x (d * b).
Proof.
  intro H; auto_derive; [exists d; exact H|].
  change (Derive (fun x0 : R => f x0)) with (Derive f).
  rewrite (is_derive_unique f x d H); ring.
Qed.

(* Sums of vectors. *)
Fixpoint VSum {V : NormedModule R_AbsRing} (n : nat) (f : nat -> V) : V :=
  match n with O => zero | S m => plus (VSum m f) (f m) end.

Lemma linear_VSum {V : NormedModule R_AbsRing} (l : V -> R) n (f : nat -> V) :
  is_linear l -> l (VSum n f) = Sum n (fun k => l (f k)).
Proof.
  intro L; induction n as [|n IH]; simpl; [exact (linear_zero l L)|].
  rewrite (linear_plus l L), IH; reflexivity.
Qed.

Lemma linear_VSum_scal {V : NormedModule R_AbsRing} (l : V -> R) n (a : nat -> R) (f : nat -> V) :
  is_linear l -> l (VSum n (fun k => scal (a k) (f k))) = Sum n (fun k => a k * l (f k)).
Proof.
  intro L; rewrite (linear_VSum l) by exact L; apply Sum_ext; intros k _.
  exact (linear_scal l L (a k) (f k)).
Qed.

Lemma is_derive_VSum {V : NormedModule R_AbsRing} n (z : nat -> R -> R) (dz : nat -> R) (f : nat -> V) (t : R) :
  (forall k, (k < n)%nat -> is_derive (z k) t (dz k)) ->
  is_derive (fun s => VSum n (fun k => scal (z k s) (f k))) t (VSum n (fun k => scal (dz k) (f k))).
Proof.
  induction n as [|n IH]; intro H; simpl.
  - apply (is_derive_const (zero : V) t).
  - apply (is_derive_plus (V := V) (fun s => VSum n (fun k => scal (z k s) (f k)))
             (fun s => scal (z n s) (f n))).
    + apply IH; intros; apply H; lia.
    + apply (filterdiff_ext_lin (fun s => scal (z n s) (f n)) (fun y => scal (scal y (dz n)) (f n))).
      * apply (filterdiff_comp' (z n) (fun y => scal y (f n)) t (fun y => scal y (dz n)) (fun y => scal y (f n))).
        -- apply (H n); lia.
        -- apply (@filterdiff_linear R_AbsRing (AbsRing_NormedModule R_AbsRing) V),
             (@is_linear_scal_l R_AbsRing V (f n)).
      * intro y; symmetry; apply (@scal_assoc R_AbsRing V y (dz n) (f n)).
Qed.

Lemma VSum_ext {V : NormedModule R_AbsRing} n (f g : nat -> V) :
  (forall k, (k < n)%nat -> f k = g k) -> VSum n f = VSum n g.
Proof.
  induction n as [|n IH]; intro H; simpl; [reflexivity|].
  rewrite IH, (H n) by (intros; try apply H; lia); reflexivity.
Qed.

(* A differentiable function of a differentiable curve in a module. *)
Lemma is_derive_along {V : NormedModule R_AbsRing} (L : V -> R) (c : R -> V) (t : R) (v : V) (l : V -> R) :
  is_derive c t v -> filterdiff L (locally (c t)) l -> is_derive (fun s => L (c s)) t (l v).
Proof.
  intros Hc HL; unfold is_derive.
  apply (filterdiff_ext_lin (fun s => L (c s)) (fun s => l (scal s v))).
  - exact (@filterdiff_comp' R_AbsRing (AbsRing_NormedModule R_AbsRing) V (AbsRing_NormedModule R_AbsRing)
             c L t (fun s => scal s v) l Hc HL).
  - intro s; destruct HL as [Lin _]; exact (linear_scal l Lin s v).
Qed.
