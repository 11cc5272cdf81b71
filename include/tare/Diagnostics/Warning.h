//===- Warning.h - What a user should know, and what it costs ---*- C++ -*-===//
//
// A warning is an MLIR diagnostic with fields: its text is for people who read one message, its fields let a tool put
// equal causes on one line, rank them by what they cost, and write them as JSON. Every warning of the compiler is
// reported by reportWarning(); a repair by reportRepair() (tare/Passes/Repairs.h), which does so.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_DIAGNOSTICS_WARNING_H
#define TARE_DIAGNOSTICS_WARNING_H

#include "mlir/IR/Diagnostics.h"

#include <optional>
#include <string>

namespace tare {

/// What a cost is measured in, the unit that weighs most first: this is the order in which warnings are ranked.
enum class CostUnit {
  /// Of an output of the model: the signal to noise ratio that is missing.
  decibel,
  /// Steps of the layer's result.
  lsb,
  /// A real number, where the result has no grid.
  real,
  /// Nothing is known; the cost is 0.
  none
};

/// "dB", "LSB", "real", or "".
llvm::StringRef nameOf(CostUnit unit);

/// A cost of fewer steps of a layer's result than these is no warning but a remark: it is well under a tenth of a step,
/// which rounding alone is five times of, and nobody needs a way out of it. Of a result of more than 8 bits a whole
/// step is as little. (docs/tools.md says so.)
inline constexpr double negligibleSteps = 0.05, negligibleWideSteps = 1;

/// Something that makes results worse, or input that is not what it seems.
struct Warning {
  /// What it is, as an identifier: "LostBits", "DeadValue". Warnings of one kind and one cause are one line for the
  /// user.
  std::string kind;
  /// Why it is so, as an identifier: "NearlyZeroWeights"; empty where the kind says it.
  std::string cause;
  /// The user's name of the layer (or value) that it is about.
  std::string layer;
  /// The most that a result can be off by it, in `unit`.
  double cost = 0;
  CostUnit unit = CostUnit::none;
  /// One sentence that names the layer, says what was found, what it costs and why: one cause, the true one.
  std::string text;
  /// What its user can do, as an imperative; empty where nothing is needed.
  std::string remedy;
  /// Whether the steps that `cost` counts are those of a result of more than 8 bits.
  bool isWide = false;

  /// The sentence with its remedy.
  std::string message() const;
  /// Whether it is a remark, for those who ask for all: it costs less than negligibleSteps, or negligibleWideSteps.
  bool isNegligible() const { return unit == CostUnit::lsb && cost < (isWide ? negligibleWideSteps : negligibleSteps); }
};

/// Reports the warning as a diagnostic at `location`. Errors and plain diagnostics need no fields.
void reportWarning(mlir::Location location, const Warning &warning);

/// The fields of a diagnostic that reportWarning() has made; nothing of any other.
std::optional<Warning> warningOf(mlir::Diagnostic &diagnostic);

} // namespace tare

#endif // TARE_DIAGNOSTICS_WARNING_H
