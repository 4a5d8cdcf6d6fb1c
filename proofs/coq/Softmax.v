(* P1.1, P1.2, P1.6: the gradient of the architecture parameters.
   P1.1  dp_m/da_k = p_m (delta_mk - p_k);  dL/da_k = Z_k (C_k - sum_m Z_m C_m)
         with the local cost C_m = <dL/dx_j, O_m(x_i)>;  sum_k dL/da_k = 0 (gauge).
   P1.2  at temperature lambda the same times 1/lambda, at any fixed Gumbel noise.
   P1.6  a sigmoid gate has dL/da = Z (1-Z) C: no competition between ops.
   L is Frechet differentiable at x_j with derivative l, that is l v = <dL/dx_j, v>. *)
From Coq Require Import Reals Lra Lia Arith.
From Coquelicot Require Import Coquelicot.
From Edgewise Require Import Sums.
Open Scope R_scope.

Definition partition (n : nat) (a : nat -> R) : R := Sum n (fun k => exp (a k)).
Definition softmax (n : nat) (a : nat -> R) (k : nat) : R := exp (a k) / partition n a.

(* a with t in place of its k-th entry. *)
Definition upd (a : nat -> R) (k : nat) (t : R) (m : nat) : R :=
  if Nat.eq_dec m k then t else a m.

Lemma upd_id a k m : upd a k (a k) m = a m.
Proof. unfold upd; destruct (Nat.eq_dec m k); congruence. Qed.

Lemma is_derive_upd a k m t : is_derive (fun s => upd a k s m) t (delta m k).
Proof.
  unfold upd, delta; destruct (Nat.eq_dec m k).
  - apply (is_derive_id t).
  - apply (is_derive_const (a m) t).
Qed.

Lemma partition_pos n a : (0 < n)%nat -> 0 < partition n a.
Proof. intro H; apply Sum_pos; [exact H | intros; apply exp_pos]. Qed.

Lemma softmax_pos n a k : (0 < n)%nat -> 0 < softmax n a k.
Proof. intro H; apply Rdiv_lt_0_compat; [apply exp_pos | apply partition_pos, H]. Qed.

Lemma softmax_sum n a : (0 < n)%nat -> Sum n (softmax n a) = 1.
Proof.
  intro H; unfold softmax; rewrite Sum_div; unfold partition at 1.
  apply Rinv_r, Rgt_not_eq, partition_pos, H.
Qed.

Lemma softmax_lt_1 n a k : (1 < n)%nat -> (k < n)%nat -> softmax n a k < 1.
Proof.
  intros Hn Hk; rewrite <- (softmax_sum n a) by lia.
  rewrite (Sum_split n k) by exact Hk.
  enough (0 < Sum n (fun m => (1 - delta m k) * softmax n a m)) by lra.
  set (j := if Nat.eq_dec k 0 then 1%nat else 0%nat).
  assert (Hj : (j < n)%nat /\ j <> k) by (unfold j; destruct (Nat.eq_dec k 0); lia).
  apply Rlt_le_trans with ((1 - delta j k) * softmax n a j).
  - rewrite delta_diff by apply Hj; rewrite Rminus_0_r, Rmult_1_l; apply softmax_pos; lia.
  - apply (Sum_term_le n j (fun m => (1 - delta m k) * softmax n a m)); [apply Hj|].
    intros m _; apply Rmult_le_pos; [unfold delta; destruct (Nat.eq_dec m k); lra|].
    apply Rlt_le, softmax_pos; lia.
Qed.

(* The softmax of a differentiable curve of logits, of which the gradient is one case. *)
Lemma softmax_curve n (a da : nat -> R -> R) t m : (0 < n)%nat -> (m < n)%nat ->
  (forall k, (k < n)%nat -> is_derive (a k) t (da k t)) ->
  is_derive (fun s => softmax n (fun k => a k s) m) t
    (softmax n (fun k => a k t) m * (da m t - Sum n (fun k => softmax n (fun k => a k t) k * da k t))).
Proof.
  intros Hn Hm Ha.
  assert (Hexp : forall k, (k < n)%nat -> is_derive (fun s => exp (a k s)) t (da k t * exp (a k t))).
  { intros k Hk; apply (is_derive_comp exp (a k) t (exp (a k t)) (da k t)); [apply is_derive_exp | apply Ha, Hk]. }
  pose proof (partition_pos n (fun k => a k t) Hn) as HZ.
  pose proof (is_derive_div _ _ t _ _ (Hexp m Hm)
    (is_derive_Sum n (fun k s => exp (a k s)) (fun k s => da k s * exp (a k s)) t Hexp)
    (Rgt_not_eq _ _ HZ)) as D.
  evar_last; [exact D|]; cbv beta; unfold softmax; fold (partition n (fun k => a k t)).
  rewrite (Sum_ext n (fun k => exp (a k t) / partition n (fun k => a k t) * da k t)
             (fun k => da k t * exp (a k t) * / partition n (fun k => a k t))) by (intros; unfold Rdiv; ring).
  rewrite Sum_scal_r; field; apply Rgt_not_eq, HZ.
Qed.

(* P1.1: dp_m/da_k = p_m (delta_mk - p_k). *)
Theorem softmax_gradient n a k m : (k < n)%nat -> (m < n)%nat ->
  is_derive (fun t => softmax n (upd a k t) m) (a k) (softmax n a m * (delta m k - softmax n a k)).
Proof.
  intros Hk Hm.
  assert (E : forall j, softmax n (fun i => upd a k (a k) i) j = softmax n a j).
  { intro j; unfold softmax, partition; rewrite upd_id; f_equal.
    apply Sum_ext; intros; rewrite upd_id; reflexivity. }
  pose proof (softmax_curve n (fun i t => upd a k t i) (fun i _ => delta i k) (a k) m
    ltac:(lia) Hm (fun i _ => is_derive_upd a k i (a k))) as D.
  evar_last; [exact D|]; cbv beta; rewrite E; f_equal; f_equal.
  rewrite (Sum_ext n _ (fun i => delta i k * softmax n a i)) by (intros; rewrite E; ring).
  apply Sum_delta, Hk.
Qed.

(* The form that every mixing gate takes: dL/da_k from the costs of the gates. *)
Definition arch_grad (n : nat) (Z C : nat -> R) (k : nat) : R := Z k * (C k - Sum n (fun m => Z m * C m)).

(* P1.1, gauge: adding a constant to all logits of an edge changes nothing. *)
Theorem gauge_identity n Z C : Sum n Z = 1 -> Sum n (arch_grad n Z C) = 0.
Proof.
  intro H; unfold arch_grad.
  rewrite (Sum_ext n _ (fun k => Z k * C k - Z k * Sum n (fun m => Z m * C m))) by (intros; ring).
  rewrite Sum_minus, Sum_scal_r, H; ring.
Qed.

Theorem gauge_identity_softmax n a C : (0 < n)%nat -> Sum n (arch_grad n (softmax n a) C) = 0.
Proof. intro H; apply gauge_identity, softmax_sum, H. Qed.

Section Edge.
Context {V : NormedModule R_AbsRing}.
Variables (n : nat) (O : nat -> V) (rest : V) (L : V -> R) (l : V -> R).

(* x_j = rest + sum_m Z_m O_m(x_i): one mixed edge and all other contributions to the node. *)
Definition mixed (Z : nat -> R) : V := plus (VSum n (fun m => scal (Z m) (O m))) rest.

Lemma mixed_ext Z Y : (forall m, Z m = Y m) -> mixed Z = mixed Y.
Proof. intro H; unfold mixed; f_equal; apply VSum_ext; intros; rewrite H; reflexivity. Qed.

Lemma is_derive_mixed (z : nat -> R -> R) dz t :
  (forall m, (m < n)%nat -> is_derive (z m) t (dz m)) ->
  is_derive (fun s => mixed (fun m => z m s)) t (VSum n (fun m => scal (dz m) (O m))).
Proof.
  intro H; pose proof (is_derive_plus (V := V) _ (fun _ => rest) t _ _
    (is_derive_VSum n z dz O t H) (is_derive_const rest t)) as D.
  evar_last; [exact D | apply plus_zero_r].
Qed.

(* The local cost of an op is dL/dZ_k. *)
Theorem local_cost_is_gate_gradient Z k : (k < n)%nat ->
  filterdiff L (locally (mixed Z)) l ->
  is_derive (fun t => L (mixed (upd Z k t))) (Z k) (l (O k)).
Proof.
  intros Hk HL.
  assert (E : mixed (upd Z k (Z k)) = mixed Z) by (apply mixed_ext, upd_id).
  rewrite <- E in HL.
  pose proof (is_derive_along L _ _ _ l
    (is_derive_mixed (fun m t => upd Z k t m) (fun m => delta m k) (Z k)
       (fun m _ => is_derive_upd Z k m (Z k))) HL) as D.
  evar_last; [exact D|]; rewrite linear_VSum_scal by (destruct HL as [Lin _]; exact Lin).
  apply (Sum_delta n k (fun m => l (O m)) Hk).
Qed.

(* P1.2 with noise G and temperature lam; P1.1 is lam = 1, G = 0. *)
Theorem gumbel_gradient a G lam k : (k < n)%nat -> 0 < lam ->
  let Z := softmax n (fun m => (a m + G m) / lam) in
  filterdiff L (locally (mixed Z)) l ->
  is_derive (fun t => L (mixed (softmax n (fun m => (upd a k t m + G m) / lam)))) (a k)
    (/ lam * arch_grad n Z (fun m => l (O m)) k).
Proof.
  intros Hk Hlam Z HL.
  assert (P : forall j, softmax n (fun m => (upd a k (a k) m + G m) / lam) j = Z j).
  { intro j; unfold Z, softmax, partition; rewrite upd_id; f_equal.
    apply Sum_ext; intros; rewrite upd_id; reflexivity. }
  assert (E : mixed (softmax n (fun m => (upd a k (a k) m + G m) / lam)) = mixed Z).
  { apply mixed_ext, P. }
  rewrite <- E in HL.
  assert (A : forall m, (m < n)%nat -> is_derive (fun t => (upd a k t m + G m) / lam) (a k) (delta m k / lam)).
  { intros m _; apply is_derive_affine, is_derive_upd. }
  pose proof (is_derive_along L _ _ _ l
    (is_derive_mixed _ _ (a k) (fun m Hm => softmax_curve n _ (fun i _ => delta i k / lam) (a k) m
       ltac:(lia) Hm A)) HL) as D.
  evar_last; [exact D|]; rewrite linear_VSum_scal by (destruct HL as [Lin _]; exact Lin).
  cbv beta; set (ZZ := softmax n (fun k0 => (upd a k (a k) k0 + G k0) / lam)).
  assert (ZE : forall j, ZZ j = Z j) by exact P.
  rewrite (Sum_ext n _ (fun m => / lam * (delta m k * (Z m * l (O m)) - Z k * (Z m * l (O m))))).
  - rewrite Sum_scal_l, Sum_minus, Sum_delta, Sum_scal_l by exact Hk; unfold arch_grad; ring.
  - intros m _; rewrite ZE.
    rewrite (Sum_ext n _ (fun i => delta i k * (Z i / lam))) by (intros; rewrite ZE; unfold Rdiv; ring).
    rewrite Sum_delta by exact Hk; unfold Rdiv; ring.
Qed.

Theorem darts_gradient a k : (k < n)%nat ->
  filterdiff L (locally (mixed (softmax n a))) l ->
  is_derive (fun t => L (mixed (softmax n (upd a k t)))) (a k)
    (arch_grad n (softmax n a) (fun m => l (O m)) k).
Proof.
  intros Hk HL.
  assert (S : forall b j, softmax n (fun m => (b m + 0) / 1) j = softmax n b j).
  { intros b j; unfold softmax, partition; f_equal; [f_equal; field|].
    apply Sum_ext; intros; f_equal; field. }
  assert (ME : forall b, mixed (softmax n (fun m => (b m + 0) / 1)) = mixed (softmax n b)).
  { intro b; apply mixed_ext, S. }
  rewrite <- ME in HL.
  pose proof (gumbel_gradient a (fun _ => 0) 1 k Hk Rlt_0_1 HL) as D.
  apply (is_derive_ext (fun t => L (mixed (softmax n (fun m => (upd a k t m + 0) / 1))))).
  { intro t; rewrite ME; reflexivity. }
  evar_last; [exact D|]; unfold arch_grad; rewrite S, Rinv_1, Rmult_1_l; f_equal; f_equal.
  apply Sum_ext; intros; rewrite S; reflexivity.
Qed.

(* P1.6: sigmoid gates, one per op. *)
Definition sigmoid (t : R) : R := / (1 + exp (- t)).

Lemma sigmoid_derive t : is_derive sigmoid t (sigmoid t * (1 - sigmoid t)).
Proof.
  unfold sigmoid; assert (H : 0 < exp (- t)) by apply exp_pos.
  auto_derive; [lra | field; lra].
Qed.

Theorem fairdarts_gradient a k : (k < n)%nat ->
  filterdiff L (locally (mixed (fun m => sigmoid (a m)))) l ->
  is_derive (fun t => L (mixed (fun m => sigmoid (upd a k t m)))) (a k)
    (sigmoid (a k) * (1 - sigmoid (a k)) * l (O k)).
Proof.
  intros Hk HL.
  assert (E : mixed (fun m => sigmoid (upd a k (a k) m)) = mixed (fun m => sigmoid (a m))).
  { apply mixed_ext; intro i; rewrite upd_id; reflexivity. }
  rewrite <- E in HL.
  assert (A : forall m, (m < n)%nat -> is_derive (fun t => sigmoid (upd a k t m)) (a k)
    (delta m k * (sigmoid (a m) * (1 - sigmoid (a m))))).
  { intros m _; pose proof (is_derive_comp sigmoid (fun t => upd a k t m) (a k) _ _
      (sigmoid_derive (upd a k (a k) m)) (is_derive_upd a k m (a k))) as D.
    rewrite upd_id in D; exact D. }
  pose proof (is_derive_along L _ _ _ l (is_derive_mixed _ _ (a k) A) HL) as D.
  evar_last; [exact D|]; rewrite linear_VSum_scal by (destruct HL as [Lin _]; exact Lin).
  rewrite (Sum_ext n _ (fun m => delta m k * (sigmoid (a m) * (1 - sigmoid (a m)) * l (O m)))) by (intros; ring).
  apply Sum_delta, Hk.
Qed.
End Edge.
