//===- OnnxExport.h - A quantized network as an ONNX model ------*- C++ -*-===//
//
// Float operators of ONNX between QuantizeLinear and DequantizeLinear, with the scales, zero points and integers that
// the compiler has chosen. docs/qdq.md says which op becomes which node.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_ONNXEXPORT_ONNXEXPORT_H
#define TARE_ONNXEXPORT_ONNXEXPORT_H

#include "tare/Tensor/Result.h"

#include "mlir/IR/BuiltinOps.h"

#include <map>
#include <string>

namespace tare::onnx {

struct ExportedModel {
  /// The file.
  std::string bytes;
  /// How many nodes of each operator it has, those within loops included.
  std::map<std::string, int64_t> operators;
};

/// The network of a module in QDQ or fused form, of one function @main. An error names every layer that ONNX has no
/// nodes for.
Result<ExportedModel> exportModel(mlir::ModuleOp module);

} // namespace tare::onnx

#endif // TARE_ONNXEXPORT_ONNXEXPORT_H
