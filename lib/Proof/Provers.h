//===- Provers.h - One method of proof for each meaning ---------*- C++ -*-===//
#ifndef TARE_LIB_PROOF_PROVERS_H
#define TARE_LIB_PROOF_PROVERS_H

#include "tare/Proof/Proof.h"
#include "tare/Proof/Requantizer.h"

namespace tare::proof {

/// Fills in what is known of the worst error of one layer, all but its name and kind.
using Prover = void(LayerProof &proof, const program::Model &model, const program::LayerT &layer);

/// Nothing is off where operands and result are on one grid.
Prover proveMovement;
Prover proveLoopEnd;
/// (A33) The worst error of a requantization.
Prover proveScaled;
/// (A34) The worst error of an add: over all pairs of 8-bit operands; at 16 bits an upper bound.
Prover proveSum;
/// (A44) The worst error of a function by its table: over all inputs.
Prover proveTable;
/// (A45) A bound of a softmax's error.
Prover proveSoftmax;
/// (A75) A bound of a normalization's error.
Prover proveNormalize;
/// (A46), (A57) A bound of a linear resize's error, on its operand's grid or to another.
Prover proveResize;
/// (A47) What float32 adds to the grid's rounding.
Prover proveQuantize, proveDequantize;

/// Nothing is proven through a layer that computes in the model's own types.
Prover proveHost;

/// (A66) A bound of the error of a layer with a function behind its accumulator.
void proveLayerFunction(LayerProof &proof, const program::Model &model, const program::LayerT &layer,
                        const Requantizer &requantizer);

/// The layer cannot be proven.
void setUnknown(LayerProof &proof, std::string reason);

} // namespace tare::proof

#endif // TARE_LIB_PROOF_PROVERS_H
