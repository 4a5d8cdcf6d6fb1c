(* P5.2: the natural gradient has the exact solution p_k ~ p_k(0) exp(- eta int C_k).
   Replicator equation: p_k' = - eta p_k (C_k - sum_m p_m C_m).
   Both ways: the formula solves the equation, and every positive solution on [0, t] is the formula. *)
From Coq Require Import Reals Lra Lia Arith.
From Coquelicot Require Import Coquelicot.
From Edgewise Require Import Sums Softmax.
Open Scope R_scope.

Section Replicator.
Variables (n : nat) (eta : R) (C : nat -> R -> R) (p0 : nat -> R).
Hypothesis n1 : (0 < n)%nat.
Hypothesis C_continuous : forall k t, continuous (C k) t.
Hypothesis p0_pos : forall k, (k < n)%nat -> 0 < p0 k.

Definition weight (k : nat) (t : R) : R := p0 k * exp (- eta * RInt (C k) 0 t).
Definition solution (k : nat) (t : R) : R := weight k t / Sum n (fun m => weight m t).

Lemma weight_total_pos t : 0 < Sum n (fun m => weight m t).
Proof. apply Sum_pos; [exact n1|]; intros; apply Rmult_lt_0_compat; [apply p0_pos; assumption | apply exp_pos]. Qed.

Lemma integral_derive k t : is_derive (fun s => RInt (C k) 0 s) t (C k t).
Proof.
  apply (is_derive_RInt (C k) (fun s => RInt (C k) 0 s) 0 t); [|apply C_continuous].
  apply filter_forall; intro s; apply (RInt_correct (C k) 0 s).
  apply (ex_RInt_continuous (C k)); intros; apply C_continuous.
Qed.

Lemma weight_derive k t : is_derive (weight k) t (- eta * C k t * weight k t).
Proof.
  unfold weight; pose proof (integral_derive k t) as I.
  pose proof (is_derive_scal (fun s => RInt (C k) 0 s) t (- eta) _ I) as J.
  pose proof (is_derive_comp exp _ t _ _ (is_derive_exp _) J) as E.
  pose proof (is_derive_scal _ t (p0 k) _ E) as G.
  evar_last; [exact G|]; unfold scal; simpl; unfold mult; simpl; ring.
Qed.

Theorem solution_is_simplex t : Sum n (fun k => solution k t) = 1.
Proof. unfold solution; rewrite Sum_div; apply Rinv_r, Rgt_not_eq, weight_total_pos. Qed.

Theorem solution_start k : Sum n p0 = 1 -> (k < n)%nat -> solution k 0 = p0 k.
Proof.
  intros S1 Hk; unfold solution, weight.
  assert (Z : forall m, RInt (C m) 0 0 = 0) by (intro m; exact (RInt_point 0 (C m))).
  rewrite (Sum_ext n _ p0) by (intros; rewrite Z, Rmult_0_r, exp_0; ring).
  rewrite Z, S1, Rmult_0_r, exp_0; field.
Qed.

(* The formula solves the replicator equation. *)
Theorem solution_solves k t : (k < n)%nat ->
  is_derive (solution k) t (- eta * arch_grad n (fun m => solution m t) (fun m => C m t) k).
Proof.
  intro Hk; pose proof (weight_total_pos t) as T.
  pose proof (is_derive_div _ _ t _ _ (weight_derive k t)
    (is_derive_Sum n weight (fun m s => - eta * C m s * weight m s) t (fun m _ => weight_derive m t))
    (Rgt_not_eq _ _ T)) as D.
  evar_last; [exact D|]; cbv beta; unfold arch_grad, solution.
  rewrite (Sum_ext n (fun m => weight m t / Sum n (fun m => weight m t) * C m t)
    (fun m => C m t * weight m t * / Sum n (fun m => weight m t))) by (intros; unfold Rdiv; ring).
  rewrite (Sum_ext n (fun m => - eta * C m t * weight m t) (fun m => - eta * (C m t * weight m t))) by (intros; ring).
  rewrite Sum_scal_r, Sum_scal_l; field; lra.
Qed.

(* Every positive solution on the simplex is the formula. *)
Theorem solution_unique (p : nat -> R -> R) T k : 0 <= T -> (k < n)%nat ->
  (forall m t, (m < n)%nat -> 0 <= t <= T -> 0 < p m t) ->
  (forall t, 0 <= t <= T -> Sum n (fun m => p m t) = 1) ->
  (forall m, (m < n)%nat -> p m 0 = p0 m) ->
  (forall m t, (m < n)%nat -> 0 <= t <= T ->
     is_derive (p m) t (- eta * arch_grad n (fun j => p j t) (fun j => C j t) m)) ->
  p k T = solution k T.
Proof.
  intros HT Hk Pos Simplex Start Ode.
  (* q_m = p_m / weight_m has q_m' / q_m = eta <C>, the same for all m. *)
  assert (Ratio : forall m, (m < n)%nat -> p m T * weight k T = p k T * weight m T).
  { intros m Hm.
    assert (WP : forall j t, (j < n)%nat -> 0 < weight j t)
      by (intros; apply Rmult_lt_0_compat; [apply p0_pos; assumption | apply exp_pos]).
    set (h := fun t => p m t * weight k t / (p k t * weight m t)).
    assert (Dh : forall t, 0 <= t <= T -> is_derive h t 0).
    { intros t Ht; pose proof (Pos k t Hk Ht); pose proof (Pos m t Hm Ht).
      pose proof (WP k t Hk); pose proof (WP m t Hm).
      pose proof (is_derive_div _ _ t _ _
        (is_derive_mult (p m) (weight k) t _ _ (Ode m t Hm Ht) (weight_derive k t) Rmult_comm)
        (is_derive_mult (p k) (weight m) t _ _ (Ode k t Hk Ht) (weight_derive m t) Rmult_comm)
        (Rgt_not_eq _ _ (Rmult_lt_0_compat _ _ (Pos k t Hk Ht) (WP m t Hm)))) as D.
      evar_last; [exact D|]; unfold arch_grad, plus, mult; simpl; unfold mult; simpl; field; lra. }
    assert (H0 : h 0 = 1).
    { unfold h, weight; rewrite !Start by assumption.
      assert (Z : forall j, RInt (C j) 0 0 = 0) by (intro j; exact (RInt_point 0 (C j))).
      rewrite !Z, Rmult_0_r, exp_0; pose proof (p0_pos k Hk); pose proof (p0_pos m Hm); field; lra. }
    assert (HT1 : h T = 1).
    { rewrite <- H0; destruct (MVT_gen h 0 T (fun _ => 0)) as [c [_ E]].
      - intros t Ht; rewrite Rmin_left, Rmax_right in Ht by exact HT; apply Dh; lra.
      - intros t Ht; rewrite Rmin_left, Rmax_right in Ht by exact HT.
        apply derivable_continuous_pt, ex_derive_Reals_0; exists 0; apply Dh; lra.
      - lra. }
    unfold h in HT1; pose proof (Pos k T Hk (conj HT (Rle_refl T))); pose proof (WP m T Hm).
    assert (0 < p k T * weight m T) by (apply Rmult_lt_0_compat; lra).
    apply Rmult_eq_reg_r with (/ (p k T * weight m T)); [|apply Rinv_neq_0_compat; lra].
    unfold Rdiv in HT1; rewrite HT1; symmetry; apply Rinv_r; lra. }
  unfold solution; pose proof (weight_total_pos T) as W.
  apply Rmult_eq_reg_r with (Sum n (fun m => weight m T)); [|lra].
  unfold Rdiv; rewrite (Rmult_assoc (weight k T)), Rinv_l, Rmult_1_r by lra.
  rewrite <- Sum_scal_l, (Sum_ext n _ (fun m => p m T * weight k T)) by (intros; symmetry; apply Ratio; assumption).
  rewrite Sum_scal_r, Simplex by lra; ring.
Qed.
End Replicator.
