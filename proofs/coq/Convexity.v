(* P5.10: in the last cell, for an edge with no active edge downstream, the local cost bounds
   the leave-one-out value: C_e(A) >= LOO_e(A) = L(z) - L(z - v), v = z_e the logits of that edge.
   P4.2: the local cost of v grows along another voter u by int_0^1 v' H u ds, H = diag p - p p'.
   P2.2: L is convex in the temperature; P4.2: n equal voters cost more each, the more there are.
   P7.2: to second order C - LOO = (1/2) v' H v >= 0: H is positive semi-definite. *)
From Coq Require Import Reals Lra Lia Arith.
From Coquelicot Require Import Coquelicot.
From Edgewise Require Import Sums Softmax OutputCost.
Open Scope R_scope.

(* Jensen for exp, from 1 + t <= e^t. *)
Lemma jensen_exp n p u : (forall k, (k < n)%nat -> 0 <= p k) -> Sum n p = 1 ->
  exp (Sum n (fun k => p k * u k)) <= Sum n (fun k => p k * exp (u k)).
Proof.
  intros Hp S1; set (m := Sum n (fun k => p k * u k)).
  apply Rle_trans with (Sum n (fun k => p k * (exp m * (1 + (u k - m))))).
  - right; rewrite (Sum_ext n _ (fun k => exp m * (1 - m) * p k + exp m * (p k * u k))) by (intros; ring).
    rewrite Sum_plus, !Sum_scal_l, S1; fold m; ring.
  - apply Sum_le; intros k Hk; apply Rmult_le_compat_l; [apply Hp, Hk|].
    replace (exp (u k)) with (exp m * exp (u k - m)) by (rewrite <- exp_plus; f_equal; ring).
    apply Rmult_le_compat_l; [apply Rlt_le, exp_pos | apply exp_ineq1_le].
Qed.

Definition voter_cost (n : nat) (y z v : nat -> R) : R := Sum n (fun k => (softmax n z k - y k) * v k).

Lemma ce_lse n y z : (0 < n)%nat -> Sum n y = 1 ->
  cross_entropy n y z = ln (partition n z) - Sum n (fun k => y k * z k).
Proof. intros Hn Hy; unfold cross_entropy; rewrite Sum_ln_softmax, Hy by exact Hn; ring. Qed.

(* P5.10 *)
Theorem cost_bounds_leave_one_out n y z v : (0 < n)%nat -> Sum n y = 1 ->
  cross_entropy n y z - cross_entropy n y (fun k => z k - v k) <= voter_cost n y z v.
Proof.
  intros Hn Hy; rewrite !ce_lse by assumption; unfold voter_cost.
  rewrite (Sum_ext n (fun k => (softmax n z k - y k) * v k) (fun k => softmax n z k * v k - y k * v k)) by (intros; ring).
  rewrite (Sum_ext n (fun k => y k * (z k - v k)) (fun k => y k * z k - y k * v k)) by (intros; ring).
  rewrite !Sum_minus.
  enough (- Sum n (fun k => softmax n z k * v k) <= ln (partition n (fun k => z k - v k)) - ln (partition n z)) by lra.
  pose proof (partition_pos n z Hn) as P; pose proof (partition_pos n (fun k => z k - v k) Hn) as Q.
  rewrite <- ln_div by assumption; rewrite <- (ln_exp (- _)).
  apply ln_le; [apply exp_pos|].
  rewrite <- Sum_opp, (Sum_ext n _ (fun k => softmax n z k * - v k)) by (intros; ring).
  eapply Rle_trans; [apply jensen_exp; [intros; apply Rlt_le, softmax_pos, Hn | apply softmax_sum, Hn]|].
  right; unfold softmax; unfold partition at 2; rewrite <- Sum_div; apply Sum_ext; intros k _.
  unfold Rminus; rewrite exp_plus; field; lra.
Qed.

(* The Hessian form u' H v of the loss in the logits. *)
Definition hessian_form (n : nat) (z u v : nat -> R) : R :=
  Sum n (fun k => softmax n z k * (u k * v k)) - Sum n (fun k => softmax n z k * u k) * Sum n (fun k => softmax n z k * v k).

Theorem hessian_nonneg n z v : (0 < n)%nat -> 0 <= hessian_form n z v v.
Proof. apply variance_nonneg. Qed.

(* P4.2, differential form: d/ds of the cost of v along z + s u is v' H(z + s u) u. *)
Theorem redundancy_derivative n y z u v s : (0 < n)%nat ->
  is_derive (fun s => voter_cost n y (fun k => z k + s * u k) v) s (hessian_form n (fun k => z k + s * u k) v u).
Proof.
  intro Hn; unfold voter_cost.
  assert (A : forall k, (k < n)%nat -> is_derive (fun s => z k + s * u k) s (u k)) by (intros; auto_derive; [exact I | ring]).
  set (zs := fun k => z k + s * u k).
  assert (D : is_derive (fun s => Sum n (fun k => (softmax n (fun i => z i + s * u i) k - y k) * v k)) s
    (Sum n (fun k => softmax n zs k * (u k - Sum n (fun i => softmax n zs i * u i)) * v k))).
  { apply (is_derive_Sum n (fun k s => (softmax n (fun i => z i + s * u i) k - y k) * v k)
      (fun k _ => softmax n zs k * (u k - Sum n (fun i => softmax n zs i * u i)) * v k)).
    intros k Hk; apply is_derive_shift_scale.
    apply (softmax_curve n (fun i s => z i + s * u i) (fun i _ => u i) s k Hn Hk A). }
  evar_last; [exact D|]; unfold hessian_form.
  rewrite (Sum_ext n _ (fun k => softmax n zs k * (v k * u k) - Sum n (fun i => softmax n zs i * u i) * (softmax n zs k * v k))) by (intros; ring).
  rewrite Sum_minus, Sum_scal_l; ring.
Qed.

(* P4.2, the integral form. *)
Theorem redundancy_identity n y z u v : (0 < n)%nat ->
  is_RInt (fun s => hessian_form n (fun k => z k + s * u k) v u) 0 1
    (voter_cost n y (fun k => z k + u k) v - voter_cost n y z v).
Proof.
  intro Hn.
  assert (I : is_RInt (fun s => hessian_form n (fun k => z k + s * u k) v u) 0 1
    (minus (voter_cost n y (fun k => z k + 1 * u k) v) (voter_cost n y (fun k => z k + 0 * u k) v))).
  { apply (is_RInt_derive (fun s => voter_cost n y (fun k => z k + s * u k) v)).
    - intros s _; apply redundancy_derivative, Hn.
    - intros s _; unfold hessian_form.
      assert (P : forall k, (k < n)%nat -> continuous (fun s => softmax n (fun i => z i + s * u i) k) s).
      { intros k Hk; apply (ex_derive_continuous (V := R_NormedModule) (fun s => softmax n (fun i => z i + s * u i) k) s).
        eexists; apply (softmax_curve n (fun i s => z i + s * u i) (fun i _ => u i) s k Hn Hk).
        intros; auto_derive; [exact I | ring]. }
      assert (S : forall w : nat -> R, continuous (fun s => Sum n (fun k => softmax n (fun i => z i + s * u i) k * w k)) s).
      { intro w; assert (G : forall m, (m <= n)%nat -> continuous (fun s => Sum m (fun k => softmax n (fun i => z i + s * u i) k * w k)) s).
        { induction m as [|m IH]; intro Hm; simpl; [apply continuous_const|].
          apply (continuous_plus (fun s => Sum m (fun k => softmax n (fun i => z i + s * u i) k * w k))); [apply IH; lia|].
          apply (continuous_mult (fun s => softmax n (fun i => z i + s * u i) m) (fun _ => w m)); [apply P; lia | apply continuous_const]. }
        apply G; lia. }
      apply (continuous_minus (fun s => Sum n (fun k => softmax n (fun i => z i + s * u i) k * (v k * u k)))); [apply S|].
      apply (continuous_mult (fun s => Sum n (fun k => softmax n (fun i => z i + s * u i) k * v k))); apply S. }
  evar_last; [exact I|].
  assert (X : forall a b, (forall k, a k = b k) -> voter_cost n y a v = voter_cost n y b v).
  { intros a b E; unfold voter_cost, softmax, partition; apply Sum_ext; intros k _; rewrite E.
    rewrite (Sum_ext n (fun k => exp (a k)) (fun k => exp (b k))) by (intros; rewrite E; reflexivity); reflexivity. }
  rewrite (X (fun k => z k + 1 * u k) (fun k => z k + u k)) by (intro; ring).
  rewrite (X (fun k => z k + 0 * u k) z) by (intro; ring); reflexivity.
Qed.

(* P2.2: along the temperature the output cost divided by tau, dL(tau z)/dtau, does not fall:
   its derivative is the variance of z under p, so L is convex in tau. *)
Lemma voter_cost_ext n y a b v : (forall k, a k = b k) -> voter_cost n y a v = voter_cost n y b v.
Proof.
  intro E; unfold voter_cost, softmax, partition; apply Sum_ext; intros k _; rewrite E.
  rewrite (Sum_ext n (fun k => exp (a k)) (fun k => exp (b k))) by (intros; rewrite E; reflexivity); reflexivity.
Qed.

Theorem temperature_second_derivative n y v s : (0 < n)%nat ->
  is_derive (fun s => voter_cost n y (fun k => s * v k) v) s (hessian_form n (fun k => 0 + s * v k) v v) /\
  0 <= hessian_form n (fun k => 0 + s * v k) v v.
Proof.
  intro Hn; split; [|apply hessian_nonneg, Hn].
  apply (is_derive_ext (fun s => voter_cost n y (fun k => 0 + s * v k) v)).
  - intro t; apply voter_cost_ext; intro; ring.
  - apply (redundancy_derivative n y (fun _ => 0) v v s Hn).
Qed.

(* P4.2, the fully redundant limit: n copies of one voter v cost n phi(n) in all with
   phi(n) = voter_cost at n v, which does not fall with n. *)
Theorem redundant_limit n y v s t : (0 < n)%nat -> s <= t ->
  voter_cost n y (fun k => s * v k) v <= voter_cost n y (fun k => t * v k) v.
Proof.
  intros Hn Hst; set (f := fun s => voter_cost n y (fun k => s * v k) v).
  destruct (MVT_gen f s t (fun r => hessian_form n (fun k => 0 + r * v k) v v)) as [c [_ E]].
  - intros r _; apply (temperature_second_derivative n y v r Hn).
  - intros r _; apply derivable_continuous_pt, ex_derive_Reals_0; eexists.
    apply (temperature_second_derivative n y v r Hn).
  - assert (0 <= hessian_form n (fun k => 0 + c * v k) v v * (t - s)).
    { apply Rmult_le_pos; [apply hessian_nonneg, Hn | lra]. }
    unfold f in E; lra.
Qed.
