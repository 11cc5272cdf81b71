//===- Cause.h - Why an effective scale is out of reach ---------*- C++ -*-===//
#ifndef TARE_PASSES_REQUANT_CAUSE_H
#define TARE_PASSES_REQUANT_CAUSE_H

#include "tare/Dialect/Qnn/QnnInterfaces.h"

#include <string>

namespace tare {

/// The one reason for something, and what to do.
struct Cause {
  /// An identifier, as Warning::cause.
  std::string kind;
  /// "the output was never .."
  std::string text;
  /// "calibrate .."; may be empty.
  std::string remedy;

  /// "the output was never ..; calibrate .."
  std::string message() const { return remedy.empty() ? text : text + "; " + remedy; }
};

/// Why M = Sx * Sw[c] / Sy is larger than any multiplier and shift.
Cause causeOfLargeScale(qnn::RequantOpInterface op);

/// Why M is so small that multiplier bits, or the whole channel, are lost.
Cause causeOfSmallScale(qnn::RequantOpInterface op, int64_t channel);

/// Why an operand of a sum adds nothing.
Cause causeOfVanishingOperand();

} // namespace tare

#endif // TARE_PASSES_REQUANT_CAUSE_H
