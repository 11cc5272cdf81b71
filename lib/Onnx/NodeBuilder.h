//===- NodeBuilder.h - Ops that stand for a node ----------------*- C++ -*-===//
#ifndef TARE_LIB_ONNX_NODEBUILDER_H
#define TARE_LIB_ONNX_NODEBUILDER_H

#include "NodeAttributes.h"
#include "tare/Dialect/Qnn/Names.h"
#include "tare/Dialect/Qnn/QnnDialect.h"
#include "tare/Dialect/Qnn/QnnOps.h"

namespace tare::onnx {

/// The dimensions of a value in the IR.
inline llvm::ArrayRef<int64_t> dims(mlir::Value value) {
  return mlir::cast<mlir::RankedTensorType>(value.getType()).getShape();
}

/// Whether a tensor type of the IR has a dimension of 0.
inline bool hasNoElements(mlir::Type type) { return mlir::cast<mlir::RankedTensorType>(type).getNumElements() == 0; }

/// A node, and the ops and constants that are made of it in the IR.
class NodeBuilder : public NodeAttributes {
public:
  using NodeAttributes::NodeAttributes;

  mlir::OpBuilder &builder() { return context.values().builder(); }
  /// Creates the op that holds result 0; the result's type is inferred.
  template <typename Op, typename... Args> mlir::Value create(Args &&...args) {
    return createNamed<Op>(resultName(0), std::forward<Args>(args)...);
  }
  /// An op on the way to it: its value is called "<result>/<step>".
  template <typename Op, typename... Args> mlir::Value createStep(llvm::StringRef step, Args &&...args) {
    return createNamed<Op>(derivedName(step), std::forward<Args>(args)...);
  }
  /// An op of a part of the node that errors and tables tell apart: the layer "<layer>.<part>", whose value is
  /// "<result>/<part>".
  template <typename Op, typename... Args> mlir::Value createPart(llvm::StringRef part, Args &&...args) {
    return createAt<Op>(partLocation(part), std::forward<Args>(args)...);
  }
  /// A step whose numbers the model does not round: see qnn::intermediateAttrName.
  template <typename Op, typename... Args> mlir::Value createIntermediate(llvm::StringRef step, Args &&...args) {
    mlir::Value value = createStep<Op>(step, std::forward<Args>(args)...);
    if (value && value.getDefiningOp<Op>())
      value.getDefiningOp()->setAttr(qnn::intermediateAttrName, builder().getUnitAttr());
    return value;
  }
  /// The op that holds the value `name`.
  template <typename Op, typename... Args> mlir::Value createNamed(llvm::StringRef name, Args &&...args) {
    return createAt<Op>(location(name), std::forward<Args>(args)...);
  }
  /// The op that holds result 0, or a step on the way to it, whose type the caller knows.
  template <typename Op> mlir::Value createTyped(mlir::Type type, mlir::Value operand, llvm::StringRef step = "") {
    if (hasFailed)
      return nullptr;
    return check(
        Op::create(builder(), location(step.empty() ? resultName(0).str() : derivedName(step)), type, operand));
  }
  /// The op's first result; null where the op is not valid, which becomes the node's error.
  mlir::Value check(mlir::Operation *op);
  /// A constant of the IR with a name of its own.
  mlir::Value constant(llvm::StringRef name, const Tensor &tensor);
  mlir::Value scalarConstant(llvm::StringRef step, double value);
  mlir::Value integerConstant(llvm::StringRef name, const Tensor &integers, const qnn::Grid &grid);
  mlir::Value dequantizedConstant(llvm::StringRef name, const Tensor &integers, const qnn::Grid &grid,
                                  std::optional<qnn::FloatFormat> format);
  /// Null where all values are the default, which printed IR leaves out.
  mlir::DenseI64ArrayAttr listUnless(int64_t fallback, llvm::ArrayRef<int64_t> values) {
    bool isDefault = llvm::all_of(values, [&](int64_t value) { return value == fallback; });
    return isDefault ? mlir::DenseI64ArrayAttr() : list(values);
  }
  mlir::DenseI64ArrayAttr list(llvm::ArrayRef<int64_t> values) { return builder().getDenseI64ArrayAttr(values); }

private:
  mlir::Location location(llvm::StringRef value);
  mlir::Location partLocation(llvm::StringRef part);
  template <typename Op, typename... Args> mlir::Value createAt(mlir::Location location, Args &&...args) {
    if (hasFailed)
      return nullptr;
    mlir::Type unknown = mlir::RankedTensorType::get({}, builder().getF32Type());
    return complete(Op::create(builder(), location, unknown, std::forward<Args>(args)...));
  }
  mlir::Value complete(mlir::Operation *op);
  mlir::Value nothingOf(mlir::RankedTensorType type, mlir::Operation *op);
};

} // namespace tare::onnx

#endif // TARE_LIB_ONNX_NODEBUILDER_H
