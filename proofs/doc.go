// Package proofs is the register of claims: every numbered statement of the
// theory (P1.1 to P7.11) with its conditions, what it uses, and the evidence
// that holds it up: symbolic derivations, identities at random points in
// 200-bit arithmetic, exact enumeration, measurements on a real supernet with
// real images, theorems checked by Coq, and counter-examples.
//
// A statement that the theory reports as false stands in the register too,
// under a number with the suffix "x" (P2.4x), and its evidence is the
// counter-example.
//
// Every check takes a mutation: a change of the statement that makes it false,
// such as a flipped sign or a dropped coupling. A check counts only if it
// passes as stated and fails mutated; Run does both.
//
// Signs: a positive cost means that the edge raises the loss and that its
// operation loses probability.
package proofs
