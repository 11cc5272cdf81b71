//===- GraphValues.h - The values of a graph in the IR ----------*- C++ -*-===//
#ifndef TARE_LIB_ONNX_GRAPHVALUES_H
#define TARE_LIB_ONNX_GRAPHVALUES_H

#include "GraphValue.h"
#include "mlir/IR/Builders.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringSet.h"

namespace tare::onnx {

/// The values that a graph's nodes have defined so far, by name, and the builder of the IR that they are in.
class GraphValues {
public:
  explicit GraphValues(mlir::MLIRContext &context) : irBuilder(&context) {}

  mlir::OpBuilder &builder() { return irBuilder; }
  /// The value of that name; null where a node did not define its result.
  GraphValue *find(llvm::StringRef name);
  void define(llvm::StringRef name, GraphValue value);
  /// The names of those whose elements are known at import.
  llvm::StringSet<> knownNames() const;
  /// Whether all elements of a node's operands are known at import.
  bool areKnown(const proto::NodeProto &node) const;

  /// The value in the IR: a constant becomes qnn.constant (and quant.dcast) here.
  Result<mlir::Value> materialize(llvm::StringRef name, GraphValue &value);
  /// The value in the IR in the model's type: float, integers or bool on no grid. Its floats may be infinite or NaN.
  Result<mlir::Value> inOwnType(llvm::StringRef name, GraphValue &value);
  /// A constant of the IR; floats must be finite.
  Result<mlir::Value> makeConstant(llvm::StringRef name, const Tensor &tensor);
  /// A constant of the IR whose floats may be any.
  mlir::Value makeExactConstant(llvm::StringRef name, const Tensor &tensor);
  /// A constant of integers on a grid.
  mlir::Value makeIntegers(llvm::StringRef name, const Tensor &integers, const qnn::Grid &grid);
  /// A quantized constant, its dequantization, and the rounding of that to `format`, if any.
  mlir::Value makeDequantized(llvm::StringRef name, const Tensor &integers, const qnn::Grid &grid,
                              std::optional<qnn::FloatFormat> format);

  /// Whether a value of the IR depends on no graph input.
  bool isConstant(mlir::Value value) const { return constants.contains(value); }
  /// Notes whether an op that was just created depends on graph inputs.
  void track(mlir::Operation *op);

  /// From now on the names that are defined are put into `list`; gives the one that they were put into before.
  llvm::SmallVector<std::string> *noteDefined(llvm::SmallVector<std::string> *list) {
    return std::exchange(defined, list);
  }
  /// Unmakes what an import that failed has made behind `last`, and the values `names`. Constants stay: values hold
  /// them.
  void takeBack(mlir::Operation *last, llvm::ArrayRef<std::string> names);

private:
  mlir::Value asPlainIntegers(llvm::StringRef name, mlir::Value quantized);

  mlir::OpBuilder irBuilder;
  llvm::StringMap<GraphValue> values;
  llvm::DenseSet<mlir::Value> constants;
  llvm::SmallVector<std::string> *defined = nullptr;
};

} // namespace tare::onnx

#endif // TARE_LIB_ONNX_GRAPHVALUES_H
