(* P5.1, P5.3: the exact solution at equal op costs.
   Mean field a_k' = - eta p_k (C_k - <C>), none = op 0 with C_0 = 0, D = logit of the
   probability p that the edge is active, pi_k the distribution of the ops given active.
   P5.1  with all op costs equal to C:  D' = - eta C p (1-p) (1 + sum pi^2);
         with equal pi, F(D) = D + sinh D moves by - K/(2(K-1)) eta int C dt; K = 2: by - eta int C.
   P5.3  C a function of time alone: D returns to its start exactly when int C = 0, and p is
         below its start iff int C > 0. *)
From Coq Require Import Reals Lra Lia Arith.
From Coquelicot Require Import Coquelicot.
From Edgewise Require Import Sums Softmax.
Open Scope R_scope.

Definition F (D : R) : R := D + sinh D.

Lemma sigmoid_bounds D : 0 < sigmoid D < 1.
Proof.
  unfold sigmoid; pose proof (exp_pos (- D)); split; [apply Rinv_0_lt_compat; lra|].
  rewrite <- Rinv_1; apply Rinv_lt_contravar; lra.
Qed.

(* F'(D) = 1 + cosh D = 1 / (2 p (1-p)) with p = sigmoid D. *)
Theorem F_derivative D : is_derive F D (/ (2 * (sigmoid D * (1 - sigmoid D)))).
Proof.
  unfold F, sinh; auto_derive; [exact I|].
  unfold sigmoid; rewrite exp_Ropp; pose proof (exp_pos D); field; repeat split; lra.
Qed.

Lemma F_increasing a b : a < b -> F a < F b.
Proof.
  intro H; unfold F, sinh.
  pose proof (exp_increasing a b H); pose proof (exp_increasing (- b) (- a) ltac:(lra)); lra.
Qed.

Lemma F_injective a b : F a = F b -> a = b.
Proof.
  intro H; destruct (Rtotal_order a b) as [L|[E|G]]; [|exact E|];
    [pose proof (F_increasing a b L) | pose proof (F_increasing b a G)]; lra.
Qed.

Lemma F_reflects a b : F a < F b -> a < b.
Proof.
  intro H; destruct (Rtotal_order a b) as [L|[->|G]]; [exact L | lra | pose proof (F_increasing b a G); lra].
Qed.

Section Solution.
Variables (K : nat) (eta : R) (C D : R -> R).
Hypothesis K2 : (2 <= K)%nat.
Hypothesis C_continuous : forall t, continuous C t.
Let rate := INR K / (2 * (INR K - 1)).
(* The equation of the logit when the K - 1 ops share equally, sum pi^2 = 1/(K-1). *)
Hypothesis equation : forall t, 0 <= t ->
  is_derive D t (- (eta * C t * (sigmoid (D t) * (1 - sigmoid (D t))) * (1 + / (INR K - 1)))).

Lemma K1 : 1 < INR K.
Proof. apply INR_gt_1; lia. Qed.

Theorem F_moves_with_cost t : 0 <= t -> is_derive (fun s => F (D s)) t (- rate * eta * C t).
Proof.
  intro Ht; pose proof (is_derive_comp F D t _ _ (F_derivative (D t)) (equation t Ht)) as G.
  evar_last; [exact G|]; unfold scal; simpl; unfold mult; simpl; unfold rate.
  pose proof (sigmoid_bounds (D t)); pose proof K1; field; repeat split; lra.
Qed.

Theorem exact_solution t : 0 <= t -> F (D t) = F (D 0) - rate * eta * RInt C 0 t.
Proof.
  intro Ht.
  assert (I : is_RInt (fun s => - rate * eta * C s) 0 t (minus (F (D t)) (F (D 0)))).
  { apply (is_RInt_derive (fun s => F (D s))).
    - intros s Hs; rewrite Rmin_left, Rmax_right in Hs by exact Ht; apply F_moves_with_cost; lra.
    - intros s _; apply (continuous_mult (fun _ => - rate * eta) C); [apply continuous_const | apply C_continuous]. }
  assert (E : ex_RInt C 0 t) by (apply (ex_RInt_continuous C); intros; apply C_continuous).
  pose proof (is_RInt_scal C 0 t (- rate * eta) _ (RInt_correct C 0 t E)) as J.
  pose proof (is_RInt_unique _ _ _ _ I) as U; rewrite (is_RInt_unique (fun s => - rate * eta * C s) _ _ _ J) in U.
  unfold minus, plus, opp, scal in U; simpl in U; unfold mult in U; simpl in U; lra.
Qed.

(* P5.3 *)
Theorem returns_iff_integral_zero t : 0 <= t -> 0 < eta -> (D t = D 0 <-> RInt C 0 t = 0).
Proof.
  intros Ht He; pose proof (exact_solution t Ht) as S; pose proof K1.
  assert (R : 0 < rate * eta) by (apply Rmult_lt_0_compat; [apply Rdiv_lt_0_compat|]; lra).
  split; intro H0.
  - rewrite H0 in S; assert (Z : rate * eta * RInt C 0 t = 0) by lra.
    apply Rmult_integral in Z; destruct Z; [lra | assumption].
  - rewrite H0, Rmult_0_r, Rminus_0_r in S; apply F_injective, S.
Qed.

Theorem below_start_iff_integral_positive t : 0 <= t -> 0 < eta -> (D t < D 0 <-> 0 < RInt C 0 t).
Proof.
  intros Ht He; pose proof (exact_solution t Ht) as S; pose proof K1.
  assert (R : 0 < rate * eta) by (apply Rmult_lt_0_compat; [apply Rdiv_lt_0_compat|]; lra).
  split; intro H0.
  - apply F_increasing in H0; rewrite S in H0.
    apply Rmult_lt_reg_l with (1 := R); lra.
  - apply F_reflects; rewrite S.
    assert (0 < rate * eta * RInt C 0 t) by (apply Rmult_lt_0_compat; lra); lra.
Qed.
End Solution.

(* Two ops: rate 1. *)
Theorem two_way_solution eta (C D : R -> R) : (forall t, continuous C t) ->
  (forall t, 0 <= t -> is_derive D t (- (2 * eta * C t * (sigmoid (D t) * (1 - sigmoid (D t)))))) ->
  forall t, 0 <= t -> D t + sinh (D t) = D 0 + sinh (D 0) - eta * RInt C 0 t.
Proof.
  intros HC HD t Ht.
  pose proof (exact_solution 2 eta C D ltac:(lia) HC) as S; unfold F in S; rewrite S; [simpl; field | | exact Ht].
  intros s Hs; evar_last; [apply HD, Hs | simpl; field].
Qed.

(* Where the equation comes from: D = ln sum_{k>=1} exp a_k - a_0 along the mean field,
   with ops 1 .. n and op 0 none. *)
Section Logit.
Variables (n : nat) (eta c : R) (a : nat -> R -> R) (t : R).
Hypothesis n1 : (0 < n)%nat.
Let p k := softmax (S n) (fun i => a i t) k.
Let active := 1 - p 0%nat.
Let share k := p (S k) / active.
Let cost k := match k with O => 0 | S _ => c end.
Hypothesis mean_field : forall k, (k <= n)%nat -> is_derive (a k) t (- eta * arch_grad (S n) p cost k).

Lemma active_sum : Sum n (fun k => p (S k)) = active.
Proof.
  pose proof (softmax_sum (S n) (fun i => a i t) ltac:(lia)) as H; rewrite Sum_S_first in H.
  unfold active, p; lra.
Qed.

Lemma active_pos : 0 < active.
Proof. rewrite <- active_sum; apply Sum_pos; [exact n1 | intros; apply softmax_pos; lia]. Qed.

Theorem logit_equation :
  is_derive (fun s => ln (Sum n (fun k => exp (a (S k) s))) - a 0%nat s) t
    (- (eta * c * (active * (1 - active)) * (1 + Sum n (fun k => share k * share k)))).
Proof.
  assert (E : forall k, (k < n)%nat -> is_derive (fun s => exp (a (S k) s)) t
    (- eta * arch_grad (S n) p cost (S k) * exp (a (S k) t))).
  { intros k Hk; apply (is_derive_comp exp (a (S k)) t (exp (a (S k) t))); [apply is_derive_exp | apply mean_field; lia]. }
  assert (T : 0 < Sum n (fun k => exp (a (S k) t))) by (apply Sum_pos; [exact n1 | intros; apply exp_pos]).
  pose proof (is_derive_comp ln _ t _ _ (is_derive_ln _ T)
    (is_derive_Sum n (fun k s => exp (a (S k) s)) (fun k s => - eta * arch_grad (S n) p cost (S k) * exp (a (S k) t)) t E)) as L.
  pose proof (is_derive_minus _ _ t _ _ L (mean_field 0%nat ltac:(lia))) as M.
  evar_last; [exact M|]; clear M L; unfold minus, plus, opp, scal; simpl; unfold mult; simpl.
  pose proof active_pos as A; pose proof active_sum as AS.
  assert (avg : Sum (S n) (fun m => p m * cost m) = active * c).
  { rewrite Sum_S_first; simpl; rewrite Sum_scal_r, AS; ring. }
  assert (G : forall k, arch_grad (S n) p cost (S k) = p (S k) * (c * (1 - active))).
  { intro k; unfold arch_grad; rewrite avg; simpl; ring. }
  assert (G0 : arch_grad (S n) p cost 0 = - (1 - active) * (active * c)).
  { unfold arch_grad; rewrite avg; unfold active; simpl; ring. }
  rewrite G0, (Sum_ext n _ (fun k => - eta * (c * (1 - active)) * (p (S k) * exp (a (S k) t)))) by (intros; rewrite G; ring).
  rewrite Sum_scal_l.
  assert (Q : forall k, exp (a (S k) t) = share k * Sum n (fun k => exp (a (S k) t))).
  { intro k; unfold share; rewrite <- AS; unfold p, softmax.
    pose proof (partition_pos (S n) (fun i => a i t) ltac:(lia)) as P.
    rewrite Sum_div; field; split; lra. }
  set (tot := Sum n (fun k => exp (a (S k) t))) in *.
  rewrite (Sum_ext n (fun k => p (S k) * exp (a (S k) t)) (fun k => active * tot * (share k * share k))).
  2: { intros k _; rewrite Q; unfold share; field; lra. }
  rewrite Sum_scal_l; field; lra.
Qed.
End Logit.
