(* P2.4: how negative the output cost of one sample can be.
   K classes, label c, p = p_c, and W the positive number with W e^W = (K-1)/e:
     L - H >= - W, attained at z_c - z_k = 1 + W for all other k;
     L - H has no upper bound;
     (1-p) ln [(1-p)/((K-1)p)] <= L - H <= (1-p) ln [(1-p)/p];
     correctly classified implies L - H <= 0; p > 1/2 implies < 0; p < 1/K implies > 0;
     L - H < 0 iff p_c > exp (-H).
   The converse "wrong implies positive" is false: a counter-example with K = 3. *)
From Coq Require Import Reals Lra Lia Arith.
From Coquelicot Require Import Coquelicot.
From Edgewise Require Import Sums Softmax OutputCost.
Open Scope R_scope.

(* L - H of one sample with label c. *)
Definition gap (n c : nat) (z : nat -> R) : R := cross_entropy n (fun k => delta k c) z - entropy n z.

Lemma gap_mean n c z : (c < n)%nat -> gap n c z = Sum n (fun k => softmax n z k * (z k - z c)).
Proof.
  intro H; unfold gap; rewrite ce_minus_entropy_onehot by exact H.
  rewrite (Sum_ext n (fun k => softmax n z k * (z k - z c)) (fun k => softmax n z k * z k - softmax n z k * z c)) by (intros; ring).
  rewrite Sum_minus, Sum_scal_r, softmax_sum by lia; ring.
Qed.

Theorem correct_gap_nonpos n c z : (c < n)%nat -> (forall k, (k < n)%nat -> z k <= z c) -> gap n c z <= 0.
Proof.
  intros Hc H; rewrite gap_mean by exact Hc; rewrite <- (Sum_zero n (fun _ => 0)) by reflexivity.
  apply Sum_le; intros k Hk.
  pose proof (softmax_pos n z k ltac:(lia)) as P; pose proof (H k Hk).
  assert (0 <= softmax n z k * (z c - z k)) by (apply Rmult_le_pos; lra); lra.
Qed.

Lemma gap_ratio n c z : (c < n)%nat ->
  gap n c z = Sum n (fun k => exp (z k - z c) * (z k - z c)) / Sum n (fun k => exp (z k - z c)).
Proof.
  intro Hc; rewrite gap_mean by exact Hc; rewrite <- Sum_div; apply Sum_ext; intros k _.
  assert (Ht : 0 < Sum n (fun k => exp (z k - z c))) by (apply Sum_pos; [lia | intros; apply exp_pos]).
  assert (E : forall j, exp (z j - z c) = exp (z j) * exp (- z c)) by (intro; rewrite <- exp_plus; reflexivity).
  pose proof (partition_pos n z ltac:(lia)) as Z; pose proof (exp_pos (- z c)).
  assert (T : Sum n (fun k => exp (z k - z c)) = partition n z * exp (- z c)).
  { unfold partition; rewrite <- Sum_scal_r; apply Sum_ext; intros; apply E. }
  rewrite T, E; unfold softmax; field; lra.
Qed.

(* u e^{-u} <= 1/e in the form used below. *)
Lemma tail_bound d w : (d - w) * exp (- d) <= exp (- (1 + w)).
Proof.
  pose proof (exp_ineq1_le (d - w - 1)) as E.
  apply Rle_trans with (exp (d - w - 1) * exp (- d)).
  - apply Rmult_le_compat_r; [apply Rlt_le, exp_pos | lra].
  - rewrite <- exp_plus; right; f_equal; ring.
Qed.

Theorem gap_lower_bound n c z w : (c < n)%nat -> w * exp w = (INR n - 1) / exp 1 -> - w <= gap n c z.
Proof.
  intros Hc Hw; rewrite gap_ratio by exact Hc.
  assert (Ht : 0 < Sum n (fun k => exp (z k - z c))) by (apply Sum_pos; [lia | intros; apply exp_pos]).
  apply Rmult_le_reg_r with (1 := Ht); unfold Rdiv; rewrite Rmult_assoc, Rinv_l, Rmult_1_r by lra.
  enough (Sum n (fun k => exp (z k - z c) * ((z c - z k) - w)) <= 0) as E.
  { rewrite (Sum_ext n _ (fun k => - (exp (z k - z c) * (z k - z c)) - w * exp (z k - z c))) in E by (intros; ring).
    rewrite Sum_minus, Sum_opp, Sum_scal_l in E; lra. }
  rewrite (Sum_split n c) by exact Hc.
  replace (exp (z c - z c) * (z c - z c - w)) with (- w).
  2: { replace (z c - z c) with 0 by ring; rewrite exp_0; ring. }
  assert (B : Sum n (fun m => (1 - delta m c) * (exp (z m - z c) * (z c - z m - w)))
              <= Sum n (fun m => (1 - delta m c) * exp (- (1 + w)))).
  { apply Sum_le; intros m _; apply Rmult_le_compat_l; [unfold delta; destruct (Nat.eq_dec m c); lra|].
    pose proof (tail_bound (z c - z m) w) as T; replace (- (z c - z m)) with (z m - z c) in T by ring; lra. }
  assert (N : Sum n (fun m => (1 - delta m c) * exp (- (1 + w))) = w).
  { pose proof (Sum_split n c (fun _ => exp (- (1 + w))) Hc) as S; rewrite Sum_const in S.
    assert (X : exp (- (1 + w)) * exp w = / exp 1) by (rewrite <- exp_Ropp, <- exp_plus; f_equal; ring).
    pose proof (exp_pos w) as P; apply Rmult_eq_reg_r with (exp w); [|lra].
    transitivity ((INR n - 1) * (exp (- (1 + w)) * exp w)).
    - transitivity ((INR n * exp (- (1 + w)) - exp (- (1 + w))) * exp w); [|ring].
      f_equal; lra.
    - rewrite X, Hw; reflexivity. }
  lra.
Qed.

Theorem gap_lower_bound_attained n c z w : (c < n)%nat -> w * exp w = (INR n - 1) / exp 1 ->
  (forall k, (k < n)%nat -> k <> c -> z c - z k = 1 + w) -> gap n c z = - w.
Proof.
  intros Hc Hw Hz; rewrite gap_ratio by exact Hc.
  set (e := exp (- (1 + w))).
  assert (X : (INR n - 1) * e = w).
  { assert (Y : e * exp w = / exp 1) by (unfold e; rewrite <- exp_Ropp, <- exp_plus; f_equal; ring).
    pose proof (exp_pos w) as P; apply Rmult_eq_reg_r with (exp w); [|lra].
    rewrite Rmult_assoc, Y; symmetry; exact Hw. }
  assert (Y : forall m, (m < n)%nat -> (1 - delta m c) * exp (z m - z c) = (1 - delta m c) * e).
  { intros m Hm; unfold delta; destruct (Nat.eq_dec m c) as [->|D]; [ring|]; unfold e.
    replace (z m - z c) with (- (1 + w)) by (rewrite <- (Hz m Hm D); ring); reflexivity. }
  assert (Z : forall m, (m < n)%nat -> (1 - delta m c) * (exp (z m - z c) * (z m - z c)) = (1 - delta m c) * (- (1 + w) * e)).
  { intros m Hm; unfold delta; destruct (Nat.eq_dec m c) as [->|D]; [ring|]; unfold e.
    replace (z m - z c) with (- (1 + w)) by (rewrite <- (Hz m Hm D); ring); ring. }
  assert (T : forall q, Sum n (fun m => (1 - delta m c) * q) = (INR n - 1) * q).
  { intro q; pose proof (Sum_split n c (fun _ => q) Hc) as S; rewrite Sum_const in S; lra. }
  rewrite (Sum_split n c (fun k => exp (z k - z c) * (z k - z c))) by exact Hc.
  rewrite (Sum_split n c (fun k => exp (z k - z c))) by exact Hc.
  rewrite (Sum_ext n _ _ Y), (Sum_ext n _ _ Z), !T.
  replace (z c - z c) with 0 by ring; rewrite exp_0, X.
  replace ((INR n - 1) * (- (1 + w) * e)) with (- (1 + w) * ((INR n - 1) * e)) by ring.
  rewrite X.
  assert (0 <= w).
  { rewrite <- X; apply Rmult_le_pos; [|apply Rlt_le, exp_pos].
    assert (1 <= INR n) by (apply INR_ge_1; lia); lra. }
  field; lra.
Qed.

(* W exists and is unique among the non-negative numbers. *)
Theorem lambert_unique w v x : 0 <= w -> 0 <= v -> w * exp w = x -> v * exp v = x -> w = v.
Proof.
  assert (G : forall a b, 0 <= a -> a < b -> a * exp a < b * exp b).
  { intros a b Ha Hab; pose proof (exp_increasing _ _ Hab); pose proof (exp_pos a).
    apply Rle_lt_trans with (a * exp b); [apply Rmult_le_compat_l; lra | apply Rmult_lt_compat_r; lra]. }
  intros Hw Hv Ew Ev; destruct (Rtotal_order w v) as [A|[A|A]]; [|exact A|];
    [pose proof (G w v Hw A) | pose proof (G v w Hv A)]; lra.
Qed.

Theorem lambert_exists x : 0 < x -> exists w, 0 < w /\ w * exp w = x.
Proof.
  intro Hx; destruct (IVT (fun w => w * exp w - x) 0 x) as [w [Hw E]].
  - intro t; apply continuity_pt_minus.
    + apply continuity_pt_mult; [apply derivable_continuous_pt, derivable_pt_id|].
      apply derivable_continuous_pt, derivable_pt_exp.
    + apply continuity_pt_const; intros a b; reflexivity.
  - exact Hx.
  - rewrite Rmult_0_l; lra.
  - assert (1 < exp x) by (rewrite <- exp_0; apply exp_increasing, Hx).
    assert (x * 1 < x * exp x) by (apply Rmult_lt_compat_l; lra); lra.
  - exists w; split; [|lra].
    destruct (Rle_lt_or_eq_dec 0 w ltac:(lra)) as [P|<-]; [exact P | rewrite Rmult_0_l in E; lra].
Qed.

(* The two bounds at a given probability of the true class. *)
Lemma gap_ln n c z : (c < n)%nat ->
  gap n c z = - ln (softmax n z c) + Sum n (fun k => softmax n z k * ln (softmax n z k)).
Proof.
  intro H; unfold gap, cross_entropy, entropy; rewrite Sum_delta by exact H; ring.
Qed.

Lemma others_sum n c z : (c < n)%nat -> Sum n (fun m => (1 - delta m c) * softmax n z m) = 1 - softmax n z c.
Proof. intro H; pose proof (Sum_split n c (softmax n z) H) as S; rewrite softmax_sum in S by lia; lra. Qed.

Theorem gap_upper_at_p n c z : (1 < n)%nat -> (c < n)%nat -> let p := softmax n z c in
  gap n c z <= (1 - p) * ln ((1 - p) / p).
Proof.
  intros Hn Hc p; rewrite gap_ln by exact Hc; fold p.
  assert (P : 0 < p) by (apply softmax_pos; lia).
  assert (P1 : p < 1) by (apply softmax_lt_1; assumption).
  rewrite (Sum_split n c) by exact Hc; fold p; rewrite ln_div by lra.
  assert (B : Sum n (fun m => (1 - delta m c) * (softmax n z m * ln (softmax n z m)))
              <= Sum n (fun m => (1 - delta m c) * softmax n z m * ln (1 - p))).
  { apply Sum_le; intros m Hm; unfold delta; destruct (Nat.eq_dec m c) as [->|D]; [lra|].
    pose proof (softmax_pos n z m ltac:(lia)) as Q.
    assert (softmax n z m <= 1 - p).
    { unfold p; rewrite <- (others_sum n c z Hc).
      pose proof (Sum_term_le n m (fun i => (1 - delta i c) * softmax n z i) Hm) as T; cbv beta in T.
      rewrite delta_diff in T by exact D; rewrite Rminus_0_r, Rmult_1_l in T; apply T.
      intros i _; apply Rmult_le_pos; [unfold delta; destruct (Nat.eq_dec i c); lra | apply Rlt_le, softmax_pos; lia]. }
    assert (ln (softmax n z m) <= ln (1 - p)) by (apply ln_le; lra).
    rewrite Rminus_0_r, !Rmult_1_l; apply Rmult_le_compat_l; lra. }
  rewrite Sum_scal_r, others_sum in B by exact Hc; fold p in B; lra.
Qed.

Theorem gap_lower_at_p n c z : (1 < n)%nat -> (c < n)%nat -> let p := softmax n z c in
  (1 - p) * ln ((1 - p) / ((INR n - 1) * p)) <= gap n c z.
Proof.
  intros Hn Hc p; rewrite gap_ln by exact Hc; fold p.
  assert (P : 0 < p) by (apply softmax_pos; lia).
  assert (P1 : p < 1) by (apply softmax_lt_1; assumption).
  assert (K : 1 < INR n) by (apply INR_gt_1; lia).
  rewrite (Sum_split n c) by exact Hc; fold p.
  assert (K1 : 0 < INR n - 1) by lra.
  assert (Kp : 0 < (INR n - 1) * p) by (apply Rmult_lt_0_compat; lra).
  rewrite ln_div by lra; rewrite ln_mult by lra.
  set (u := (1 - p) / (INR n - 1)).
  assert (U : 0 < u) by (apply Rdiv_lt_0_compat; lra).
  assert (B : Sum n (fun m => (1 - delta m c) * (softmax n z m * ln u + softmax n z m - u))
              <= Sum n (fun m => (1 - delta m c) * (softmax n z m * ln (softmax n z m)))).
  { apply Sum_le; intros m Hm; apply Rmult_le_compat_l; [unfold delta; destruct (Nat.eq_dec m c); lra|].
    pose proof (softmax_pos n z m ltac:(lia)) as Q.
    assert (D : 0 < u / softmax n z m) by (apply Rdiv_lt_0_compat; lra).
    pose proof (ln_le_minus_1 _ D) as G; rewrite ln_div in G by lra.
    assert (M : softmax n z m * (ln u - ln (softmax n z m)) <= softmax n z m * (u / softmax n z m - 1))
      by (apply Rmult_le_compat_l; lra).
    replace (softmax n z m * (u / softmax n z m - 1)) with (u - softmax n z m) in M by (field; lra); lra. }
  assert (S : Sum n (fun m => (1 - delta m c) * (softmax n z m * ln u + softmax n z m - u)) = (1 - p) * ln u).
  { rewrite (Sum_ext n _ (fun m => (1 - delta m c) * softmax n z m * (ln u + 1) - (1 - delta m c) * u)) by (intros; ring).
    rewrite Sum_minus, Sum_scal_r, others_sum by exact Hc; fold p.
    pose proof (Sum_split n c (fun _ => u) Hc) as T; rewrite Sum_const in T.
    replace (Sum n (fun m => (1 - delta m c) * u)) with ((INR n - 1) * u) by lra.
    unfold u; field; lra. }
  rewrite S in B; unfold u in B at 1; rewrite ln_div in B by lra; lra.
Qed.

Theorem confident_gap_negative n c z : (1 < n)%nat -> (c < n)%nat -> / 2 < softmax n z c -> gap n c z < 0.
Proof.
  intros Hn Hc Hp; pose proof (gap_upper_at_p n c z Hn Hc) as B; cbv zeta in B.
  set (p := softmax n z c) in *; assert (P1 : p < 1) by (apply softmax_lt_1; assumption).
  assert (L : ln ((1 - p) / p) < 0).
  { rewrite <- ln_1; apply ln_increasing; [apply Rdiv_lt_0_compat; lra|].
    apply Rmult_lt_reg_r with p; [lra|]; unfold Rdiv; rewrite Rmult_assoc, Rinv_l by lra; lra. }
  assert (0 < (1 - p) * - ln ((1 - p) / p)) by (apply Rmult_lt_0_compat; lra); lra.
Qed.

Theorem unlikely_gap_positive n c z : (1 < n)%nat -> (c < n)%nat -> softmax n z c < / INR n -> 0 < gap n c z.
Proof.
  intros Hn Hc Hp; pose proof (gap_lower_at_p n c z Hn Hc) as B; cbv zeta in B.
  set (p := softmax n z c) in *; assert (P1 : p < 1) by (apply softmax_lt_1; assumption).
  assert (P : 0 < p) by (apply softmax_pos; lia).
  assert (K : 1 < INR n) by (apply INR_gt_1; lia).
  assert (Kp : INR n * p < 1).
  { apply Rmult_lt_compat_l with (r := INR n) in Hp; [rewrite Rinv_r in Hp by lra; exact Hp | lra]. }
  assert (D : 0 < (INR n - 1) * p) by (apply Rmult_lt_0_compat; lra).
  assert (L : 0 < ln ((1 - p) / ((INR n - 1) * p))).
  { rewrite <- ln_1; apply ln_increasing; [lra|].
    apply Rmult_lt_reg_r with ((INR n - 1) * p); [exact D|]; unfold Rdiv; rewrite Rmult_assoc, Rinv_l by lra; lra. }
  assert (0 < (1 - p) * ln ((1 - p) / ((INR n - 1) * p))) by (apply Rmult_lt_0_compat; lra); lra.
Qed.

Theorem gap_sign n c z : (c < n)%nat -> (gap n c z < 0 <-> exp (- entropy n z) < softmax n z c).
Proof.
  intro Hc; unfold gap, cross_entropy; rewrite Sum_delta by exact Hc.
  pose proof (softmax_pos n z c ltac:(lia)) as P; split; intro H.
  - rewrite <- (exp_ln _ P); apply exp_increasing; lra.
  - apply ln_increasing in H; [rewrite ln_exp in H; lra | apply exp_pos].
Qed.

(* No upper bound: two classes, the wrong one ahead by t >= 0. *)
Theorem gap_unbounded B : exists z, B < gap 2 0 z.
Proof.
  set (t := 2 * (Rabs B + 1)); exists (fun k => if Nat.eq_dec k 1 then t else 0).
  rewrite gap_mean by lia; simpl; unfold softmax, partition; simpl.
  assert (T : 0 < t) by (unfold t; pose proof (Rabs_pos B); lra).
  assert (E : 1 < exp t) by (rewrite <- exp_0; apply exp_increasing, T).
  rewrite exp_0; apply Rle_lt_trans with (Rabs B); [apply Rle_abs|].
  replace (0 + 1 / (0 + 1 + exp t) * (0 - 0) + exp t / (0 + 1 + exp t) * (t - 0))
    with (t * (exp t / (1 + exp t))) by (field; lra).
  apply Rlt_le_trans with (t * (1 / 2)); [unfold t; lra|].
  apply Rmult_le_compat_l; [lra|]; apply Rmult_le_reg_r with (1 + exp t); [lra|].
  unfold Rdiv; rewrite !Rmult_assoc, Rinv_l by lra; lra.
Qed.

(* [FAIL] "wrong implies positive": logits (0, 1/16, -1), label 0. *)
Theorem wrong_but_negative : exists z, z 0%nat < z 1%nat /\ z 2%nat < z 1%nat /\ gap 3 0 z < 0.
Proof.
  exists (fun k => match k with O => 0 | 1%nat => / 16 | _ => - 1 end).
  split; [lra|]; split; [lra|].
  rewrite gap_ratio by lia; simpl; rewrite !Rminus_0_r, exp_0.
  pose proof (exp_pos (/ 16)); pose proof (exp_pos (- 1)).
  apply Rmult_lt_reg_r with (0 + 1 + exp (/ 16) + exp (- 1)); [lra|].
  unfold Rdiv; rewrite Rmult_assoc, Rinv_l, Rmult_0_l, Rmult_1_r by lra.
  assert (U : exp (/ 16) <= 16 / 15).
  { pose proof (exp_ineq1_le (- / 16)) as E.
    assert (X : exp (/ 16) * exp (- / 16) = 1) by (rewrite <- exp_plus, Rplus_opp_r; apply exp_0).
    assert (exp (/ 16) * (15 / 16) <= 1) by (rewrite <- X; apply Rmult_le_compat_l; lra); lra. }
  assert (L : / 3 <= exp (- 1)).
  { replace (- 1) with (Ropp 1) by ring; rewrite exp_Ropp; apply Rinv_le_contravar; [apply exp_pos | apply exp_le_3]. }
  lra.
Qed.
