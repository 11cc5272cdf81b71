//===- ProgramCheck.h - A program against its QDQ form ----------*- C++ -*-===//
#ifndef TARE_DRIVER_CHECK_PROGRAMCHECK_H
#define TARE_DRIVER_CHECK_PROGRAMCHECK_H

#include "Driver/Check/ProgramResults.h"

#include <set>

namespace tare {

/// A layer of which elements differ by more than rounding explains.
struct Mismatch {
  std::string layer;
  /// Elements beyond what is explained, of how many.
  int64_t elements = 0, total = 0;
  /// In steps of the layer's result (LSB).
  double largest = 0, explained = 0;

  /// One line: the layer, what was found, and that it is a bug.
  std::string message() const;
};

/// What came of comparing each layer with the same values of the QDQ form.
struct ProgramCheck {
  /// What the program gives as the model does, a list of outputs per sample.
  std::vector<std::vector<Tensor>> outputs;
  int64_t layers = 0, elements = 0;
  /// Elements that differ at all, and by how many LSB at most.
  int64_t differing = 0;
  double largest = 0;
  /// The first layer that is wrong; nothing where all are right.
  std::optional<Mismatch> mismatch;
};

/// Why a layer may be off by more than a step.
struct Explanations {
  /// Of the target's multipliers: each is off by half of its last bit.
  int multiplierBits = 15;
  /// Layers of which a warning has told that they lose more, as repaired ones do.
  std::set<std::string> told;
};

/// Runs the program on samples, a list of what the model takes for each, and compares its layers with those values of
/// the QDQ form that it holds on the same grid. Each is computed from the program's own operands, so that what differs
/// is this layer's: at most what rounding explains (docs/arithmetic.md, "What may differ from float"), or what the
/// proof of the layer says beyond. One sample's layers are held in memory per thread.
Result<ProgramCheck> checkProgram(mlir::ModuleOp qdq, std::shared_ptr<const runtime::Session> session,
                                  const std::vector<std::vector<Tensor>> &inputs, size_t threads,
                                  const Explanations &explanations);

} // namespace tare

#endif // TARE_DRIVER_CHECK_PROGRAMCHECK_H
