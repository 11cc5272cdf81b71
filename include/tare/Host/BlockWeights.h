//===- BlockWeights.h - Weights of few bits in blocks -----------*- C++ -*-===//
#ifndef TARE_HOST_BLOCKWEIGHTS_H
#define TARE_HOST_BLOCKWEIGHTS_H

#include "tare/Host/Attributes.h"

namespace tare::host {

/// The matrix [K, N] of float32 that the weights of a com.microsoft MatMulNBits stand for. The attributes are the
/// node's; the operands, which agree with them, are its B, scales and zero points (null: in the middle).
Tensor blockWeights(const Attributes &attributes, const Tensor &weights, const Tensor &scales,
                    const Tensor *zeroPoints);

} // namespace tare::host

#endif // TARE_HOST_BLOCKWEIGHTS_H
