//===- Reductions.cpp - ReduceProd, ReduceSum, ReduceMin, ReduceMax -------===//
#include "ConstantData.h"
#include "Ops/Axes.h"

#include <limits>

using namespace tare;
using namespace tare::onnx;
using mlir::failure;
using mlir::LogicalResult;

namespace {

struct Sum {
  template <typename T> static T start() { return T(0); }
  template <typename T> static T apply(T a, T b) {
    if constexpr (std::is_floating_point_v<T>)
      return a + b;
    else
      return static_cast<T>(uint64_t(a) + uint64_t(b));
  }
};
struct Prod {
  template <typename T> static T start() { return T(1); }
  template <typename T> static T apply(T a, T b) {
    if constexpr (std::is_floating_point_v<T>)
      return a * b;
    else
      return static_cast<T>(uint64_t(a) * uint64_t(b));
  }
};
struct Least {
  template <typename T> static T start() { return std::numeric_limits<T>::max(); }
  template <typename T> static T apply(T a, T b) { return b < a ? b : a; }
};
struct Greatest {
  template <typename T> static T start() { return std::numeric_limits<T>::lowest(); }
  template <typename T> static T apply(T a, T b) { return a < b ? b : a; }
};

/// The result's shape with and without the reduced axes.
struct Reduction {
  Shape kept, result;
};

Reduction reduce(const Shape &input, const Integers &axes, bool keepDims) {
  Reduction reduction{input, {}};
  for (int64_t axis : axes)
    reduction.kept[axis] = 1;
  for (size_t axis = 0; axis < input.size(); ++axis)
    if (keepDims || !llvm::is_contained(axes, int64_t(axis)))
      reduction.result.push_back(reduction.kept[axis]);
  return reduction;
}

template <typename Function> Tensor reduceElements(const Tensor &input, const Reduction &reduction) {
  // The strides of the result, 0 along reduced axes.
  Integers strides = stridesOf(reduction.kept);
  for (size_t axis = 0; axis < strides.size(); ++axis)
    if (reduction.kept[axis] != input.shape()[axis])
      strides[axis] = 0;
  Integers own = stridesOf(input.shape());
  return visit(input.element(), [&](auto zero) {
    using T = decltype(zero);
    Tensor result(input.element(), reduction.kept);
    T *out = result.mutableAs<T>();
    std::fill_n(out, result.count(), Function::template start<T>());
    for (int64_t i = 0, count = input.count(); i < count; ++i) {
      int64_t to = 0;
      for (size_t axis = 0; axis < own.size(); ++axis)
        to += i / own[axis] % input.shape()[axis] * strides[axis];
      out[to] = Function::template apply<T>(out[to], input.as<T>()[i]);
    }
    return result.reshaped(reduction.result);
  });
}

/// Axes are an operand since opset 13 (sum) or 18 (the others).
template <typename Function, int64_t operandSince> LogicalResult foldReduction(Node &node) {
  const Tensor *input = node.requireKnown(0, "operand 0");
  if (!input)
    return failure();
  int64_t rank = input->shape().size();
  std::optional<Integers> axes = readAxes(node, rank, operandSince, 1);
  if (node.failed())
    return failure();
  if (!axes || axes->empty()) {
    if (node.intAttribute("noop_with_empty_axes", 0))
      return node.forward();
    axes = axisRange(0, rank);
  }
  bool keepDims = node.intAttribute("keepdims", 1) != 0;
  return node.give(reduceElements<Function>(*input, reduce(input->shape(), *axes, keepDims)));
}

} // namespace

void tare::onnx::registerReductionFolds(OpTable &table) {
  table.addFold("ReduceSum", foldReduction<Sum, 13>);
  table.addFold("ReduceProd", foldReduction<Prod, 18>);
  table.addFold("ReduceMin", foldReduction<Least, 18>);
  table.addFold("ReduceMax", foldReduction<Greatest, 18>);
}
