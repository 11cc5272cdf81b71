//===- Layouts.h - What a tensor's dimensions mean --------------*- C++ -*-===//
#ifndef TARE_LIB_EMITTER_LAYOUTS_H
#define TARE_LIB_EMITTER_LAYOUTS_H

#include "mlir/IR/Value.h"

#include <string>

namespace tare {

/// A letter per dimension ("NHWC"), as the nearest op that knows sees it: towards the users of an input, towards the
/// operands of an output. Without such an op it is ONNX's layout for tensors of that rank, empty above 4.
std::string layoutOfInput(mlir::Value value);
std::string layoutOfOutput(mlir::Value value);

} // namespace tare

#endif // TARE_LIB_EMITTER_LAYOUTS_H
