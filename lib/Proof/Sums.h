//===- Sums.h - The error of an addition ------------------------*- C++ -*-===//
#ifndef TARE_LIB_PROOF_SUMS_H
#define TARE_LIB_PROOF_SUMS_H

#include "tare/Proof/Proof.h"

namespace tare::proof {

/// (A34) The worst error of an add: over all pairs of 8-bit operands; at 16 bits an upper bound.
void proveSum(LayerProof &proof, const program::Model &model, const program::LayerT &layer);

} // namespace tare::proof

#endif // TARE_LIB_PROOF_SUMS_H
