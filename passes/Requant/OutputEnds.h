//===- OutputEnds.h - Where results saturate --------------------*- C++ -*-===//
#ifndef TARE_PASSES_REQUANT_OUTPUTENDS_H
#define TARE_PASSES_REQUANT_OUTPUTENDS_H

#include "Arithmetic/AccumulatorBound.h"

#include <utility>

namespace tare {

/// (A13) lo and hi of a result: the ends of its integers, or of the fused activation on its grid.
using OutputEnds = std::pair<int32_t, int32_t>;

/// Of an op on quantized types.
OutputEnds outputEndsOf(qnn::RequantOpInterface op);

/// How far results may be off, in steps, where the scale `have` stands for `wanted`: the largest difference of
/// clamp(zero + scale * a) over the accumulators a. Where results are at one end anyway there is none.
double costOfScale(double wanted, double have, const AccumulatorInterval &accumulators, double zero,
                   std::pair<double, double> ends);

} // namespace tare

#endif // TARE_PASSES_REQUANT_OUTPUTENDS_H
