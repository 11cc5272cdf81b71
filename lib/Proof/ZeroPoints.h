//===- ZeroPoints.h - What a layer computes with, and its grids -*- C++ -*-===//
#ifndef TARE_LIB_PROOF_ZEROPOINTS_H
#define TARE_LIB_PROOF_ZEROPOINTS_H

#include "tare/Program/Model.h"

namespace tare::proof {

/// Whether the zero points that the layer's arithmetic takes off its operands, and adds to its result, are those of
/// their grids, as far as the operator and the program say them. Scales are what the proof is about; zero points are
/// right or wrong.
bool hasZeroPointsOfGrids(const program::Model &model, const program::LayerT &layer);

} // namespace tare::proof

#endif // TARE_LIB_PROOF_ZEROPOINTS_H
