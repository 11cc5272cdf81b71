//===- Goal.h - What --budget asks for --------------------------*- C++ -*-===//
#ifndef TARE_DRIVER_BUDGET_GOAL_H
#define TARE_DRIVER_BUDGET_GOAL_H

#include "tare/Tensor/Result.h"

#include <cstdint>
#include <string>

namespace tare {

/// An accuracy that is to be reached as cheaply as can be, or a cost within which the accuracy is to be as high as can
/// be.
struct BudgetGoal {
  enum class Kind { sqnr, bytes };
  Kind kind = Kind::sqnr;
  /// Of an accuracy: so many dB at each output. A loss of x percent, |fixed - float| / |float| of the outputs as
  /// vectors, is -20 log10(x / 100) dB.
  double sqnr = 0;
  /// Of a cost: so many bytes for a program's constants and its arena together.
  int64_t bytes = 0;
  /// As it was written, for messages.
  std::string text;
};

/// Reads "SQNR=30dB", "loss=0.3%" or "bytes=200kB" (B, kB, MB, KiB, MiB). Errors begin with the option; "latency=.." is
/// one, as no description of hardware says how fast it is.
Result<BudgetGoal> parseBudget(const std::string &text);

} // namespace tare

#endif // TARE_DRIVER_BUDGET_GOAL_H
