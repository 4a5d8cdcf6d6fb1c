(* P5.4: the order of edge costs in the minimal cell (width preference).
   Edges 0:(0,2) 1:(1,2) 2:(0,3) 3:(1,3) 4:(2,3) are active independently with
   probabilities p_e; n counts the effective ones (edge 4 is effective iff it is
   active and edge 0 or 1 is); an effective edge costs phi(n), phi non-decreasing.
   C_e is the expected cost of e given that e is active. Then
     p0 <= p2 implies C_2 <= C_0,   p4 <= p0 implies C_4 >= (1 - q0 q1) C_0,   q = 1 - p.
   Without the condition on p the first fails: a counter-example closes the file. *)
From Coq Require Import Reals Lra Lia Arith.
From Edgewise Require Import Sums.
Open Scope R_scope.

(* Expectation over one edge. *)
Definition E (p : R) (f : bool -> R) : R := p * f true + (1 - p) * f false.

Definition b2n (b : bool) : nat := if b then 1%nat else 0%nat.

(* Number of effective edges. *)
Definition effective (a0 a1 a2 a3 a4 : bool) : nat :=
  b2n a0 + b2n a1 + b2n a2 + b2n a3 + b2n (andb a4 (orb a0 a1)).

Section Costs.
Variables (p0 p1 p2 p3 p4 : R) (phi : nat -> R).

Definition C0 : R := E p1 (fun a1 => E p3 (fun a3 => E p4 (fun a4 => E p2 (fun a2 => phi (effective true a1 a2 a3 a4))))).
Definition C2 : R := E p1 (fun a1 => E p3 (fun a3 => E p4 (fun a4 => E p0 (fun a0 => phi (effective a0 a1 true a3 a4))))).
(* Edge 4 costs nothing when it is active but not effective. *)
Definition C4 : R := E p2 (fun a2 => E p3 (fun a3 => E p1 (fun a1 => E p0 (fun a0 =>
  if orb a0 a1 then phi (effective a0 a1 a2 a3 true) else 0)))).
(* C0 with the sums in the order of C4. *)
Definition C0' : R := E p2 (fun a2 => E p3 (fun a3 => E p1 (fun a1 => E p4 (fun a4 => phi (effective true a1 a2 a3 a4))))).

Hypothesis (H0 : 0 <= p0 <= 1) (H1 : 0 <= p1 <= 1) (H2 : 0 <= p2 <= 1) (H3 : 0 <= p3 <= 1) (H4 : 0 <= p4 <= 1).
Hypothesis Hphi : forall n m, (n <= m)%nat -> phi n <= phi m.

Lemma E_le p f g : 0 <= p <= 1 -> (forall b, f b <= g b) -> E p f <= E p g.
Proof.
  intros [Hp Hq] H; unfold E; pose proof (H true); pose proof (H false).
  apply Rplus_le_compat; apply Rmult_le_compat_l; lra.
Qed.

Lemma coupling p q x y z : 0 <= p -> p <= q -> q <= 1 -> x <= y -> y <= z ->
  p * z + (1 - p) * x <= q * z + (1 - q) * y.
Proof.
  intros Hp Hpq Hq Hxy Hyz.
  assert (p * (z - y) <= q * (z - y)) by (apply Rmult_le_compat_r; lra).
  assert ((1 - p) * x <= (1 - p) * y) by (apply Rmult_le_compat_l; lra); lra.
Qed.

Lemma mean_ge p x y m : 0 <= p <= 1 -> m <= x -> m <= y -> m <= p * x + (1 - p) * y.
Proof.
  intros [Hp Hq] Hx Hy.
  assert (p * m <= p * x) by (apply Rmult_le_compat_l; lra).
  assert ((1 - p) * m <= (1 - p) * y) by (apply Rmult_le_compat_l; lra); lra.
Qed.

Theorem width_preference : p0 <= p2 -> C2 <= C0.
Proof.
  intro H; unfold C2, C0.
  apply E_le; [exact H1|]; intro a1; apply E_le; [exact H3|]; intro a3; apply E_le; [exact H4|]; intro a4.
  unfold E.
  replace (effective true a1 true a3 a4) with (effective true a1 true a3 a4) by reflexivity.
  apply coupling; try lra; apply Hphi; unfold effective, b2n; destruct a1, a3, a4; cbn; try lia.
Qed.

Lemma C0_reorder : C0 = C0'.
Proof. unfold C0, C0', E; ring. Qed.

Lemma E_scal p c f : c * E p f = E p (fun b => c * f b).
Proof. unfold E; ring. Qed.

Theorem intermediate_lower_bound : p4 <= p0 -> (1 - (1 - p0) * (1 - p1)) * C0 <= C4.
Proof.
  intro H; rewrite C0_reorder; unfold C0', C4; rewrite !E_scal.
  apply E_le; [exact H2|]; intro a2; rewrite !E_scal; apply E_le; [exact H3|]; intro a3.
  set (m := (b2n a2 + b2n a3)%nat).
  assert (P1 : phi (m + 1)%nat <= phi (m + 2)%nat) by (apply Hphi; lia).
  assert (P2 : phi (m + 2)%nat <= phi (m + 3)%nat) by (apply Hphi; lia).
  unfold E; simpl orb; cbv iota.
  replace (effective true true a2 a3 true) with (m + 3)%nat by (unfold m; destruct a2, a3; reflexivity).
  replace (effective true true a2 a3 false) with (m + 2)%nat by (unfold m; destruct a2, a3; reflexivity).
  replace (effective true false a2 a3 true) with (m + 2)%nat by (unfold m; destruct a2, a3; reflexivity).
  replace (effective true false a2 a3 false) with (m + 1)%nat by (unfold m; destruct a2, a3; reflexivity).
  replace (effective false true a2 a3 true) with (m + 2)%nat by (unfold m; destruct a2, a3; reflexivity).
  revert P1 P2; generalize (phi (m + 1)%nat) (phi (m + 2)%nat) (phi (m + 3)%nat); intros f1 f2 f3 P1 P2.
  (* X is E phi(1 + a0 + a1 + ...): the cost of edge 4 with its gate always open. *)
  set (X := p1 * (p0 * f3 + (1 - p0) * f2) + (1 - p1) * (p0 * f2 + (1 - p0) * f1)).
  set (Y := p1 * (p4 * f3 + (1 - p4) * f2) + (1 - p1) * (p4 * f2 + (1 - p4) * f1)).
  assert (XY : Y <= X).
  { unfold X, Y; apply Rplus_le_compat; apply Rmult_le_compat_l; try lra; apply coupling; lra. }
  assert (XF : f1 <= X) by (unfold X; apply mean_ge; [exact H1| |]; apply mean_ge; lra).
  assert (Q0 : 0 <= (1 - p0) * (1 - p1)) by (apply Rmult_le_pos; lra).
  assert (Q1 : (1 - p0) * (1 - p1) <= 1 * 1) by (apply Rmult_le_compat; lra).
  set (qq := (1 - p0) * (1 - p1)) in *.
  apply Rle_trans with ((1 - qq) * X).
  - match goal with |- ?A <= _ => replace A with ((1 - qq) * Y) by (unfold Y; ring) end.
    apply Rmult_le_compat_l; lra.
  - match goal with |- _ <= ?A => replace A with (X - qq * f1) by (unfold X, qq; ring) end.
    assert (0 <= qq * (X - f1)) by (apply Rmult_le_pos; lra); lra.
Qed.

(* If costs are negative, the edge at the intermediate node earns least. *)
Theorem intermediate_earns_least : p0 <= p2 -> p4 <= p0 -> (forall n, phi n <= 0) ->
  C0 <= 0 -> Rabs C4 <= (1 - (1 - p0) * (1 - p1)) * Rabs C0 /\ Rabs C0 <= Rabs C2.
Proof.
  intros A B N Z; pose proof (width_preference A) as W; pose proof (intermediate_lower_bound B) as I.
  assert (C4 <= 0).
  { unfold C4.
    assert (G : forall p f, 0 <= p <= 1 -> (forall b, f b <= 0) -> E p f <= 0).
    { intros p f Hp Hf; unfold E.
      assert (0 <= p * - f true) by (apply Rmult_le_pos; [|pose proof (Hf true)]; lra).
      assert (0 <= (1 - p) * - f false) by (apply Rmult_le_pos; [|pose proof (Hf false)]; lra); lra. }
    apply G; [exact H2|]; intro; apply G; [exact H3|]; intro; apply G; [exact H1|]; intro; apply G; [exact H0|]; intro.
    destruct (orb _ _); [apply N | lra]. }
  rewrite !Rabs_left1 by lra; split; lra.
Qed.
End Costs.

(* The condition on p is needed: with p0 = 1 > p2 = 0 and phi(n) = n the order is reversed. *)
Theorem width_preference_needs_condition :
  exists p0 p1 p2 p3 p4, (forall n m, (n <= m)%nat -> INR n <= INR m) /\
    C0 p1 p2 p3 p4 INR < C2 p0 p1 p3 p4 INR.
Proof.
  exists 1, 0, 0, 0, 0; split; [intros; apply le_INR; assumption|].
  unfold C0, C2, E; simpl; lra.
Qed.
