//===- NodeOperands.h - What a node reads -----------------------*- C++ -*-===//
#ifndef TARE_LIB_ONNX_NODEOPERANDS_H
#define TARE_LIB_ONNX_NODEOPERANDS_H

#include "NodeBuilder.h"

namespace tare::onnx {

/// A node, and the values that it reads.
class NodeOperands : public NodeBuilder {
public:
  using NodeBuilder::NodeBuilder;

  /// The operand in the IR, which must be float: null after an error.
  mlir::Value operand(unsigned index);
  /// The operand in the IR, as float numbers also where it is a dequantized constant: for parameters that other
  /// constants absorb.
  mlir::Value numbers(unsigned index);
  /// The operand in the IR; of a constant that hides what it is added to or stands beside, -inf is the lowest number.
  mlir::Value maskOperand(unsigned index, mlir::Value (NodeOperands::*otherwise)(unsigned) = &NodeOperands::operand);
  /// The operand in the IR, float or (integers in ONNX) quantized: for data movement.
  mlir::Value anyOperand(unsigned index);
  /// The operand in the IR, whatever its type; null after an error.
  mlir::Value rawOperand(unsigned index);
  /// The operand in the IR in the model's type: float, integers or bool on no grid.
  mlir::Value inOwnType(unsigned index);
  /// The same of a value that is no operand.
  mlir::Value inOwnType(llvm::StringRef name);
  /// The grid of an operand that is computed integers (in the IR, of a quantized type); nothing for others.
  std::optional<qnn::Grid> integerGrid(unsigned index);
  /// The elements of an operand that is known at import, or null: of a dequantized constant its real numbers.
  const Tensor *known(unsigned index);
  /// The same, float64 numbers as they are.
  const Tensor *knownExactly(unsigned index);
  /// The elements; an error where they are not known.
  const Tensor *requireKnown(unsigned index, llvm::StringRef role);
  /// A dequantized constant's integers and grid, or null.
  const GraphValue *dequantized(unsigned index);
  /// What dynamic quantization computed, or null.
  std::shared_ptr<const DynamicValue> dynamic(unsigned index);
  /// Whether the operand depends on no graph input.
  bool isConstant(unsigned index);
  /// The operand's shape, in whatever form it is.
  std::optional<Shape> shapeOf(unsigned index);
  /// See NodeContext.
  std::optional<int32_t> stepType() const { return context.stepType(proto()); }
  /// ONNX's number of the type that the model declares for an operand, where it does.
  std::optional<int32_t> declaredType(unsigned index) const { return context.declaredType(operandName(index)); }
  /// The elements of a known operand of integers.
  std::optional<Integers> requireIntegers(unsigned index, llvm::StringRef role);
  /// The element of a known operand of one number.
  double requireScalar(unsigned index, llvm::StringRef role, double fallback);

  // Values that are no operands.
  GraphValue *valueOf(llvm::StringRef name) { return context.values().find(name); }
  /// The shape of a value that is no operand.
  Shape shapeOfValue(llvm::StringRef name);
  /// A value of the IR, and how many axes it has.
  mlir::Value valueNamed(llvm::StringRef name) const { return context.values().find(name)->value; }
  int64_t rankOf(llvm::StringRef name) const { return dims(valueNamed(name)).size(); }

protected:
  GraphValue *valueOf(unsigned index);
  GraphValue *requireValue(unsigned index);
};

} // namespace tare::onnx

#endif // TARE_LIB_ONNX_NODEOPERANDS_H
