//===- ExactResults.cpp - The QDQ form in more than float32 ---------------===//
#include "Driver/Check/ExactResults.h"

#include "tare/Dialect/Qnn/Constants.h"
#include "tare/Dialect/Qnn/Grid.h"
#include "tare/Dialect/Qnn/QnnOps.h"
#include "tare/Dialect/Qnn/Steps.h"
#include "tare/Evaluator/Evaluator.h"
#include "tare/Kernels/Functions.h"

#include <algorithm>
#include <cmath>

using namespace mlir;
using namespace tare;

namespace {

using Reals = std::vector<double>;

Shape shapeOf(Value value) {
  auto dims = cast<RankedTensorType>(value.getType()).getShape();
  return Shape(dims.begin(), dims.end());
}

int64_t integerAt(const Tensor &tensor, int64_t index) {
  switch (tensor.element()) {
  case ElementType::i8:
    return tensor.as<int8_t>()[index];
  case ElementType::u8:
    return tensor.as<uint8_t>()[index];
  case ElementType::u16:
    return tensor.as<uint16_t>()[index];
  case ElementType::i32:
    return tensor.as<int32_t>()[index];
  default:
    return tensor.as<int16_t>()[index];
  }
}

Reals softmax(const Reals &x, const Shape &shape, int64_t axis) {
  const int64_t size = shape[axis], inner = elementCount(Shape(shape.begin() + axis + 1, shape.end()));
  Reals y(x.size());
  for (int64_t row = 0, rows = int64_t(x.size()) / std::max<int64_t>(size, 1); row != rows; ++row) {
    const int64_t first = row / inner * inner * size + row % inner;
    double largest = -HUGE_VAL, sum = 0;
    for (int64_t i = 0; i != size; ++i)
      largest = std::max(largest, x[first + i * inner]);
    for (int64_t i = 0; i != size; ++i)
      sum += y[first + i * inner] = std::exp(x[first + i * inner] - largest);
    for (int64_t i = 0; i != size; ++i)
      y[first + i * inner] /= sum;
  }
  return y;
}

/// Where the operand has what the result has at `index`, as numpy does it.
int64_t broadcastIndex(int64_t index, const Shape &result, const Shape &operand) {
  const size_t missing = result.size() - operand.size();
  int64_t source = 0, stride = 1;
  for (size_t axis = result.size(); axis-- > missing;) {
    const int64_t size = operand[axis - missing];
    source += size == 1 ? 0 : index % result[axis] * stride;
    stride *= size;
    index /= result[axis];
  }
  return source;
}

Reals sum(Operation *op, const Reals &a, const Reals &b) {
  const Shape shape = shapeOf(op->getResult(0)), left = shapeOf(op->getOperand(0)), right = shapeOf(op->getOperand(1));
  const double sign = isa<qnn::SubOp>(op) ? -1 : 1;
  auto [low, high] = qnn::fusedInterval(op);
  Reals y(elementCount(shape));
  for (int64_t i = 0; i != int64_t(y.size()); ++i)
    y[i] = std::clamp(a[broadcastIndex(i, shape, left)] + sign * b[broadcastIndex(i, shape, right)], low, high);
  return y;
}

/// Means of elements that cancel are all that float32 rounds away of them.
Reals means(qnn::ReduceMeanOp op, const Reals &x) {
  const Shape shape = shapeOf(op.getInput());
  Shape reduced = shape;
  for (int64_t axis : op.getAxes())
    reduced[axis] = 1;
  Reals y(elementCount(reduced));
  std::vector<int64_t> strides(shape.size());
  int64_t stride = 1;
  for (size_t axis = shape.size(); axis-- > 0; stride *= reduced[axis])
    strides[axis] = reduced[axis] == 1 ? 0 : stride;
  for (int64_t i = 0; i != int64_t(x.size()); ++i) {
    int64_t at = 0, rest = i;
    for (size_t axis = shape.size(); axis-- > 0; rest /= shape[axis])
      at += rest % shape[axis] * strides[axis];
    y[at] += x[i];
  }
  auto [low, high] = qnn::fusedInterval(op);
  const double count = double(x.size()) / double(std::max<size_t>(y.size(), 1));
  for (double &mean : y)
    mean = std::clamp(mean / count, low, high);
  return y;
}

Reals results(qnn::UnaryFunctionOpInterface op, const Reals &x) {
  const qnn::Function function = op.getFunction();
  Reals y(x.size());
  std::transform(x.begin(), x.end(), y.begin(),
                 [&](double element) { return kernels::evaluate(function.kind, function.parameters, element, 0); });
  return y;
}

} // namespace

Tensor ExactResults::integersOf(Value value) const {
  if (ElementsAttr constant = qnn::constantValue(value))
    return qnn::toTensor(constant);
  auto cast = value.getDefiningOp<quant::QuantizeCastOp>();
  if (ElementsAttr constant = cast ? qnn::constantValue(cast.getInput()) : ElementsAttr())
    return constantOnGrid(qnn::toTensor(constant), cast.getType());
  return cast ? kept.lookup(cast) : Tensor();
}

std::optional<Reals> ExactResults::realsOf(Value value) const {
  auto dequantize = value.getDefiningOp<quant::DequantizeCastOp>();
  std::optional<qnn::Grid> grid = dequantize ? qnn::Grid::of(dequantize.getInput().getType()) : std::nullopt;
  if (!grid || !grid->isPerTensor())
    return std::nullopt;
  const Tensor integers = integersOf(dequantize.getInput());
  if (!integers || sizeOf(integers.element()) > 4 || integers.element() == ElementType::f32)
    return std::nullopt;
  Reals reals(integers.count());
  for (int64_t i = 0; i != integers.count(); ++i)
    reals[i] = double(integerAt(integers, i) - grid->zeroPoint(0)) * grid->scale();
  return reals;
}

std::optional<std::vector<int64_t>> ExactResults::of(quant::QuantizeCastOp cast) const {
  Operation *op = cast.getInput().getDefiningOp();
  std::optional<qnn::Grid> grid = qnn::Grid::of(cast.getType());
  auto function = dyn_cast_or_null<qnn::UnaryFunctionOpInterface>(op);
  const bool isFunction = function && !function.getFunctionAxis();
  if (!grid || !grid->isPerTensor() ||
      !(isFunction || isa_and_present<qnn::SoftmaxOp, qnn::AddOp, qnn::SubOp, qnn::ReduceMeanOp>(op)))
    return std::nullopt;
  std::vector<Reals> operands;
  for (Value operand : op->getOperands())
    if (std::optional<Reals> reals = realsOf(operand))
      operands.push_back(std::move(*reals));
    else
      return std::nullopt;
  Reals reals;
  if (auto softmaxOp = dyn_cast<qnn::SoftmaxOp>(op))
    reals = softmax(operands[0], shapeOf(op->getOperand(0)), softmaxOp.getAxis());
  else if (auto mean = dyn_cast<qnn::ReduceMeanOp>(op))
    reals = means(mean, operands[0]);
  else
    reals = isFunction ? results(function, operands[0]) : sum(op, operands[0], operands[1]);
  std::vector<int64_t> integers(reals.size());
  std::transform(reals.begin(), reals.end(), integers.begin(),
                 [&](double real) { return qnn::integerOf(real, *grid); });
  return integers;
}
