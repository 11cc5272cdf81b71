//===- ModelFunctions.h - Functions that a model brings ---------*- C++ -*-===//
#ifndef TARE_LIB_ONNX_MODELFUNCTIONS_H
#define TARE_LIB_ONNX_MODELFUNCTIONS_H

#include "ModelFile.h"

namespace tare::onnx {

/// Puts the nodes of the model's own functions in place of the nodes that call them, in functions that call functions,
/// too. The values inside are called "<first result of the call>/<value>", the nodes "<call>/<node>". An error where a
/// function calls itself, is not written for the model's opset, or where the whole would have too many nodes.
mlir::LogicalResult inlineFunctions(Model &model, const Reporter &reporter);

} // namespace tare::onnx

#endif // TARE_LIB_ONNX_MODELFUNCTIONS_H
