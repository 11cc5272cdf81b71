//===- Cause.h - Why an effective scale is out of reach ---------*- C++ -*-===//
#ifndef TARE_PASSES_REQUANT_CAUSE_H
#define TARE_PASSES_REQUANT_CAUSE_H

#include "tare/Dialect/Qnn/QnnInterfaces.h"

#include <string>

namespace tare {

/// Why M = Sx * Sw[c] / Sy is larger than any multiplier and shift, and what to do: "the output was never ..; calibrate ..".
std::string causeOfLargeScale(qnn::RequantOpInterface op);

/// Why M is so small that multiplier bits, or the whole channel, are lost.
std::string causeOfSmallScale(qnn::RequantOpInterface op, int64_t channel);

} // namespace tare

#endif // TARE_PASSES_REQUANT_CAUSE_H
