(* P1.3, P7.3: the expected update of DSNAS.
   A finite sample space of N outcomes w with weights mu(w) carries the sampled op Z(w) < n of one
   edge and its cost C(w), which may depend on everything else that was drawn (other edges, data).
   P1.3  E[C (1[Z=k] - p_k)] = p_k (Cbar_k - sum_m p_m Cbar_m), p_k = P(Z=k), Cbar_k = E[C | Z=k].
         No independence of the edges is used.
   P7.3  a baseline b that is independent of Z leaves the expected update as it is. *)
From Coq Require Import Reals Lra Lia Arith.
From Edgewise Require Import Sums Softmax.
Open Scope R_scope.

Section Dsnas.
Variables (N n : nat) (mu : nat -> R) (Z : nat -> nat) (C : nat -> R).
Hypothesis mu_nonneg : forall w, (w < N)%nat -> 0 <= mu w.
Hypothesis mu_total : Sum N mu = 1.
Hypothesis Z_range : forall w, (w < N)%nat -> (Z w < n)%nat.

Definition expect (f : nat -> R) : R := Sum N (fun w => mu w * f w).
Definition prob (k : nat) : R := expect (fun w => delta k (Z w)).
Definition conditional_cost (k : nat) : R := expect (fun w => C w * delta k (Z w)) / prob k.

Lemma expect_split f g c : expect (fun w => f w * (g w - c)) = expect (fun w => f w * g w) - c * expect f.
Proof. unfold expect; rewrite <- Sum_scal_l, <- Sum_minus; apply Sum_ext; intros; ring. Qed.

Lemma prob_nonneg k : 0 <= prob k.
Proof.
  unfold prob, expect; apply Sum_nonneg; intros w Hw; apply Rmult_le_pos; [apply mu_nonneg, Hw|].
  unfold delta; destruct (Nat.eq_dec k (Z w)); lra.
Qed.

Lemma prob_total : Sum n prob = 1.
Proof.
  unfold prob, expect; rewrite Sum_swap, <- mu_total; apply Sum_ext; intros w Hw.
  rewrite (Sum_ext n _ (fun k => delta k (Z w) * mu w)) by (intros; ring).
  apply (Sum_delta n (Z w) (fun _ => mu w)), Z_range, Hw.
Qed.

(* p_k Cbar_k = E[C 1[Z=k]], also where p_k = 0. *)
Lemma prob_conditional k : prob k * conditional_cost k = expect (fun w => C w * delta k (Z w)).
Proof.
  unfold conditional_cost; destruct (Req_dec (prob k) 0) as [P|P]; [|field; exact P].
  rewrite P, Rmult_0_l; symmetry; unfold expect; apply Sum_zero; intros w Hw.
  assert (T : mu w * delta k (Z w) <= prob k).
  { apply (Sum_term_le N w (fun v => mu v * delta k (Z v)) Hw).
    intros v Hv; apply Rmult_le_pos; [apply mu_nonneg, Hv|]; unfold delta; destruct (Nat.eq_dec k (Z v)); lra. }
  assert (S : 0 <= mu w * delta k (Z w)).
  { apply Rmult_le_pos; [apply mu_nonneg, Hw|]; unfold delta; destruct (Nat.eq_dec k (Z w)); lra. }
  replace (mu w * (C w * delta k (Z w))) with (C w * (mu w * delta k (Z w))) by ring.
  replace (mu w * delta k (Z w)) with 0 by lra; ring.
Qed.

Lemma expect_total : expect C = Sum n (fun m => prob m * conditional_cost m).
Proof.
  rewrite (Sum_ext n _ (fun m => expect (fun w => C w * delta m (Z w)))) by (intros; apply prob_conditional).
  unfold expect; rewrite Sum_swap; apply Sum_ext; intros w Hw.
  rewrite (Sum_ext n _ (fun m => delta m (Z w) * (mu w * C w))) by (intros; ring).
  symmetry; apply (Sum_delta n (Z w) (fun _ => mu w * C w)), Z_range, Hw.
Qed.

(* P1.3 *)
Theorem dsnas_expectation k :
  expect (fun w => C w * (delta k (Z w) - prob k)) = arch_grad n prob conditional_cost k.
Proof.
  transitivity (expect (fun w => C w * delta k (Z w)) - prob k * expect C).
  - apply expect_split.
  - rewrite <- prob_conditional, expect_total; unfold arch_grad; ring.
Qed.

(* Gauge of the sampled update, sample by sample. *)
Theorem dsnas_gauge w : (w < N)%nat -> Sum n (fun k => C w * (delta k (Z w) - prob k)) = 0.
Proof.
  intro Hw; rewrite Sum_scal_l, Sum_minus, prob_total.
  rewrite (Sum_ext n _ (fun k => delta k (Z w) * 1)) by (intros; ring).
  rewrite (Sum_delta n (Z w) (fun _ => 1)) by (apply Z_range, Hw); ring.
Qed.

(* P7.3: independence of b and Z is E[b 1[Z=k]] = E[b] p_k for every k. *)
Theorem baseline_unbiased b k : (forall j, expect (fun w => b w * delta j (Z w)) = expect b * prob j) ->
  expect (fun w => (C w - b w) * (delta k (Z w) - prob k)) = expect (fun w => C w * (delta k (Z w) - prob k)).
Proof.
  intro I; specialize (I k).
  assert (B : expect (fun w => b w * (delta k (Z w) - prob k)) = 0).
  { transitivity (expect (fun w => b w * delta k (Z w)) - prob k * expect b).
    - apply expect_split.
    - rewrite I; ring. }
  transitivity (expect (fun w => C w * (delta k (Z w) - prob k)) - expect (fun w => b w * (delta k (Z w) - prob k))).
  - unfold expect; rewrite <- Sum_minus; apply Sum_ext; intros; ring.
  - rewrite B; ring.
Qed.
End Dsnas.
