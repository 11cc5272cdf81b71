//===- DrawnIntegers.h - Integers that a model may be given ------*- C++ -*-===//
//
// Random bits are no ids: a table of 1000 rows has none of number -330304337. What an input of integers may hold
// follows from who reads it: a table's rows, a mask's two, or else a few small numbers.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_DRIVER_CALIBRATE_DRAWNINTEGERS_H
#define TARE_DRIVER_CALIBRATE_DRAWNINTEGERS_H

#include "tare/Calibration/Calibrate.h"
#include "tare/Program/Model.h"

#include "mlir/IR/BuiltinOps.h"
#include "llvm/Support/JSON.h"

#include <optional>
#include <string>
#include <vector>

namespace tare {

/// What is drawn for an input of integers or bools at random.
struct DrawnIntegers {
  std::string input;
  calibration::IntegerRange range;
  /// Why it is that range, as a clause: "layer 'embedding' takes one of 1000 rows by it".
  std::string reason;
};

/// By input; nothing of those that hold real numbers, or integers of 8 and 16 bits that nothing takes as an index, of
/// which all are drawn.
using DrawnInputs = std::vector<std::optional<DrawnIntegers>>;

/// Of the inputs of @main in its float form.
DrawnInputs drawnInputs(mlir::ModuleOp module);
DrawnInputs drawnInputs(const program::Model &model);

/// What randomSamples() takes.
std::vector<std::optional<calibration::IntegerRange>> rangesOf(const DrawnInputs &inputs);
/// "drawn at random: 'ids' from 0 to 999 (layer 'embedding' takes one of 1000 rows by it); .."; empty where there are
/// no such inputs.
std::string textOf(const DrawnInputs &inputs);
/// "random_inputs": [{"input": "ids", "low": 0, "high": 999, "reason": ".."}]
void writeDrawn(llvm::json::OStream &out, const DrawnInputs &inputs);

} // namespace tare

#endif // TARE_DRIVER_CALIBRATE_DRAWNINTEGERS_H
