(* P2.7, P7.4, P7.8, P7.10, P7.11: fixed points and changed cost assignments.
   P2.7  at a stationary point of the head with weight decay lam, <dL/dW, W> = - lam |W|^2 <= 0.
   P7.4  costs centred by sum_e p_e C_e / sum_e p_e are zero-sum over the edges.
   P7.8  none charged the mean cost of the ops: a_none stands still.
   P7.10 with entropy bonus T the Boltzmann probabilities p_k ~ exp (- C_k / T) are a fixed point.
   P7.11 where the loss is stationary in the temperature, L - H of the rescaled logits is 0. *)
From Coq Require Import Reals Lra Lia Arith.
From Coquelicot Require Import Coquelicot.
From Edgewise Require Import Sums Softmax OutputCost.
Open Scope R_scope.

Theorem stationary_head n (W g : nat -> R) lam :
  (forall i, (i < n)%nat -> g i + lam * W i = 0) -> 0 <= lam ->
  Sum n (fun i => g i * W i) = - lam * Sum n (fun i => W i * W i) /\ Sum n (fun i => g i * W i) <= 0.
Proof.
  intros H L.
  assert (E : Sum n (fun i => g i * W i) = - lam * Sum n (fun i => W i * W i)).
  { rewrite <- Sum_scal_l; apply Sum_ext; intros i Hi.
    replace (g i) with (- lam * W i) by (pose proof (H i Hi); lra); ring. }
  split; [exact E|]; rewrite E.
  assert (0 <= Sum n (fun i => W i * W i)) by (apply Sum_nonneg; intros; apply Rle_0_sqr).
  assert (0 <= lam * Sum n (fun i => W i * W i)) by (apply Rmult_le_pos; assumption); lra.
Qed.

Theorem centred_costs_zero_sum n (p C : nat -> R) : 0 < Sum n p ->
  Sum n (fun e => p e * (C e - Sum n (fun i => p i * C i) / Sum n p)) = 0.
Proof.
  intro H.
  rewrite (Sum_ext n _ (fun e => p e * C e - p e * (Sum n (fun i => p i * C i) / Sum n p))) by (intros; ring).
  rewrite Sum_minus, Sum_scal_r; field; lra.
Qed.

Theorem charged_none_stands_still n (p C : nat -> R) : 0 < Sum n (fun k => p (S k)) ->
  Sum (S n) p = 1 ->
  C 0%nat = Sum n (fun k => p (S k) * C (S k)) / Sum n (fun k => p (S k)) ->
  arch_grad (S n) p C 0 = 0.
Proof.
  intros H S1 E; unfold arch_grad; rewrite (Sum_S_first n (fun m => p m * C m)).
  set (q := Sum n (fun k => p (S k))) in *; set (m := Sum n (fun k => p (S k) * C (S k))) in *.
  rewrite Sum_S_first in S1; fold q in S1.
  replace (p 0%nat) with (1 - q) by lra; rewrite E; field; lra.
Qed.

Theorem boltzmann_is_fixed_point n (C : nat -> R) T k : (0 < n)%nat -> 0 < T ->
  let p := softmax n (fun i => - C i / T) in
  arch_grad n p (fun i => C i + T * ln (p i)) k = 0.
Proof.
  intros Hn HT p; unfold arch_grad.
  assert (E : forall i, C i + T * ln (p i) = - T * ln (partition n (fun i => - C i / T))).
  { intro i; unfold p; rewrite ln_softmax by exact Hn; field; lra. }
  rewrite (Sum_ext n _ (fun m => p m * (- T * ln (partition n (fun i => - C i / T))))) by (intros; rewrite E; reflexivity).
  rewrite Sum_scal_r, E; unfold p at 2; rewrite softmax_sum by exact Hn; ring.
Qed.

(* Equal costs on all ops, none included, freeze the whole edge. *)
Theorem equal_costs_freeze n p c k : Sum n p = 1 -> arch_grad n p (fun _ => c) k = 0.
Proof. intro H; unfold arch_grad; rewrite Sum_scal_r, H; ring. Qed.

(* tau L'(tau) is L - H of the logits tau z. *)
Theorem temperature_derivative_at n y z tau : (0 < n)%nat -> Sum n y = 1 -> tau <> 0 ->
  is_derive (fun s => cross_entropy n y (fun k => s * z k)) tau
    ((cross_entropy n y (fun k => tau * z k) - entropy n (fun k => tau * z k)) / tau).
Proof.
  intros Hn Hy Ht; rewrite ce_minus_entropy by assumption.
  assert (A : forall k, (k < n)%nat -> is_derive (fun s => s * z k) tau (z k)) by (intros; auto_derive; [exact I | ring]).
  pose proof (ce_derivative n y (fun k s => s * z k) (fun k _ => z k) tau Hn Hy A) as D.
  evar_last; [exact D|]; rewrite <- Sum_div; apply Sum_ext; intros k _; field; exact Ht.
Qed.

(* A batch of m samples: where the summed loss is stationary in the common temperature, the
   output costs of the batch add up to 0. *)
Theorem calibrated_batch_gap_zero n m (y z : nat -> nat -> R) tau : (0 < n)%nat ->
  (forall s, (s < m)%nat -> Sum n (y s) = 1) -> tau <> 0 ->
  is_derive (fun t => Sum m (fun s => cross_entropy n (y s) (fun k => t * z s k))) tau 0 ->
  Sum m (fun s => cross_entropy n (y s) (fun k => tau * z s k) - entropy n (fun k => tau * z s k)) = 0.
Proof.
  intros Hn Hy Ht D0.
  pose proof (is_derive_Sum m (fun s t => cross_entropy n (y s) (fun k => t * z s k))
    (fun s t => (cross_entropy n (y s) (fun k => t * z s k) - entropy n (fun k => t * z s k)) / t) tau
    (fun s Hs => temperature_derivative_at n (y s) (z s) tau Hn (Hy s Hs) Ht)) as D.
  pose proof (eq_trans (eq_sym (is_derive_unique _ _ _ D)) (is_derive_unique _ _ _ D0)) as U; cbv beta in U.
  rewrite Sum_div in U; apply Rmult_eq_reg_r with (/ tau); [unfold Rdiv in U; lra | apply Rinv_neq_0_compat, Ht].
Qed.

Theorem calibrated_gap_zero n y z tau : (0 < n)%nat -> Sum n y = 1 -> tau <> 0 ->
  is_derive (fun s => cross_entropy n y (fun k => s * z k)) tau 0 ->
  cross_entropy n y (fun k => tau * z k) - entropy n (fun k => tau * z k) = 0.
Proof.
  intros Hn Hy Ht D0.
  pose proof (is_derive_unique _ _ _ (temperature_derivative_at n y z tau Hn Hy Ht)) as U.
  rewrite (is_derive_unique _ _ _ D0) in U.
  apply Rmult_eq_reg_r with (/ tau); [unfold Rdiv in U; lra | apply Rinv_neq_0_compat, Ht].
Qed.
