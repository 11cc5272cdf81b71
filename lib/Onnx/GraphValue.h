//===- GraphValue.h - What an ONNX value is ---------------------*- C++ -*-===//
#ifndef TARE_LIB_ONNX_GRAPHVALUE_H
#define TARE_LIB_ONNX_GRAPHVALUE_H

#include "Graph.h"
#include "TensorReader.h"
#include "tare/Dialect/Qnn/Grid.h"
#include "tare/Dialect/Qnn/QnnAttributes.h"

#include "mlir/IR/Value.h"

#include <memory>

namespace tare::onnx {

/// What dynamic quantization computes when the graph runs. The IR has no such values, its grids being static: they
/// exist only on the way from DynamicQuantizeLinear to the float op that the integer op stands for
/// (Ops/DynamicQuantization.cpp).
struct DynamicValue {
  enum class Kind { Integers, Scale, ZeroPoint, Sums };

  Kind kind;
  /// The names of what was quantized: one; two for a product of two scales, and for sums of products of activations.
  llvm::SmallVector<std::string> sources;
  /// Scale, Sums: the constants that it was multiplied by; null for none.
  Tensor factor{};
  /// Sums: the node that computes them, and its constant operand, with zero points: one, or one per output channel.
  const GraphNode *product = nullptr;
  Tensor weight{};
  llvm::SmallVector<int64_t> zeroPoints{};
  /// Sums: those of `sources` whose scale is not in it yet, and the node that multiplied by the last one that is.
  llvm::SmallVector<std::string> unscaled{};
  const GraphNode *scaledBy = nullptr;

  /// Sums times their scales: the result of a float op, which is made when something but a Mul by a constant reads it.
  bool isProduct() const { return kind == Kind::Sums && unscaled.empty(); }
};

/// What it is, and that nothing else can read it: "is the scale of 'x', ..".
std::string describe(const DynamicValue &value);

/// What an ONNX value is.
struct GraphValue {
  /// Its elements, where they are known at import.
  Tensor constant;
  /// Only with `constant`, which then holds integers: the value is these, dequantized on this grid. (Computed only for
  /// whoever asks for its numbers, so that a weight's integers and scales are those of the file.)
  std::optional<qnn::Grid> grid;
  /// The value in the IR. A constant gets one when it is first an operand.
  mlir::Value value;
  /// Only alone: there is no more of the value than this.
  std::shared_ptr<const DynamicValue> dynamic = nullptr;
  /// The real numbers of a constant with a grid, once somebody asked for them.
  Tensor dequantized = {};
  /// Only with `grid`: the dequantized numbers are rounded to this format.
  std::optional<qnn::FloatFormat> format = std::nullopt;
  /// Only with `constant`, which then holds float32: the elements of a float64 one. What is computed at import is
  /// computed of these; whatever else reads the value gets float32.
  Tensor doubles = {};

  static GraphValue of(ReadTensor tensor) {
    GraphValue value{std::move(tensor.elements), std::nullopt, nullptr};
    value.doubles = std::move(tensor.doubles);
    return value;
  }

  /// Of elements of which those of float64 may be as they are.
  static GraphValue of(Tensor elements) {
    if (elements.element() == ElementType::f64)
      return of(fromDoubles(std::move(elements)));
    return {std::move(elements), std::nullopt, nullptr};
  }

  bool isKnown() const { return bool(constant); }
  /// The elements of a constant, as real numbers where it has a grid.
  const Tensor &numbers();
};

} // namespace tare::onnx

#endif // TARE_LIB_ONNX_GRAPHVALUE_H
