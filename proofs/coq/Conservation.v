(* P3.4, P3.6: conservation of cost at nodes and in cells.
   Nodes 0 .. N-1 carry vectors x_j of any spaces; the nodes from ins on are
   intermediate: x_j = sum_{i<j} sum_k Z_ijk O_ijk(x_i). g_j = <dL/dx_j, .> obeys the
   backward recursion g_j = G_j + sum_{l>j} sum_k Z_jlk g_l o J_jlk with G_j the part that
   reaches the output directly and J_ijk the derivative of O_ijk at x_i. Each op has
   degree 0 or 1 (P3.1), pass = its degree. C_ijk = g_j (O_ijk x_i), C_ij = sum_k Z C_ijk,
   D_j = G_j x_j, S_j = g_j x_j.
   Node law:  S_j = sum_{i<j} C_ij = D_j + sum_{l>j} sum_k Z_jlk pass_jlk C_jlk.
   Cell law:  sum_e C_e = sum_j D_j + cost passed back on edges between intermediate nodes;
     last cell: sum_j D_j = L - H (P2.1); an earlier cell, whose output is used through maps of
     degree 0: sum_j D_j = 0.
   P3.6: with one none op of cost 0 per edge, sum_e (-dL/da_none,e)/Z_none,e = sum_e C_e. *)
From Coq Require Import Reals Lra Lia Arith.
From Coquelicot Require Import Coquelicot.
From Edgewise Require Import Sums Softmax Euler.
Open Scope R_scope.

Section Cell.
Variables (N ins K : nat) (V : nat -> NormedModule R_AbsRing).
Variables (x : forall j, V j) (Z : nat -> nat -> nat -> R).
Variables (O J : forall i j : nat, nat -> V i -> V j) (g G : forall j, V j -> R).
Variable (degree : nat -> nat -> nat -> nat).

Hypothesis g_linear : forall j, is_linear (g j).
Hypothesis forward : forall j, (ins <= j < N)%nat ->
  x j = VSum j (fun i => VSum K (fun k => scal (Z i j k) (O i j k (x i)))).
Hypothesis backward : forall j v, (ins <= j < N)%nat ->
  g j v = G j v + Sum N (fun l => if lt_dec j l then Sum K (fun k => Z j l k * g l (J j l k v)) else 0).
Hypothesis derivative : forall i j k, (ins <= i < j)%nat -> (j < N)%nat -> (k < K)%nat ->
  filterdiff (O i j k) (locally (x i)) (J i j k).
Hypothesis homogeneity : forall i j k, (ins <= i < j)%nat -> (j < N)%nat -> (k < K)%nat ->
  (degree i j k <= 1)%nat /\ homogeneous (degree i j k) (O i j k) (x i).

Definition op_cost (i j k : nat) : R := g j (O i j k (x i)).
Definition edge_cost (i j : nat) : R := Sum K (fun k => Z i j k * op_cost i j k).
Definition direct (j : nat) : R := G j (x j).
Definition node_cost (j : nat) : R := g j (x j).
(* What edge (j,l) passes back to node j: the skip term of the text. *)
Definition passed_back (j l : nat) : R := Sum K (fun k => Z j l k * (INR (degree j l k) * op_cost j l k)).

Theorem node_cost_enters j : (ins <= j < N)%nat -> node_cost j = Sum j (fun i => edge_cost i j).
Proof.
  intro Hj; unfold node_cost; rewrite (forward j Hj) at 1.
  rewrite linear_VSum by apply g_linear; apply Sum_ext; intros i _.
  rewrite linear_VSum_scal by apply g_linear; reflexivity.
Qed.

Lemma op_passes i j k : (ins <= i < j)%nat -> (j < N)%nat -> (k < K)%nat ->
  g j (J i j k (x i)) = INR (degree i j k) * op_cost i j k.
Proof.
  intros Hi Hj Hk; destruct (homogeneity i j k Hi Hj Hk) as [D H].
  pose proof (derivative i j k Hi Hj Hk) as F; unfold op_cost.
  destruct (degree i j k) as [|[|d]]; [| |lia].
  - rewrite (path_law_degree0 _ _ _ _ (g_linear j) H F); simpl; ring.
  - rewrite (path_law_degree1 _ _ _ _ H F); simpl; ring.
Qed.

Theorem node_conservation j : (ins <= j < N)%nat ->
  Sum j (fun i => edge_cost i j) = direct j + Sum N (fun l => if lt_dec j l then passed_back j l else 0).
Proof.
  intro Hj; rewrite <- node_cost_enters by exact Hj; unfold node_cost; rewrite backward by exact Hj.
  unfold direct; f_equal; apply Sum_ext; intros l Hl; destruct (lt_dec j l) as [L|L]; [|reflexivity].
  apply Sum_ext; intros k Hk; rewrite op_passes by lia; reflexivity.
Qed.

(* Sums over the intermediate nodes and over the edges that enter them. *)
Definition over_nodes (f : nat -> R) : R := Sum N (fun j => if le_dec ins j then f j else 0).
Definition total_cost : R := over_nodes (fun j => Sum j (fun i => edge_cost i j)).
Definition total_passed_back : R :=
  over_nodes (fun j => Sum N (fun l => if lt_dec j l then passed_back j l else 0)).

Theorem cell_conservation : total_cost = over_nodes direct + total_passed_back.
Proof.
  unfold total_cost, total_passed_back, over_nodes; rewrite <- Sum_plus; apply Sum_ext; intros j Hj.
  destruct (le_dec ins j); [apply node_conservation; lia | ring].
Qed.

(* The passed-back costs belong to the edges between intermediate nodes. *)
Theorem passed_back_by_target : total_passed_back =
  Sum N (fun l => Sum l (fun j => if le_dec ins j then passed_back j l else 0)).
Proof.
  unfold total_passed_back, over_nodes.
  rewrite (Sum_triangle N (fun j l => if le_dec ins j then passed_back j l else 0)).
  apply Sum_ext; intros j _; destruct (le_dec ins j) as [I|I].
  - apply Sum_ext; reflexivity.
  - symmetry; apply Sum_zero; intros l _; destruct (lt_dec j l); reflexivity.
Qed.

(* All ops of degree 0 (no skip between intermediate nodes): nothing is passed back. *)
Theorem no_skip_no_return :
  (forall i j k, (ins <= i < j)%nat -> (j < N)%nat -> (k < K)%nat -> degree i j k = 0%nat) ->
  total_cost = over_nodes direct.
Proof.
  intro H; rewrite cell_conservation; unfold total_passed_back, over_nodes.
  rewrite (Sum_zero N (fun j => if le_dec ins j then Sum N (fun l => if lt_dec j l then passed_back j l else 0) else 0)); [ring|].
  intros j Hj; destruct (le_dec ins j) as [I|I]; [|reflexivity].
  apply Sum_zero; intros l Hl; destruct (lt_dec j l) as [L|L]; [|reflexivity].
  apply Sum_zero; intros k Hk; rewrite H by lia; simpl; ring.
Qed.

(* An earlier cell: the concatenated nodes reach L through maps that are homogeneous of
   degree 0 in all of them together, Phi on the product space T, with injections inj_j. *)
Theorem earlier_cell_zero (T : NormedModule R_AbsRing) (Phi : T -> R) (dPhi : T -> R) (inj : forall j, V j -> T) :
  let c := VSum N (fun j => if le_dec ins j then inj j (x j) else zero) in
  filterdiff Phi (locally c) dPhi ->
  homogeneous (V := T) (U := AbsRing_NormedModule R_AbsRing) 0 Phi c ->
  (forall j v, G j v = dPhi (inj j v)) ->
  over_nodes direct = 0.
Proof.
  intros c D H E; unfold over_nodes, direct.
  transitivity (dPhi c).
  - unfold c; rewrite linear_VSum by (destruct D as [L _]; exact L); apply Sum_ext; intros j _.
    destruct (le_dec ins j); [apply E|]; destruct D as [L _]; symmetry; exact (linear_zero dPhi L).
  - exact (euler_degree0 (V := T) (U := AbsRing_NormedModule R_AbsRing) Phi c dPhi H D).
Qed.

(* P3.6: op 0 is none, of cost 0; Z is a softmax on each edge (they sum to 1). *)
Theorem none_logit_law :
  (forall i j, op_cost i j 0 = 0) -> (forall i j, Z i j 0%nat <> 0) ->
  over_nodes (fun j => Sum j (fun i => - arch_grad K (Z i j) (op_cost i j) 0 / Z i j 0%nat))
  = over_nodes direct + total_passed_back.
Proof.
  intros C0 Z0; rewrite <- cell_conservation; unfold total_cost, over_nodes.
  apply Sum_ext; intros j _; destruct (le_dec ins j); [|reflexivity].
  apply Sum_ext; intros i _; unfold arch_grad, edge_cost; rewrite C0; field; apply Z0.
Qed.
End Cell.
