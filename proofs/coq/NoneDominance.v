(* P5.6 (O3 as a theorem): positive costs on all ops make none grow for ever.
   Mean field a_k' = - eta p_k (C_k - <C>), p = softmax a, op 0 = none with C_0 = 0, ops 1 .. n.
   (i)   if every op costs more than 0 at every time, a_none is strictly increasing for ever;
   (ii)  p_none is strictly increasing while p_none >= 1/2, which is then kept; more generally
         while c_min > (1 - 2 p_none) c_max; and always if the op costs are equal;
   (iii) equal costs bounded below by c > 0: F(D) falls at least as eta c t / 2, F(D) = D + sinh D;
   (iv)  replicator: ln (p_none / p_k)' = eta C_k, hence p_none / p_k grows at least as e^{eta c t}.
   [FAIL] without a condition p_none may fall although all costs are positive. *)
From Coq Require Import Reals Lra Lia Arith.
From Coquelicot Require Import Coquelicot.
From Edgewise Require Import Sums Softmax TwoWay.
Open Scope R_scope.

(* A positive derivative makes a function strictly increasing. *)
Lemma increasing_of_derivative (f df : R -> R) s t : s < t ->
  (forall r, s <= r <= t -> is_derive f r (df r)) -> (forall r, s <= r <= t -> 0 < df r) -> f s < f t.
Proof.
  intros Hst D P; destruct (MVT_gen f s t df) as [c [Hc E]].
  - intros r Hr; rewrite Rmin_left, Rmax_right in Hr by lra; apply D; lra.
  - intros r Hr; rewrite Rmin_left, Rmax_right in Hr by lra.
    apply derivable_continuous_pt, ex_derive_Reals_0; exists (df r); apply D; lra.
  - rewrite Rmin_left, Rmax_right in Hc by lra.
    assert (0 < df c * (t - s)) by (apply Rmult_lt_0_compat; [apply P | lra]; lra); lra.
Qed.

(* The mean cost and the algebra of the field at one instant. *)
Section Instant.
Variables (n : nat) (p C : nat -> R).
Hypothesis p_pos : forall k, (k <= n)%nat -> 0 < p k.
Hypothesis p_sum : Sum (S n) p = 1.
Hypothesis C_none : C 0%nat = 0.

Definition active_cost : R := Sum n (fun k => p (S k) * C (S k)).

Lemma mean_is_active : Sum (S n) (fun k => p k * C k) = active_cost.
Proof. rewrite Sum_S_first, C_none; unfold active_cost; ring. Qed.

Lemma ops_sum : Sum n (fun k => p (S k)) = 1 - p 0%nat.
Proof. rewrite Sum_S_first in p_sum; lra. Qed.

Lemma none_force : - arch_grad (S n) p C 0 = p 0%nat * active_cost.
Proof. unfold arch_grad; rewrite mean_is_active, C_none; ring. Qed.

Lemma active_cost_pos : (0 < n)%nat -> (forall k, (k < n)%nat -> 0 < C (S k)) -> 0 < active_cost.
Proof. intros Hn H; apply Sum_pos; [exact Hn|]; intros; apply Rmult_lt_0_compat; [apply p_pos; lia | apply H; assumption]. Qed.

(* p_none' / (eta p_none) = sum p_k^2 C_k + <C> (p_0 (1 - p_0) - sum p_k^2). *)
Definition none_drift : R :=
  Sum n (fun k => p (S k) * p (S k) * C (S k)) + active_cost * (p 0%nat * (1 - p 0%nat) - Sum n (fun k => p (S k) * p (S k))).

Lemma none_velocity :
  p 0%nat * (- arch_grad (S n) p C 0 - Sum (S n) (fun k => p k * - arch_grad (S n) p C k)) = p 0%nat * none_drift.
Proof.
  f_equal; rewrite none_force, Sum_S_first, none_force; unfold none_drift.
  rewrite (Sum_ext n (fun k => p (S k) * - arch_grad (S n) p C (S k))
    (fun k => active_cost * (p (S k) * p (S k)) - p (S k) * p (S k) * C (S k))).
  2: { intros; unfold arch_grad; rewrite mean_is_active; ring. }
  rewrite Sum_minus, Sum_scal_l; ring.
Qed.

Lemma squares_le : Sum n (fun k => p (S k) * p (S k)) <= (1 - p 0%nat) * (1 - p 0%nat).
Proof.
  rewrite <- ops_sum at 1; rewrite <- Sum_scal_r.
  apply Sum_le; intros k Hk; apply Rmult_le_compat_l; [apply Rlt_le, p_pos; lia|].
  rewrite <- ops_sum; apply (Sum_term_le n k (fun k => p (S k)) Hk); intros; apply Rlt_le, p_pos; lia.
Qed.

Lemma squares_pos : (0 < n)%nat -> 0 < Sum n (fun k => p (S k) * p (S k)).
Proof. intro Hn; apply Sum_pos; [exact Hn|]; intros; apply Rmult_lt_0_compat; apply p_pos; lia. Qed.

(* (ii): the condition lo > (1 - 2 p_none) hi on the range of the costs. *)
Theorem none_drift_pos lo hi : (0 < n)%nat -> 0 < lo ->
  (forall k, (k < n)%nat -> lo <= C (S k) <= hi) -> (1 - 2 * p 0%nat) * hi < lo -> 0 < none_drift.
Proof.
  intros Hn Hlo HC Hcond; unfold none_drift.
  set (Q := Sum n (fun k => p (S k) * p (S k))); set (q := 1 - p 0%nat).
  pose proof squares_le as QL; pose proof (squares_pos Hn) as QP; fold Q q in QL, QP.
  assert (P0 : 0 < p 0%nat) by (apply p_pos; lia).
  assert (Hq : 0 < q) by (unfold q; rewrite <- ops_sum; apply Sum_pos; [exact Hn | intros; apply p_pos; lia]).
  assert (HiLo : lo <= hi) by (pose proof (HC 0%nat ltac:(lia)); lra).
  assert (QC : lo * Q <= Sum n (fun k => p (S k) * p (S k) * C (S k))).
  { unfold Q; rewrite <- Sum_scal_l; apply Sum_le; intros k Hk.
    pose proof (p_pos (S k) ltac:(lia)); rewrite Rmult_comm; apply Rmult_le_compat_l; [|apply HC, Hk].
    apply Rmult_le_pos; lra. }
  assert (AC : active_cost <= q * hi).
  { unfold q, active_cost; rewrite <- ops_sum, <- Sum_scal_r; apply Sum_le; intros k Hk.
    apply Rmult_le_compat_l; [apply Rlt_le, p_pos; lia | apply HC, Hk]. }
  assert (AP : 0 < active_cost).
  { apply active_cost_pos; [exact Hn|]; intros k Hk; pose proof (HC k Hk); lra. }
  assert (LQ : 0 < lo * Q) by (apply Rmult_lt_0_compat; assumption).
  destruct (Rle_lt_dec Q (p 0%nat * q)) as [Small|Big].
  - assert (0 <= active_cost * (p 0%nat * q - Q)) by (apply Rmult_le_pos; lra); lra.
  - (* Q <= q^2, so <C> (Q - p_0 q) <= q hi Q (1 - p_0/q) = Q hi (1 - 2 p_0). *)
    assert (B1 : active_cost * (Q - p 0%nat * q) <= q * hi * (Q - p 0%nat * q)) by (apply Rmult_le_compat_r; lra).
    assert (B2 : q * (Q - p 0%nat * q) <= Q * (1 - 2 * p 0%nat)).
    { replace (1 - 2 * p 0%nat) with (q - p 0%nat) by (unfold q; ring).
      assert (p 0%nat * Q <= p 0%nat * (q * q)) by (apply Rmult_le_compat_l; lra); lra. }
    assert (B3 : hi * (q * (Q - p 0%nat * q)) <= hi * (Q * (1 - 2 * p 0%nat))) by (apply Rmult_le_compat_l; lra).
    assert (B4 : Q * ((1 - 2 * p 0%nat) * hi) < Q * lo) by (apply Rmult_lt_compat_l; lra).
    lra.
Qed.
End Instant.

Section Flow.
Variables (n : nat) (eta : R) (a C : nat -> R -> R).
Hypothesis n1 : (0 < n)%nat.
Hypothesis eta_pos : 0 < eta.
Definition P (k : nat) (t : R) : R := softmax (S n) (fun i => a i t) k.
Hypothesis none_costs_nothing : forall t, C 0%nat t = 0.
Hypothesis mean_field : forall k t, (k <= n)%nat -> 0 <= t ->
  is_derive (a k) t (- eta * arch_grad (S n) (fun i => P i t) (fun i => C i t) k).

Lemma P_pos t k : 0 < P k t.
Proof. apply softmax_pos; lia. Qed.

Lemma P_sum t : Sum (S n) (fun k => P k t) = 1.
Proof. apply softmax_sum; lia. Qed.

(* (i), O3. *)
Theorem none_logit_increases :
  (forall k t, (1 <= k <= n)%nat -> 0 <= t -> 0 < C k t) ->
  forall s t, 0 <= s < t -> a 0%nat s < a 0%nat t.
Proof.
  intros H s t Hst.
  apply (increasing_of_derivative (a 0%nat) (fun r => eta * (P 0 r * active_cost n (fun i => P i r) (fun i => C i r)))); [lra| |].
  - intros r Hr; evar_last; [apply mean_field; [lia | lra]|].
    rewrite <- (none_force n (fun i => P i r) (fun i => C i r)) by (apply none_costs_nothing); ring.
  - intros r Hr; apply Rmult_lt_0_compat; [exact eta_pos|]; apply Rmult_lt_0_compat; [apply P_pos|].
    apply active_cost_pos; [intros; apply P_pos | exact n1 | intros; apply H; [lia | lra]].
Qed.

Lemma none_probability_derivative t : 0 <= t ->
  is_derive (P 0) t (eta * (P 0 t * none_drift n (fun i => P i t) (fun i => C i t))).
Proof.
  intro Ht; unfold P at 1.
  pose proof (softmax_curve (S n) a (fun k s => - eta * arch_grad (S n) (fun i => P i s) (fun i => C i s) k) t 0
    ltac:(lia) ltac:(lia) (fun k Hk => mean_field k t ltac:(lia) Ht)) as D.
  evar_last; [exact D|].
  pose proof (none_velocity n (fun i => P i t) (fun i => C i t) (none_costs_nothing t)) as W.
  cbv beta in W; rewrite <- W.
  fold (P 0 t); rewrite (Sum_ext (S n) (fun k => softmax _ _ k * _)
    (fun k => eta * (P k t * - arch_grad (S n) (fun i => P i t) (fun i => C i t) k))) by (intros; unfold P; ring).
  rewrite Sum_scal_l; ring.
Qed.

(* (ii) over time. *)
Theorem none_probability_increases (lo hi : R -> R) s t : 0 <= s < t ->
  (forall r, s <= r <= t -> 0 < lo r) ->
  (forall k r, (1 <= k <= n)%nat -> s <= r <= t -> lo r <= C k r <= hi r) ->
  (forall r, s <= r <= t -> (1 - 2 * P 0 r) * hi r < lo r) -> P 0 s < P 0 t.
Proof.
  intros Hst Hlo HC Hcond.
  apply (increasing_of_derivative (P 0) (fun r => eta * (P 0 r * none_drift n (fun i => P i r) (fun i => C i r)))); [lra| |].
  - intros r Hr; apply none_probability_derivative; lra.
  - intros r Hr; apply Rmult_lt_0_compat; [exact eta_pos|]; apply Rmult_lt_0_compat; [apply P_pos|].
    apply (none_drift_pos n (fun i => P i r) (fun i => C i r)) with (lo := lo r) (hi := hi r);
      [intros; apply P_pos | apply P_sum | exact n1 | apply Hlo, Hr | intros; apply HC; [lia | exact Hr] | apply Hcond, Hr].
Qed.

Theorem none_probability_increases_equal_costs (c : R -> R) s t : 0 <= s < t ->
  (forall r, s <= r <= t -> 0 < c r) ->
  (forall k r, (1 <= k <= n)%nat -> s <= r <= t -> C k r = c r) -> P 0 s < P 0 t.
Proof.
  intros Hst Hc HC; apply (none_probability_increases c c s t Hst Hc).
  - intros k r Hk Hr; rewrite (HC k r Hk Hr); lra.
  - intros r Hr; pose proof (Hc r Hr); pose proof (P_pos r 0).
    assert (0 < 2 * P 0 r * c r) by (apply Rmult_lt_0_compat; lra); lra.
Qed.

Theorem none_probability_increases_above_half (lo hi : R -> R) s t : 0 <= s < t ->
  (forall r, s <= r <= t -> 0 < lo r) ->
  (forall k r, (1 <= k <= n)%nat -> s <= r <= t -> lo r <= C k r <= hi r) ->
  (forall r, s <= r <= t -> / 2 <= P 0 r) -> P 0 s < P 0 t.
Proof.
  intros Hst Hlo HC Half; apply (none_probability_increases lo hi s t Hst Hlo HC).
  intros r Hr; pose proof (Hlo r Hr) as L; pose proof (Half r Hr); pose proof (HC 1%nat r ltac:(lia) Hr).
  assert (0 <= (2 * P 0 r - 1) * hi r) by (apply Rmult_le_pos; lra); lra.
Qed.

(* (iii): D = ln sum_{k>=1} e^{a_k} - a_0 = logit of the probability that the edge is active. *)
Definition D (t : R) : R := ln (Sum n (fun k => exp (a (S k) t))) - a 0%nat t.

Lemma sigmoid_D t : sigmoid (D t) = 1 - P 0 t.
Proof.
  unfold sigmoid, D, P, softmax, partition; rewrite Sum_S_first.
  assert (T : 0 < Sum n (fun k => exp (a (S k) t))) by (apply Sum_pos; [exact n1 | intros; apply exp_pos]).
  replace (- (ln (Sum n (fun k => exp (a (S k) t))) - a 0%nat t)) with (a 0%nat t + - ln (Sum n (fun k => exp (a (S k) t)))) by ring.
  rewrite exp_plus, exp_Ropp, exp_ln by exact T; pose proof (exp_pos (a 0%nat t)); field; split; lra.
Qed.

Theorem equal_costs_F_falls c t : 0 < c -> 0 <= t ->
  (forall k r, (1 <= k <= n)%nat -> 0 <= r <= t -> c <= C k r) ->
  (forall k r, (1 <= k <= n)%nat -> 0 <= r <= t -> C k r = C 1%nat r) ->
  F (D t) <= F (D 0) - eta * c / 2 * t.
Proof.
  intros Hc Ht HC Heq; destruct (Rle_lt_or_eq_dec 0 t Ht) as [Hpos|<-]; [|lra].
  set (share := fun k r => P (S k) r / (1 - P 0 r)).
  set (dD := fun r => - (eta * C 1%nat r * ((1 - P 0 r) * (1 - (1 - P 0 r))) * (1 + Sum n (fun k => share k r * share k r)))).
  assert (Dd : forall r, 0 <= r <= t -> is_derive D r (dD r)).
  { intros r Hr; apply (logit_equation n eta (C 1%nat r) a r n1).
    intros k Hk; evar_last; [apply mean_field; [exact Hk | lra]|].
    f_equal; unfold arch_grad; f_equal.
    assert (E : forall j, (j <= n)%nat -> C j r = match j with O => 0 | S _ => C 1%nat r end).
    { intros j Hj; destruct j; [apply none_costs_nothing | apply Heq; [lia | exact Hr]]. }
    rewrite E by exact Hk; f_equal; apply Sum_ext; intros j Hj; rewrite E by lia; reflexivity. }
  destruct (MVT_gen (fun r => F (D r)) 0 t (fun r => / (2 * (sigmoid (D r) * (1 - sigmoid (D r)))) * dD r)) as [r [Hr E]].
  - intros r Hr; rewrite Rmin_left, Rmax_right in Hr by lra.
    pose proof (is_derive_comp F D r _ _ (F_derivative (D r)) (Dd r ltac:(lra))) as G.
    evar_last; [exact G|]; unfold scal; simpl; unfold mult; simpl; ring.
  - intros r Hr; rewrite Rmin_left, Rmax_right in Hr by lra.
    apply derivable_continuous_pt, ex_derive_Reals_0; eexists.
    apply (is_derive_comp F D r _ _ (F_derivative (D r)) (Dd r Hr)).
  - rewrite Rmin_left, Rmax_right in Hr by lra.
    rewrite sigmoid_D in E; unfold dD in E.
    assert (A : 0 < 1 - P 0 r) by (rewrite <- sigmoid_D; apply sigmoid_bounds).
    pose proof (P_pos r 0) as B.
    set (Q := Sum n (fun k => share k r * share k r)) in *.
    assert (QP : 0 <= Q) by (apply Sum_nonneg; intros; apply Rle_0_sqr).
    replace (/ (2 * ((1 - P 0 r) * (1 - (1 - P 0 r)))) * - (eta * C 1%nat r * ((1 - P 0 r) * (1 - (1 - P 0 r))) * (1 + Q)))
      with (- (eta * C 1%nat r * (1 + Q) / 2)) in E by (field; lra).
    assert (G1 : eta * c <= eta * C 1%nat r) by (apply Rmult_le_compat_l; [lra | apply HC; [lia | lra]]).
    assert (G0 : 0 < eta * c) by (apply Rmult_lt_0_compat; lra).
    assert (G2 : 0 <= eta * C 1%nat r * Q) by (apply Rmult_le_pos; lra).
    assert (G3 : eta * c / 2 * t <= eta * C 1%nat r * (1 + Q) / 2 * t) by (apply Rmult_le_compat_r; lra).
    lra.
Qed.

(* p_none -> 1. *)
Theorem equal_costs_none_wins c : 0 < c ->
  (forall k r, (1 <= k <= n)%nat -> 0 <= r -> c <= C k r) ->
  (forall k r, (1 <= k <= n)%nat -> 0 <= r -> C k r = C 1%nat r) ->
  forall d, exists T, forall t, T <= t -> 1 - sigmoid d < P 0 t.
Proof.
  intros Hc HC Heq d; set (T := Rmax 0 ((F (D 0) - F d) / (eta * c / 2) + 1)); exists T; intros t Ht.
  pose proof (Rmax_l 0 ((F (D 0) - F d) / (eta * c / 2) + 1)) as L.
  pose proof (Rmax_r 0 ((F (D 0) - F d) / (eta * c / 2) + 1)) as R; fold T in L, R.
  assert (G : 0 < eta * c / 2) by (assert (0 < eta * c) by (apply Rmult_lt_0_compat; lra); lra).
  pose proof (equal_costs_F_falls c t Hc ltac:(lra)
    (fun k r Hk Hr => HC k r Hk (proj1 Hr)) (fun k r Hk Hr => Heq k r Hk (proj1 Hr))) as Fall.
  assert (M : eta * c / 2 * ((F (D 0) - F d) / (eta * c / 2) + 1) <= eta * c / 2 * t) by (apply Rmult_le_compat_l; lra).
  replace (eta * c / 2 * ((F (D 0) - F d) / (eta * c / 2) + 1)) with (F (D 0) - F d + eta * c / 2) in M by (field; lra).
  assert (Below : D t < d) by (apply F_reflects; lra).
  assert (S : sigmoid (D t) < sigmoid d).
  { unfold sigmoid; pose proof (exp_pos (- D t)); pose proof (exp_pos (- d)).
    pose proof (exp_increasing (- d) (- D t) ltac:(lra)).
    apply Rinv_lt_contravar; [apply Rmult_lt_0_compat|]; lra. }
  rewrite sigmoid_D in S; lra.
Qed.
End Flow.

(* (iv): the replicator. *)
Theorem replicator_none_ratio n eta (p C : nat -> R -> R) k c T : 0 < eta -> 0 <= T -> (k <= n)%nat ->
  (forall t, C 0%nat t = 0) ->
  (forall j t, 0 <= t <= T -> 0 < p j t) ->
  (forall j t, (j <= n)%nat -> 0 <= t <= T ->
     is_derive (p j) t (- eta * arch_grad (S n) (fun i => p i t) (fun i => C i t) j)) ->
  (forall t, 0 <= t <= T -> c <= C k t) ->
  p 0%nat 0 / p k 0 * exp (eta * c * T) <= p 0%nat T / p k T.
Proof.
  intros He HT Hk C0 Pos Ode HC.
  set (h := fun t => ln (p 0%nat t) - ln (p k t)).
  assert (Dh : forall t, 0 <= t <= T -> is_derive h t (eta * C k t)).
  { intros t Ht; pose proof (Pos 0%nat t Ht) as P0; pose proof (Pos k t Ht) as Pk.
    pose proof (is_derive_minus _ _ t _ _
      (is_derive_comp ln (p 0%nat) t _ _ (is_derive_ln _ P0) (Ode 0%nat t ltac:(lia) Ht))
      (is_derive_comp ln (p k) t _ _ (is_derive_ln _ Pk) (Ode k t Hk Ht))) as D1.
    evar_last; [exact D1|]; unfold arch_grad, minus, plus, opp, scal; simpl; unfold mult; simpl.
    rewrite C0; field; lra. }
  assert (G : eta * c * T <= h T - h 0).
  { destruct (MVT_gen h 0 T (fun t => eta * C k t)) as [r [Hr E]].
    - intros t Ht; rewrite Rmin_left, Rmax_right in Ht by exact HT; apply Dh; lra.
    - intros t Ht; rewrite Rmin_left, Rmax_right in Ht by exact HT.
      apply derivable_continuous_pt, ex_derive_Reals_0; eexists; apply Dh; lra.
    - rewrite Rmin_left, Rmax_right in Hr by exact HT; rewrite E, Rminus_0_r.
      apply Rmult_le_compat_r; [exact HT|]; apply Rmult_le_compat_l; [lra | apply HC, Hr]. }
  assert (R : forall t, 0 <= t <= T -> p 0%nat t / p k t = exp (h t)).
  { intros t Ht; unfold h; rewrite <- ln_div by (apply Pos, Ht).
    symmetry; apply exp_ln, Rdiv_lt_0_compat; apply Pos, Ht. }
  rewrite !R by lra; rewrite <- exp_plus.
  destruct (Rle_lt_or_eq_dec (h 0 + eta * c * T) (h T) ltac:(lra)) as [L|E]; [apply Rlt_le, exp_increasing, L | rewrite E; lra].
Qed.

(* [FAIL] p = (.01, .9, .09), C = (0, .1, 10): all op costs are positive and p_none falls. *)
Theorem none_may_fall :
  let p := fun k => match k with O => / 100 | 1%nat => 9 / 10 | _ => 9 / 100 end in
  let C := fun k => match k with O => 0 | 1%nat => / 10 | _ => 10 end in
  Sum 3 p = 1 /\ none_drift 2 p C < 0.
Proof. simpl; unfold none_drift, active_cost; simpl; split; lra. Qed.
