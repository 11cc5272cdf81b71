//===- QuantizedElements.cpp - Microsoft's operators on quantized numbers -===//
//
// Each is an operator on floats between numbers that are dequantized and quantized again.
//
//===----------------------------------------------------------------------===//
#include "Border.h"
#include "Quantized.h"

#include <fmt/format.h>

using namespace tare;
using namespace tare::host;

namespace {

/// The operator on floats, and where its operands are: tensors, each with its scale and its zero point behind it.
struct Layout {
  Node node;
  /// A first operand that is no number: a condition.
  bool hasCondition = false;
  std::vector<size_t> tensors;
  /// The scale of the result, with the zero point behind it.
  size_t result;
};

Layout layoutOf(std::string op, const Attributes &attributes, size_t operands) {
  Node node{std::move(op), 17, attributes};
  if (node.op == "Add" || node.op == "Mul")
    return {std::move(node), false, {0, 3}, 6};
  if (node.op == "Where")
    return {std::move(node), true, {1, 4}, 7};
  if (node.op != "Concat") {
    // The operator set whose Softmax is meant.
    if (node.op == "Softmax")
      node.opset = attributes.integer("opset", node.opset);
    return {std::move(node), false, {0}, 3};
  }
  Layout layout{std::move(node), false, {}, 0};
  for (size_t i = 2; i < operands; i += 3)
    layout.tensors.push_back(i);
  return layout;
}

/// A scale, and a zero point that may be left out, for numbers like those of operand `quantized`.
void expectGrid(Inference &n, size_t scale, size_t quantized) {
  expectElements(n, scale, Elements::floats);
  expectSingle(n, scale, fmt::format("operand {}", scale));
  if (!n.has(scale + 1))
    return;
  expectOneType(n, quantized, scale + 1);
  expectSingle(n, scale + 1, fmt::format("operand {}", scale + 1));
}

void inferQuantized(Inference &n, const Layout &layout) {
  std::vector<std::optional<Operand>> operands;
  if (layout.hasCondition)
    operands.push_back(Operand{n.type(0)});
  for (size_t tensor : layout.tensors) {
    expectQuantized(n, tensor);
    expectGrid(n, tensor + 1, tensor);
    operands.push_back(Operand{{ElementType::f32, n.shape(tensor)}});
  }
  if (layout.tensors.empty())
    return n.error("it has no operands, expected some");
  expectGrid(n, layout.result, layout.tensors[0]);
  if (n.attributes().integer("channels_last", 0))
    n.error("attribute 'channels_last' is not 0, expected channels along axis 1");
  if (n.failed())
    return;
  Result<std::vector<TensorType>> types = inferTypes(layout.node, operands, 1);
  if (!types)
    return n.error(types.error().message);
  n.give(n.element(layout.tensors[0]), (*types)[0].shape);
}

/// A grid that all elements of a tensor are on.
struct Grid {
  float scale;
  double zeroPoint;
};

Grid gridOf(const Evaluation &e, size_t scale) {
  return {float(numbersOf(e.operand(scale))[0]), e.has(scale + 1) ? numbersOf(e.operand(scale + 1))[0] : 0};
}

Tensor dequantized(const Tensor &x, Grid grid) {
  Tensor y(ElementType::f32, x.shape());
  visitNumbers(x.element(), [&](auto zero) {
    const auto *from = x.as<decltype(zero)>();
    float *to = y.mutableAs<float>();
    for (int64_t i = 0, count = x.count(); i < count; ++i)
      to[i] = float(double(from[i]) - grid.zeroPoint) * grid.scale;
  });
  return y;
}

void quantizeTo(Tensor &y, const Tensor &x, Grid grid) {
  IntegerRange range = *rangeOf(dataTypeOf(y.element()));
  visitNumbers(y.element(), [&](auto zero) {
    using T = decltype(zero);
    const float *from = x.as<float>();
    T *to = y.mutableAs<T>();
    for (int64_t i = 0, count = x.count(); i < count; ++i)
      to[i] = static_cast<T>(saturated(std::nearbyint(double(from[i] / grid.scale)) + grid.zeroPoint, range));
  });
}

void runQuantized(Evaluation &e, const Layout &layout) {
  std::vector<Tensor> floats;
  std::vector<const Tensor *> operands;
  for (size_t tensor : layout.tensors)
    floats.push_back(dequantized(e.operand(tensor), gridOf(e, tensor + 1)));
  if (layout.hasCondition)
    operands.push_back(&e.operand(0));
  for (const Tensor &tensor : floats)
    operands.push_back(&tensor);
  Tensor result(ElementType::f32, e.result().shape());
  Status done = host::run(layout.node, operands, {&result, 1});
  if (!done)
    return e.error(done.error().message);
  quantizeTo(e.result(), result, gridOf(e, layout.result));
}

/// An operator's name as an argument of templates.
template <size_t length> struct Name {
  char text[length];
  constexpr Name(const char (&name)[length]) { std::copy_n(name, length, text); }
};

template <Name op> void add(Operators &all) {
  all.add(
      std::string("com.microsoft.QLinear") + op.text,
      [](Inference &n) { inferQuantized(n, layoutOf(op.text, n.attributes(), n.numOperands())); },
      [](Evaluation &e) { runQuantized(e, layoutOf(op.text, e.attributes(), e.numOperands())); });
}

} // namespace

void host::addQuantizedElements(Operators &all) {
  add<"Add">(all);
  add<"AveragePool">(all);
  add<"Concat">(all);
  add<"GlobalAveragePool">(all);
  add<"LeakyRelu">(all);
  add<"Mul">(all);
  add<"Sigmoid">(all);
  add<"Softmax">(all);
  add<"Where">(all);
}
