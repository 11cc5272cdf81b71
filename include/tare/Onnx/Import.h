//===- Import.h - ONNX models as qnn graphs ---------------------*- C++ -*-===//
//
// Every ONNX model that is built of the supported operators becomes one
// function @main of the qnn dialect. What is wrong with a model is reported by
// exactly one error diagnostic, whose text is complete ("model.onnx: node
// 'conv1' (Conv, opset 13): found ..., expected ...") and whose location is
// unknown: a tool prints "error: " and the text.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_ONNX_IMPORT_H
#define TARE_ONNX_IMPORT_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "tare/Media/Preprocessing.h"
#include "tare/Tensor/Result.h"
#include "tare/Tensor/Tensor.h"

#include <string>
#include <string_view>
#include <vector>

namespace tare::onnx {

/// The shape that the user gives to a graph input; or, where no input has the name but a dimension, that one's size.
struct InputShape {
  std::string name;
  Shape dims;
};

/// Parses "x=1,3,224,224", the value of --input-shape. The name may contain
/// '='; dimensions are positive.
Result<InputShape> parseInputShape(std::string_view text);
/// The same, or "batch=1,height=320": sizes of named dimensions.
Result<std::vector<InputShape>> parseInputShapes(std::string_view text);

/// Elements of a graph input. Given by a user as text they are numbers without a shape but their count; the model says
/// their type.
struct InputValue {
  std::string name;
  Tensor value;
};

/// Parses "sr=16000", "axes=0,2" or "flag=true", the value of --input-value: bools where all are words, int64 numbers,
/// float64 where not all are such.
Result<InputValue> parseInputValue(std::string_view text);

struct ImportOptions {
  /// Names of values between which a part of the model is imported: what the outputs do not need, nor what only leads
  /// to the inputs, is not looked at. Empty for the model's own ends. Names that the model does not have change
  /// nothing, and inputs cut it only where the whole cannot be imported: whoever gives names cuts what is imported
  /// (tare-cut-network).
  std::vector<std::string> inputs, outputs;
  /// Shapes for inputs whose shape the model leaves open.
  std::vector<InputShape> inputShapes;
  /// Inputs that become constants: @main does not have them.
  std::vector<InputValue> inputValues;
  /// What data hold of the inputs, for all samples alike: a shape where the model leaves it open, and elements (a null
  /// tensor of a type: not alike, or many). @main has all inputs still.
  std::vector<InputValue> sampleValues;
  /// Names of the data's arrays: one that is called like an initializer, which the model lists as an input, too,
  /// changes nothing, and that is told.
  std::vector<std::string> dataArrays;
  /// Which inputs have the elements of `sampleValues`: none, those of at most one axis, or all.
  enum class Known { none, lists, all } known = Known::none;
  /// Inputs that take integers as a device has them, of which layers in front of the network make its own numbers.
  std::vector<media::InputConversion> conversions;
  /// What the model has in float16 or bfloat16 is rounded to that behind each node, as the model computes it. Else all
  /// is float32, which programs are made of and calibrated with.
  bool roundsTo16Bits = false;
};

/// Imports the model in the file `path`: func.func @main, arguments and results
/// named by qnn.name, every op at loc("node"("value")). Weights share the memory
/// that the file was read into (or mapped to, where they are external data).
///
/// A symbolic first dimension that `inputShapes` does not bind becomes 1, with a
/// warning.
mlir::FailureOr<mlir::OwningOpRef<mlir::ModuleOp>> importModel(const std::string &path, const ImportOptions &options,
                                                               mlir::MLIRContext &context);

} // namespace tare::onnx

#endif // TARE_ONNX_IMPORT_H
