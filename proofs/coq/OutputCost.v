(* P2.1, P2.2, P2.3, P2.5, P2.6, P7.11: the output cost of the last cell.
   z are the logits of one sample, y its label distribution, p = softmax z,
   L = - sum y ln p the cross entropy and H = - sum p ln p the entropy.
   P2.1  L - H = sum_k (p_k - y_k) z_k; for a bias-free linear head the output
         costs D_j of the concatenated nodes add up to it.
   P2.2  L - H is the derivative of L at logits tau z with respect to tau, at 1.
   P2.3  a head bias b takes away sum (p - y) b; label smoothing adds eps (z_y - mean z).
   P2.5  averaged over uniform labels L - H = KL(p|u) + KL(u|p) >= 0.
   P2.6  |W - lr (g + lam W)|^2 = |W|^2 - 2 lr (<g,W> + lam |W|^2) + lr^2 |g + lam W|^2. *)
From Coq Require Import Reals Lra Lia Arith.
From Coquelicot Require Import Coquelicot.
From Edgewise Require Import Sums Softmax.
Open Scope R_scope.

Definition cross_entropy (n : nat) (y z : nat -> R) : R := - Sum n (fun k => y k * ln (softmax n z k)).
Definition entropy (n : nat) (z : nat -> R) : R := - Sum n (fun k => softmax n z k * ln (softmax n z k)).

Lemma ln_softmax n z k : (0 < n)%nat -> ln (softmax n z k) = z k - ln (partition n z).
Proof.
  intro H; unfold softmax; rewrite ln_div, ln_exp; [reflexivity | apply exp_pos | apply partition_pos, H].
Qed.

Lemma Sum_ln_softmax n z f : (0 < n)%nat ->
  Sum n (fun k => f k * ln (softmax n z k)) = Sum n (fun k => f k * z k) - ln (partition n z) * Sum n f.
Proof.
  intro H; rewrite <- Sum_scal_l, <- Sum_minus; apply Sum_ext; intros.
  rewrite ln_softmax by exact H; ring.
Qed.

(* P2.1, per sample. *)
Theorem ce_minus_entropy n y z : (0 < n)%nat -> Sum n y = 1 ->
  cross_entropy n y z - entropy n z = Sum n (fun k => (softmax n z k - y k) * z k).
Proof.
  intros Hn Hy; unfold cross_entropy, entropy; rewrite !Sum_ln_softmax, softmax_sum, Hy by exact Hn.
  rewrite (Sum_ext n (fun k => (softmax n z k - y k) * z k) (fun k => softmax n z k * z k - y k * z k)) by (intros; ring).
  rewrite Sum_minus; ring.
Qed.

(* One-hot labels: L - H = E_p z - z_y. *)
Theorem ce_minus_entropy_onehot n c z : (c < n)%nat ->
  cross_entropy n (fun k => delta k c) z - entropy n z = Sum n (fun k => softmax n z k * z k) - z c.
Proof.
  intro H; rewrite ce_minus_entropy; [|lia|].
  - rewrite (Sum_ext n _ (fun k => softmax n z k * z k - delta k c * z k)) by (intros; ring).
    rewrite Sum_minus, Sum_delta by exact H; reflexivity.
  - rewrite (Sum_ext n _ (fun k => delta k c * 1)) by (intros; ring); exact (Sum_delta n c (fun _ => 1) H).
Qed.

(* P2.1: linear head without bias on m nodes of d features each, logits
   z_k = sum_j sum_f W_jkf x_jf; D_j = <dL/dx_j, x_j> with dL/dz = p - y. *)
Theorem output_costs_sum n m d (W : nat -> nat -> nat -> R) (x : nat -> nat -> R) y : (0 < n)%nat -> Sum n y = 1 ->
  let z := fun k => Sum m (fun j => Sum d (fun f => W j k f * x j f)) in
  let g := fun j f => Sum n (fun k => (softmax n z k - y k) * W j k f) in
  Sum m (fun j => Sum d (fun f => g j f * x j f)) = cross_entropy n y z - entropy n z.
Proof.
  intros Hn Hy z g; rewrite ce_minus_entropy by assumption.
  transitivity (Sum m (fun j => Sum n (fun k => (softmax n z k - y k) * Sum d (fun f => W j k f * x j f)))).
  - apply Sum_ext; intros j _; unfold g.
    transitivity (Sum d (fun f => Sum n (fun k => (softmax n z k - y k) * (W j k f * x j f)))).
    + apply Sum_ext; intros f _; rewrite <- Sum_scal_r; apply Sum_ext; intros; ring.
    + rewrite Sum_swap; apply Sum_ext; intros k _; rewrite Sum_scal_l; reflexivity.
  - rewrite Sum_swap; apply Sum_ext; intros k _; rewrite Sum_scal_l; reflexivity.
Qed.

(* dL/dz = p - y along any direction. *)
Theorem ce_derivative n y (z dz : nat -> R -> R) t : (0 < n)%nat -> Sum n y = 1 ->
  (forall k, (k < n)%nat -> is_derive (z k) t (dz k t)) ->
  is_derive (fun s => cross_entropy n y (fun k => z k s)) t
    (Sum n (fun k => (softmax n (fun i => z i t) k - y k) * dz k t)).
Proof.
  intros Hn Hy Hz.
  assert (D : is_derive (fun s => - Sum n (fun k => y k * ln (softmax n (fun i => z i s) k))) t
    (- Sum n (fun k => y k * (dz k t - Sum n (fun i => softmax n (fun i => z i t) i * dz i t))))).
  { apply (is_derive_opp (fun s => Sum n (fun k => y k * ln (softmax n (fun i => z i s) k)))).
    apply (is_derive_Sum n (fun k s => y k * ln (softmax n (fun i => z i s) k))
      (fun k _ => y k * (dz k t - Sum n (fun i => softmax n (fun i => z i t) i * dz i t)))).
    intros k Hk; apply is_derive_scal.
    pose proof (softmax_pos n (fun i => z i t) k Hn) as P.
    pose proof (is_derive_comp ln _ t _ _ (is_derive_ln _ P) (softmax_curve n z dz t k Hn Hk Hz)) as E.
    evar_last; [exact E|]; unfold scal; simpl; unfold mult; simpl; field; lra. }
  evar_last; [exact D|].
  rewrite (Sum_ext n (fun k => y k * _) (fun k => y k * dz k t - y k * Sum n (fun i => softmax n (fun i => z i t) i * dz i t)))
    by (intros; ring).
  rewrite Sum_minus, Sum_scal_r, Hy.
  rewrite (Sum_ext n (fun k => (_ - _) * _) (fun k => softmax n (fun i => z i t) k * dz k t - y k * dz k t)) by (intros; ring).
  rewrite Sum_minus; ring.
Qed.

(* P2.2: the temperature derivative. *)
Theorem output_cost_is_temperature_derivative n y z : (0 < n)%nat -> Sum n y = 1 ->
  is_derive (fun tau => cross_entropy n y (fun k => tau * z k)) 1 (cross_entropy n y z - entropy n z).
Proof.
  intros Hn Hy; rewrite ce_minus_entropy by assumption.
  assert (A : forall k, (k < n)%nat -> is_derive (fun s => s * z k) 1 (z k)) by (intros; auto_derive; [exact I | ring]).
  pose proof (ce_derivative n y (fun k s => s * z k) (fun k _ => z k) 1 Hn Hy A) as D.
  evar_last; [exact D|]; apply Sum_ext; intros k _; f_equal; f_equal.
  unfold softmax, partition; rewrite Rmult_1_l; f_equal; apply Sum_ext; intros; rewrite Rmult_1_l; reflexivity.
Qed.

(* P2.2: labels drawn from the prediction make the mean of L - H zero. *)
Theorem calibrated_mean_zero n z : (0 < n)%nat ->
  Sum n (fun c => softmax n z c * (cross_entropy n (fun k => delta k c) z - entropy n z)) = 0.
Proof.
  intro Hn; set (m := Sum n (fun k => softmax n z k * z k)).
  rewrite (Sum_ext n _ (fun c => m * softmax n z c - softmax n z c * z c)).
  - rewrite Sum_minus, Sum_scal_l, softmax_sum by exact Hn; fold m; ring.
  - intros c Hc; rewrite ce_minus_entropy_onehot by exact Hc; fold m; ring.
Qed.

(* P2.3: logits z = s + b with the linear part s: the nodes carry L - H less sum (p - y) b. *)
Theorem bias_correction n y s b : (0 < n)%nat -> Sum n y = 1 ->
  let z := fun k => s k + b k in
  Sum n (fun k => (softmax n z k - y k) * s k) =
  cross_entropy n y z - entropy n z - Sum n (fun k => (softmax n z k - y k) * b k).
Proof.
  intros Hn Hy z; rewrite ce_minus_entropy by assumption; rewrite <- Sum_minus.
  apply Sum_ext; intros; unfold z; ring.
Qed.

(* P2.3: label smoothing, y' = (1 - eps) y + eps / n. *)
Theorem label_smoothing n c z eps : (c < n)%nat ->
  cross_entropy n (fun k => (1 - eps) * delta k c + eps / INR n) z - entropy n z =
  (cross_entropy n (fun k => delta k c) z - entropy n z) + eps * (z c - Sum n z / INR n).
Proof.
  intro Hc; assert (Hn : 0 < INR n) by (apply lt_0_INR; lia).
  unfold cross_entropy; rewrite !Sum_ln_softmax by lia.
  rewrite (Sum_ext n (fun k => ((1 - eps) * delta k c + eps / INR n) * z k)
    (fun k => (1 - eps) * (delta k c * z k) + eps / INR n * z k)) by (intros; ring).
  rewrite !Sum_plus, !Sum_scal_l, Sum_const, !Sum_delta by exact Hc.
  rewrite (Sum_ext n (fun k => delta k c) (fun k => delta k c * 1)) by (intros; ring).
  rewrite (Sum_delta n c (fun _ => 1)) by exact Hc; field; lra.
Qed.

(* P2.5: uniform labels. *)
Definition kl (n : nat) (p q : nat -> R) : R := Sum n (fun k => p k * ln (p k / q k)).

Theorem uniform_labels n z : (0 < n)%nat ->
  let u := fun _ : nat => / INR n in
  cross_entropy n u z - entropy n z = kl n (softmax n z) u + kl n u (softmax n z).
Proof.
  intros Hn u; assert (Hi : 0 < INR n) by (apply lt_0_INR; exact Hn).
  assert (Hu : 0 < / INR n) by (apply Rinv_0_lt_compat; exact Hi).
  assert (P : forall k, 0 < softmax n z k) by (intro; apply softmax_pos; exact Hn).
  unfold kl, cross_entropy, entropy, u.
  rewrite (Sum_ext n (fun k => softmax n z k * ln (softmax n z k / / INR n))
    (fun k => softmax n z k * ln (softmax n z k) - softmax n z k * ln (/ INR n))).
  2: { intros; rewrite ln_div by auto; ring. }
  rewrite (Sum_ext n (fun k => / INR n * ln (/ INR n / softmax n z k))
    (fun k => / INR n * ln (/ INR n) - / INR n * ln (softmax n z k))).
  2: { intros; rewrite ln_div by auto; ring. }
  rewrite !Sum_minus, Sum_scal_r, softmax_sum, Sum_const by exact Hn; field; lra.
Qed.

(* Gibbs: ln t <= t - 1, hence KL >= 0. *)
Lemma ln_le_minus_1 t : 0 < t -> ln t <= t - 1.
Proof.
  intro H; apply Rnot_lt_le; intro A.
  pose proof (exp_increasing _ _ A) as E; rewrite exp_ln in E by exact H.
  pose proof (exp_ineq1_le (t - 1)); lra.
Qed.

Theorem kl_nonneg n p q : (forall k, (k < n)%nat -> 0 < p k /\ 0 < q k) -> Sum n p = Sum n q -> 0 <= kl n p q.
Proof.
  intros H E; unfold kl.
  apply Rle_trans with (Sum n (fun k => p k - q k)); [rewrite Sum_minus; lra|].
  apply Sum_le; intros k Hk; destruct (H k Hk) as [Hp Hq].
  replace (p k / q k) with (/ (q k / p k)) by (field; lra).
  assert (Hd : 0 < q k / p k) by (apply Rdiv_lt_0_compat; lra).
  rewrite ln_Rinv by exact Hd.
  pose proof (ln_le_minus_1 (q k / p k) Hd) as G.
  assert (M : p k * ln (q k / p k) <= p k * (q k / p k - 1)) by (apply Rmult_le_compat_l; lra).
  replace (p k * (q k / p k - 1)) with (q k - p k) in M by (field; lra); lra.
Qed.

Theorem uniform_labels_nonneg n z : (0 < n)%nat ->
  0 <= cross_entropy n (fun _ => / INR n) z - entropy n z.
Proof.
  intro Hn; assert (Hi : 0 < INR n) by (apply lt_0_INR; exact Hn).
  assert (Hu : 0 < / INR n) by (apply Rinv_0_lt_compat; exact Hi).
  assert (S1 : Sum n (fun _ => / INR n) = 1) by (rewrite Sum_const; field; lra).
  rewrite uniform_labels by exact Hn.
  enough (0 <= kl n (softmax n z) (fun _ => / INR n) /\ 0 <= kl n (fun _ => / INR n) (softmax n z)) by lra.
  split; apply kl_nonneg; try (rewrite S1, softmax_sum by exact Hn; reflexivity);
    intros; split; try exact Hu; apply softmax_pos, Hn.
Qed.

(* P2.6: one step of gradient descent with weight decay on the head. *)
Theorem norm_law n (W g : nat -> R) lr lam :
  let sq := fun v => Sum n (fun i => v i * v i) in
  sq (fun i => W i - lr * (g i + lam * W i)) =
  sq W - 2 * lr * (Sum n (fun i => g i * W i) + lam * sq W) + lr * lr * sq (fun i => g i + lam * W i).
Proof.
  intro sq; unfold sq; rewrite <- !Sum_scal_l, <- Sum_plus, <- Sum_scal_l, <- Sum_minus, <- Sum_plus.
  apply Sum_ext; intros; ring.
Qed.

(* The variance of any v under p is not negative. *)
Theorem variance_nonneg n z v : (0 < n)%nat ->
  let p := softmax n z in
  0 <= Sum n (fun k => p k * (v k * v k)) - Sum n (fun k => p k * v k) * Sum n (fun k => p k * v k).
Proof.
  intros Hn p; set (m := Sum n (fun k => p k * v k)).
  replace (Sum n (fun k => p k * (v k * v k)) - m * m) with (Sum n (fun k => p k * ((v k - m) * (v k - m)))).
  - apply Sum_nonneg; intros; apply Rmult_le_pos; [apply Rlt_le, softmax_pos, Hn | apply Rle_0_sqr].
  - rewrite (Sum_ext n _ (fun k => p k * (v k * v k) - (2 * m) * (p k * v k) + (m * m) * p k)) by (intros; ring).
    rewrite Sum_plus, Sum_minus, !Sum_scal_l; fold m; unfold p; rewrite softmax_sum by exact Hn; ring.
Qed.
