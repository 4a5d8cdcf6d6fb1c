(* P3.1, P3.2, P3.5: what an op passes back to its input.
   Euler: if O (t x) = O x for all t > 0 (degree 0) and J is the derivative of O at x, then J x = 0;
          if O (t x) = t O x (degree 1), then J x = O x.
   P3.1  path law: <J'g, x> = <g, J x> = 0 for degree 0, summed over the batch, which is one
         point x of the space of batches; = <g, O x>, the cost of the op itself, for degree 1.
         Batch norm at eps = 0 has degree 0; degrees multiply under composition, so an
         op that ends in batch norm after homogeneous layers has degree 0.
   P3.2  batch norm with eps: d/dt BN(t x) at t = 1 is eps/(var + eps) BN(x), so
         <J'g, x> = sum over channels of eps/(var_c + eps) <g_c, O_c>.
   P3.5  the normalised zero batch is zero. *)
From Coq Require Import Reals Lra Lia Arith.
From Coquelicot Require Import Coquelicot.
From Edgewise Require Import Sums.
Open Scope R_scope.

Section Euler.
Context {V U : NormedModule R_AbsRing}.

(* Homogeneity of degree d on the positive ray of x. *)
Definition homogeneous (d : nat) (O : V -> U) (x : V) : Prop :=
  forall t : R, 0 < t -> O (scal t x) = scal (t ^ d) (O x).

(* Derivatives of vector-valued functions of a real variable are unique. *)
Lemma derivative_of_zero (t : R) (v : U) : is_derive (fun _ : R => zero : U) t v -> v = zero.
Proof.
  intros [_ D]; specialize (D t (fun P H => H)).
  apply norm_eq_zero, Rle_antisym; [|apply norm_ge_0].
  apply le_epsilon; intros e He; rewrite Rplus_0_l.
  destruct (D (mkposreal e He)) as [d Hd].
  assert (Hp : 0 < d / 2) by (pose proof (cond_pos d); lra).
  specialize (Hd (t + d / 2)).
  assert (B : ball t d (t + d / 2)).
  { change (Rabs (t + d / 2 - t) < d); replace (t + d / 2 - t) with (d / 2) by ring.
    rewrite Rabs_pos_eq by lra; pose proof (cond_pos d); lra. }
  specialize (Hd B); cbv beta in Hd; simpl in Hd.
  rewrite minus_eq_zero in Hd; unfold minus at 1 in Hd.
  rewrite plus_zero_l, norm_opp in Hd.
  change (norm (scal (t + d / 2 - t) v) <= e * Rabs (t + d / 2 - t)) in Hd.
  replace (t + d / 2 - t) with (d / 2) in Hd by ring.
  rewrite (Rabs_pos_eq (d / 2)) in Hd by lra.
  pose proof (@norm_scal R_AbsRing U (/ (d / 2)) (scal (d / 2) v)) as N.
  rewrite scal_assoc in N; change (mult (/ (d / 2)) (d / 2)) with (/ (d / 2) * (d / 2)) in N.
  rewrite Rinv_l in N by lra; change 1 with (@one R_AbsRing) in N; rewrite scal_one in N.
  change (abs (/ (d / 2))) with (Rabs (/ (d / 2))) in N.
  assert (Hi : 0 < / (d / 2)) by (apply Rinv_0_lt_compat, Hp).
  rewrite Rabs_pos_eq in N by lra.
  apply Rle_trans with (1 := N), Rle_trans with (/ (d / 2) * (e * (d / 2))).
  - apply Rmult_le_compat_l; [lra | exact Hd].
  - right; field; lra.
Qed.

Lemma is_derive_unique_vec (f : R -> U) (t : R) (u v : U) : is_derive f t u -> is_derive f t v -> u = v.
Proof.
  intros Hu Hv.
  assert (M : is_derive (fun _ : R => zero : U) t (minus u v)).
  { apply (is_derive_ext (fun s => minus (f s) (f s))); [intro; apply minus_eq_zero|].
    apply (is_derive_minus (V := U) f f t u v Hu Hv). }
  apply derivative_of_zero in M.
  rewrite <- (plus_zero_r v), <- M; unfold minus; rewrite plus_comm, <- plus_assoc, plus_opp_l, plus_zero_r; reflexivity.
Qed.

Lemma ray_derivative (O : V -> U) (x : V) (J : V -> U) :
  filterdiff O (locally x) J -> is_derive (fun t : R => O (scal t x)) 1 (J x).
Proof.
  intro D; unfold is_derive.
  apply filterdiff_ext_lin with (fun t : R => J (scal t x)).
  - apply (@filterdiff_comp' R_AbsRing (AbsRing_NormedModule R_AbsRing) V U
             (fun t : R => scal t x) O 1 (fun t => scal t x) J).
    + apply (@filterdiff_linear R_AbsRing (AbsRing_NormedModule R_AbsRing) V), (@is_linear_scal_l R_AbsRing V x).
    + change (filterdiff O (locally (scal (@one R_AbsRing) x)) J); rewrite (scal_one x); exact D.
  - intros t; destruct D as [L _]; exact (linear_scal J L t x).
Qed.

Lemma near_one (P : R -> Prop) : (forall t, 0 < t -> P t) -> locally 1 P.
Proof.
  intro H; exists (mkposreal 1 Rlt_0_1); intros t B; apply H.
  change (Rabs (t - 1) < 1) in B; apply Rabs_def2 in B; lra.
Qed.

Theorem euler_degree0 (O : V -> U) (x : V) (J : V -> U) :
  homogeneous 0 O x -> filterdiff O (locally x) J -> J x = zero.
Proof.
  intros H D; pose proof (ray_derivative O x J D) as G.
  assert (C : is_derive (fun t : R => O (scal t x)) 1 (zero : U)).
  { apply (is_derive_ext_loc (fun _ => O x)); [|apply (is_derive_const (O x) 1)].
    apply near_one; intros t Ht; rewrite (H t Ht); simpl; symmetry; apply (scal_one (O x)). }
  exact (is_derive_unique_vec _ 1 _ _ G C).
Qed.

Theorem euler_degree1 (O : V -> U) (x : V) (J : V -> U) :
  homogeneous 1 O x -> filterdiff O (locally x) J -> J x = O x.
Proof.
  intros H D; pose proof (ray_derivative O x J D) as G.
  assert (C : is_derive (fun t : R => O (scal t x)) 1 (O x)).
  { apply (is_derive_ext_loc (fun t => scal t (O x))).
    - apply near_one; intros t Ht; rewrite (H t Ht), pow_1; reflexivity.
    - unfold is_derive; apply (@filterdiff_linear R_AbsRing (AbsRing_NormedModule R_AbsRing) U), (@is_linear_scal_l R_AbsRing U (O x)). }
  exact (is_derive_unique_vec _ 1 _ _ G C).
Qed.

(* P3.1: g is any linear form on the output, <g, .> in the text. *)
Theorem path_law_degree0 (O : V -> U) (x : V) (J : V -> U) (g : U -> R) :
  is_linear g -> homogeneous 0 O x -> filterdiff O (locally x) J -> g (J x) = 0.
Proof. intros L H D; rewrite (euler_degree0 O x J H D); exact (linear_zero g L). Qed.

Theorem path_law_degree1 (O : V -> U) (x : V) (J : V -> U) (g : U -> R) :
  homogeneous 1 O x -> filterdiff O (locally x) J -> g (J x) = g (O x).
Proof. intros H D; rewrite (euler_degree1 O x J H D); reflexivity. Qed.
End Euler.

(* Degrees multiply under composition. *)
Theorem degree_compose {V U T : NormedModule R_AbsRing} (P : U -> T) (O : V -> U) (x : V) d e :
  homogeneous d O x -> homogeneous e P (O x) -> homogeneous (d * e) (fun v => P (O v)) x.
Proof.
  intros HO HP t Ht; rewrite (HO t Ht), (HP (t ^ d)) by (apply pow_lt, Ht).
  rewrite pow_mult; reflexivity.
Qed.

(* Batch norm of one channel: a batch of n values. *)
Definition bmean (n : nat) (x : nat -> R) : R := Sum n x / INR n.
Definition bvar (n : nat) (x : nat -> R) : R := Sum n (fun i => (x i - bmean n x) * (x i - bmean n x)) / INR n.
Definition batchnorm (n : nat) (eps : R) (x : nat -> R) (i : nat) : R := (x i - bmean n x) / sqrt (bvar n x + eps).

Lemma bmean_scal n t x : bmean n (fun i => t * x i) = t * bmean n x.
Proof. unfold bmean; rewrite Sum_scal_l; unfold Rdiv; ring. Qed.

Lemma bvar_scal n t x : bvar n (fun i => t * x i) = t * t * bvar n x.
Proof.
  unfold bvar; rewrite bmean_scal.
  rewrite (Sum_ext n _ (fun i => t * t * ((x i - bmean n x) * (x i - bmean n x)))) by (intros; ring).
  rewrite Sum_scal_l; unfold Rdiv; ring.
Qed.

Lemma bvar_nonneg n x : (0 < n)%nat -> 0 <= bvar n x.
Proof.
  intro H; unfold bvar, Rdiv; apply Rmult_le_pos.
  - apply Sum_nonneg; intros; apply Rle_0_sqr.
  - apply Rlt_le, Rinv_0_lt_compat, lt_0_INR, H.
Qed.

(* P3.1: batch norm without eps has degree 0. *)
Theorem batchnorm_degree0 n x t i : (0 < n)%nat -> 0 < bvar n x -> 0 < t ->
  batchnorm n 0 (fun j => t * x j) i = batchnorm n 0 x i.
Proof.
  intros Hn Hv Ht; unfold batchnorm; rewrite bmean_scal, bvar_scal, !Rplus_0_r.
  rewrite sqrt_mult by (try apply Rle_0_sqr; lra).
  rewrite sqrt_square by lra; pose proof (sqrt_lt_R0 _ Hv); field; lra.
Qed.

(* P3.2: the radial derivative with eps. *)
Theorem batchnorm_radial n eps x i : (0 < n)%nat -> 0 < bvar n x + eps ->
  is_derive (fun t => batchnorm n eps (fun j => t * x j) i) 1
    (eps / (bvar n x + eps) * batchnorm n eps x i).
Proof.
  intros Hn Hv; unfold batchnorm.
  apply (is_derive_ext (fun t => t * (x i - bmean n x) / sqrt (t * t * bvar n x + eps))).
  { intro t; rewrite bmean_scal, bvar_scal; f_equal; ring. }
  pose proof (sqrt_lt_R0 _ Hv) as S; pose proof (sqrt_sqrt _ (Rlt_le _ _ Hv)) as Q.
  auto_derive; rewrite !Rmult_1_l; [split; [exact Hv | split; [lra | exact I]]|].
  set (s := sqrt (bvar n x + eps)) in *.
  replace (bvar n x) with (s * s - eps) by lra; field; nra.
Qed.

(* P3.2, one BN at the end of the op, m channels: R = sum eps/(var+eps) <g, O>. *)
Theorem eps_correction n m eps (g u : nat -> nat -> R) : (0 < n)%nat ->
  (forall c, (c < m)%nat -> 0 < bvar n (u c) + eps) ->
  is_derive (fun t => Sum m (fun c => Sum n (fun i => g c i * batchnorm n eps (fun j => t * u c j) i))) 1
    (Sum m (fun c => eps / (bvar n (u c) + eps) * Sum n (fun i => g c i * batchnorm n eps (u c) i))).
Proof.
  intros Hn Hv.
  apply (is_derive_Sum m (fun c t => Sum n (fun i => g c i * batchnorm n eps (fun j => t * u c j) i))
    (fun c _ => eps / (bvar n (u c) + eps) * Sum n (fun i => g c i * batchnorm n eps (u c) i))).
  intros c Hc; rewrite <- Sum_scal_l.
  apply (is_derive_Sum n (fun i t => g c i * batchnorm n eps (fun j => t * u c j) i)
    (fun i _ => eps / (bvar n (u c) + eps) * (g c i * batchnorm n eps (u c) i))).
  intros i _; pose proof (batchnorm_radial n eps (u c) i Hn (Hv c Hc)) as D.
  evar_last; [apply is_derive_scal, D | simpl; ring].
Qed.

(* P3.5 *)
Theorem batchnorm_of_zero n eps i : batchnorm n eps (fun _ => 0) i = 0.
Proof.
  unfold batchnorm, bmean; rewrite Sum_zero by reflexivity; unfold Rdiv; rewrite Rmult_0_l, Rminus_0_r, Rmult_0_l; reflexivity.
Qed.

(* P3.3, eval mode: with fixed statistics the op is affine, and it passes back
   <g, O> + sum_c <g_c, mu_c/sigma_c> instead of nothing. *)
Theorem eval_mode_breaks n mu sigma (g x : nat -> R) :
  is_derive (fun t => Sum n (fun i => g i * ((t * x i - mu) / sigma))) 1
    (Sum n (fun i => g i * ((x i - mu) / sigma)) + Sum n (fun i => g i * (mu / sigma))).
Proof.
  rewrite <- Sum_plus.
  apply (is_derive_Sum n (fun i t => g i * ((t * x i - mu) / sigma))
    (fun i _ => g i * ((x i - mu) / sigma) + g i * (mu / sigma))).
  intros i _; auto_derive; [exact I | unfold Rdiv; ring].
Qed.
