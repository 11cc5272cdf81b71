//===- InputRange.h - What an input can hold, and what it is given -*- C++ -*-===//
#ifndef TARE_DRIVER_EXECUTE_INPUTRANGE_H
#define TARE_DRIVER_EXECUTE_INPUTRANGE_H

#include "Driver/Calibrate/SampleKeeper.h"
#include "tare/Calibration/Ranges.h"
#include "tare/Dialect/Qnn/ToldApart.h"
#include "tare/Runtime/Session.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/Value.h"

#include <optional>
#include <span>
#include <string>

namespace tare {

/// Real numbers from `low` to `high`.
struct RealRange {
  double low = 0, high = 0;
  /// Of what an input holds: whether the network's own Relu or Clip makes one of all that is beyond.
  bool isCutBelow = false, isCutAbove = false;
  double width() const { return high - low; }
};

/// The numbers that the integers of a program's input stand for, of all channels; nothing where the input takes
/// integers itself, or where the program does not say.
std::optional<RealRange> heldBy(const runtime::Session &session, size_t input);
/// The same of an argument of @main that is quantized at once.
std::optional<RealRange> heldBy(mlir::BlockArgument argument);

/// A sentence where numbers are not what an input was made for: many of them, a share of `outside`, are beyond what it
/// holds, or all lie within less than a sixteenth of it. Nothing where they fit. Numbers that are one and the same say
/// nothing.
std::optional<std::string> misfit(const std::string &input, const RealRange &held, const RealRange &found,
                                  double outside);

/// A warning for each input of a module that is not quantized yet whose data do not fit the grid that the model itself
/// gives it: by the samples of a calibration that were kept, or where there are none by its ranges.
void warnOfMisfits(mlir::ModuleOp module, const calibration::Ranges &ranges, std::span<const EvaluatedSample> samples);

/// The tensor with all beyond the range at its ends; NaN stays.
Tensor within(const std::optional<qnn::Interval> &range, Tensor tensor);

} // namespace tare

#endif // TARE_DRIVER_EXECUTE_INPUTRANGE_H
