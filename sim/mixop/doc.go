// Package mixop is the mixed operation of differentiable architecture search
// as one batched computation: all candidate operations of all edges of a cell,
//
//	x_j = Σ_{i<j} Σ_k Z^k_ij · O^k_ij(x_i),
//
// forward, backward, and the local costs C^k_ij = ⟨∂L/∂x_j, O^k_ij(x_i)⟩.
//
// Activations are image-major, [B][C][H][W] contiguous; one image fits the
// second-level cache, a batch does not. All work is therefore cut into functions
// of one image that do as much as they can while the image is near: pad and ReLU
// once for all edges that leave a node, depthwise, pointwise and moments in one
// visit. Batch norm in training mode is the only thing that needs the whole
// batch, so it is the only barrier. The sums behind it are kept per image (or, for
// the gradients of weights, per fixed chunk of images) and added in image order:
// results have the same bytes for any number of workers.
//
// The cost of an operation that ends in batch norm is a by-product of the
// backward pass: C^k = Σ_c γ_c/σ_c · Σ g·(v − μ_c) + β_c · Σ g, and the two sums over
// the batch are what the gradient of batch norm needs anyway.
package mixop
