//===- RangeBounds.cpp - What ranges say of elements ----------------------===//
#include "Quantize/RangeBounds.h"
#include "Graph/Affine.h"
#include "Quantize/Intermediates.h"
#include "mlir/Dialect/Quant/IR/Quant.h"
#include "tare/Calibration/Ranges.h"
#include "tare/Dialect/Qnn/Constants.h"
#include "tare/Evaluator/Evaluator.h"

#include <algorithm>

using namespace mlir;
using namespace tare;

namespace {

/// The least and the greatest element, 0 not included.
std::pair<double, double> extremes(const Tensor &tensor) {
  auto [least, greatest] = std::minmax_element(tensor.as<float>(), tensor.as<float>() + tensor.count());
  return {*least, *greatest};
}

/// One number for each element of the value.
Tensor filled(Value value, double number) {
  Tensor tensor(ElementType::f32, qnn::toHost(value.getType()).shape);
  std::fill_n(tensor.mutableAs<float>(), tensor.count(), static_cast<float>(number));
  return tensor;
}

bool takesConstant(Operation *op) {
  return constantBorder(op) ||
         llvm::any_of(op->getOperands(), [](Value operand) { return bool(floatConstantValue(operand)); });
}

/// Widens the bounds by what an op makes of one choice of its operands' bounds; 0 times infinity may be anything.
void widenEnds(Tensor &low, Tensor &high, const Tensor &by) {
  float *lows = low.mutableAs<float>(), *highs = high.mutableAs<float>();
  for (int64_t i = 0; i != by.count(); ++i) {
    float value = by.as<float>()[i];
    lows[i] = std::isnan(value) ? -HUGE_VALF : std::min(lows[i], value);
    highs[i] = std::isnan(value) ? HUGE_VALF : std::max(highs[i], value);
  }
}

} // namespace

std::pair<double, double> tare::knownRange(Value value) {
  return findRange(value).value_or(qnn::Interval(-HUGE_VAL, HUGE_VAL));
}

RangeBounds::RangeBounds(func::FuncOp function, unsigned bits) : bits(bits) {
  for (Operation &op : function.getBody().front().without_terminator()) {
    if (!isa<qnn::FloorOpInterface>(op) || !qnn::isFloatTensor(op.getResult(0)))
      continue;
    bool inherits = llvm::any_of(op.getOperands(), [&](Value operand) { return isTouched(operand); });
    if (!inherits && (!takesConstant(&op) || !reachesFar(&op)))
      continue;
    // Of one that says no bounds the range may have limits nevertheless.
    order.push_back(&op);
    ops.insert(&op);
    if (std::optional<Ends> ends = resultEnds(&op))
      known[op.getResult(0)] = std::move(*ends);
  }
}

std::optional<RangeBounds::Ends> RangeBounds::resultEnds(Operation *op) const {
  auto floor = cast<qnn::FloorOpInterface>(op);
  if (!floor.isMonotoneByOperand())
    return std::nullopt;
  SmallVector<Ends> operands;
  for (Value operand : op->getOperands())
    operands.push_back(endsOf(operand));
  auto evaluate = [&](auto takesHigh) -> std::optional<Tensor> {
    SmallVector<Tensor> chosen;
    for (auto [i, ends] : llvm::enumerate(operands))
      chosen.push_back(takesHigh(i) ? ends.high : ends.low);
    FailureOr<Tensor> result = evaluateOp(op, chosen);
    return succeeded(result) && result->element() == ElementType::f32 ? std::optional(*result) : std::nullopt;
  };
  std::optional<Tensor> low = evaluate([](size_t) { return false; }), high = evaluate([](size_t) { return true; });
  if (!low || !high)
    return std::nullopt;
  Ends result = {Tensor(low->type()), Tensor(low->type())};
  std::fill_n(result.low.mutableAs<float>(), low->count(), HUGE_VALF);
  std::fill_n(result.high.mutableAs<float>(), low->count(), -HUGE_VALF);
  widenEnds(result.low, result.high, *low);
  widenEnds(result.low, result.high, *high);
  if (!floor.isMonotone() && operands.size() == 2)
    for (size_t higher : {0, 1})
      widenEnds(result.low, result.high, *evaluate([&](size_t i) { return i == higher; }));
  return result;
}

bool RangeBounds::reachesFar(Operation *op) const {
  // A fused activation would hide what the constants bring.
  OwningOpRef<Operation *> plain(op->clone());
  if (auto clamped = dyn_cast<qnn::ClampOpInterface>(*plain))
    clamped.setClampAttr(nullptr);
  std::optional<Ends> ends = resultEnds(*plain);
  if (!ends || ends->low.count() == 0)
    return false;
  double least = 0, greatest = 0;
  for (Value operand : op->getOperands())
    if (!floatConstantValue(operand)) {
      auto [from, to] = knownRange(operand);
      least = std::min(least, from);
      greatest = std::max(greatest, to);
    }
  double beyond = std::max(least - extremes(ends->low).first, extremes(ends->high).second - greatest);
  return beyond > greatest - least;
}

RangeBounds::Ends RangeBounds::endsOf(Value value) const {
  if (auto found = known.find(value); found != known.end())
    return found->second;
  if (ElementsAttr constant = floatConstantValue(value))
    return {qnn::toTensor(constant), qnn::toTensor(constant)};
  auto [least, greatest] = knownRange(value);
  return {filled(value, least), filled(value, greatest)};
}

double RangeBounds::least(Value value) const {
  if (isTouched(value) || floatConstantValue(value))
    return extremes(endsOf(value).low).first;
  return knownRange(value).first;
}

/// What a value was never seen to be above is no result of a border, or of a mask.
double RangeBounds::greatest(Value value) const {
  if (floatConstantValue(value))
    return extremes(endsOf(value).high).second;
  double seen = knownRange(value).second;
  return isTouched(value) ? std::min<double>(seen, extremes(known.at(value).high).second) : seen;
}

qnn::Interval RangeBounds::endsOfElements(Value value) const {
  Ends ends = endsOf(value);
  return {extremes(ends.low).first, extremes(ends.high).second};
}

/// A row of nothing but one number, whatever the data are, is that row again if all of it is raised or saturates: so is
/// one whose mask is so low that float32 adds nothing to it.
double RangeBounds::leastKnownMaximum(Value value, int64_t axis) const {
  if (!isTouched(value))
    return least(value);
  const auto &[lower, upper] = known.at(value);
  const Shape &shape = lower.shape();
  int64_t inner = elementCount(Shape(shape.begin() + axis + 1, shape.end())), size = shape[axis];
  const float *data = lower.as<float>(), *most = upper.as<float>();
  double result = HUGE_VAL;
  for (int64_t row = 0, rows = lower.count() / size; row < rows; ++row) {
    const int64_t first = row / inner * inner * size + row % inner;
    float largest = data[first];
    bool isOneNumber = true;
    for (int64_t i = 0; i < size; ++i) {
      largest = std::max(largest, data[first + i * inner]);
      isOneNumber &= data[first + i * inner] == data[first] && most[first + i * inner] == data[first];
    }
    if (!isOneNumber)
      result = std::min<double>(result, largest);
  }
  // Where no row tells anything apart any floor will do.
  return result == HUGE_VAL ? 0.0 : result;
}

/// Where elements are masked by what the model computes, or by a bias, calibration has seen what they stand beside: of
/// masks that no sample had, all of the value.
double RangeBounds::leastMaximum(Value value, int64_t axis) const {
  double known = leastKnownMaximum(value, axis), seen = HUGE_VAL;
  for (Operation *user : value.getUsers())
    if (auto softmax = dyn_cast<qnn::SoftmaxOp>(user); softmax && int64_t(softmax.getAxis()) == axis)
      if (auto least = softmax->getAttrOfType<FloatAttr>(qnn::leastRowMaximumAttrName))
        seen = std::min(seen, least.getValueAsDouble());
  if (std::isinf(seen))
    seen = knownRange(value).first;
  return std::isfinite(seen) && known < seen - calibration::maskedDistance ? seen : known;
}

double RangeBounds::leastStep(Value value) const {
  std::optional<double> least;
  for (Operation *user : value.getUsers())
    if (auto cast = dyn_cast<quant::QuantizeCastOp>(user))
      if (std::optional<qnn::Grid> grid = qnn::Grid::of(cast.getType()))
        least = std::min(least.value_or(HUGE_VAL), *llvm::min_element(grid->scales));
  if (std::optional<qnn::Grid> grid = gridBehind(value))
    least = *llvm::min_element(grid->scales);
  auto [from, to] = knownRange(value);
  const bool isWide = bits == 16 || (value.getDefiningOp() && isIntermediate(value.getDefiningOp()));
  return least.value_or((to - from) / (isWide ? 65535.0 : 255.0));
}
