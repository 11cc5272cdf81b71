//===- Names.h - The user's names of layers and values ----------*- C++ -*-===//
//
// Every op's location is loc("layer"("value")): made by the ONNX node `layer`,
// holding the ONNX value `value`. Diagnostics, tables and the program name both. An op
// with several results has loc("layer"(fused["first", "second"])).
//
//===----------------------------------------------------------------------===//
#ifndef TARE_DIALECT_QNN_NAMES_H
#define TARE_DIALECT_QNN_NAMES_H

#include "mlir/IR/Location.h"
#include "mlir/IR/Operation.h"

#include <string>

namespace tare::qnn {

/// loc("layer"("value"))
mlir::Location nameLoc(mlir::MLIRContext *context, llvm::StringRef layer, llvm::StringRef value);

/// The name of the node that an op stems from; op name and line where its location has no name (hand-written IR).
std::string layerName(mlir::Operation *op);

/// The name of the ONNX value that `value` holds: of the op's location, or of the function argument.
std::string valueName(mlir::Value value);

/// `loc` with the layer's name kept and the value's replaced: for an op that takes over what a fused successor
/// computed.
mlir::Location withValueName(mlir::Location loc, llvm::StringRef value);

/// The location of the fusion of `producer` and `last`: the layer is the producer's, the value is the last one's.
mlir::Location fusedLoc(mlir::Operation *producer, mlir::Operation *last);

} // namespace tare::qnn

#endif // TARE_DIALECT_QNN_NAMES_H
