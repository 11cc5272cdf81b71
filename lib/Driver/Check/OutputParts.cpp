//===- OutputParts.cpp - What an output is put together from --------------===//
#include "Driver/Check/OutputParts.h"

#include "Driver/Execute/BorderLabels.h"
#include "Driver/Execute/DiscreteValues.h"
#include "Driver/Execute/MovedLabels.h"
#include "tare/Dialect/Qnn/Constants.h"
#include "tare/Dialect/Qnn/Grid.h"
#include "tare/Dialect/Qnn/Names.h"
#include "tare/Dialect/Qnn/QnnAttributes.h"
#include "tare/Dialect/Qnn/QnnDialect.h"
#include "tare/Dialect/Qnn/QnnInterfaces.h"
#include "tare/Dialect/Qnn/QnnOps.h"

#include "mlir/Dialect/Quant/IR/Quant.h"

#include <algorithm>
#include <cmath>

using namespace mlir;
using namespace tare;

namespace {

/// Behind casts: their operand holds the same value.
Value withoutCasts(Value value) {
  while (isa_and_present<quant::QuantizeCastOp, quant::DequantizeCastOp>(value.getDefiningOp()))
    value = value.getDefiningOp()->getOperand(0);
  return value;
}

qnn::RangeAttr rangeOf(Value value) {
  if (auto argument = dyn_cast<BlockArgument>(value))
    return cast<func::FuncOp>(argument.getOwner()->getParentOp())
        .getArgAttrOfType<qnn::RangeAttr>(argument.getArgNumber(), qnn::rangeAttrName);
  Operation *op = value.getDefiningOp();
  return op ? op->getAttrOfType<qnn::RangeAttr>(qnn::rangeAttrName) : nullptr;
}

/// Whether all of a value lies in [0, 1].
bool isMask(Value value) {
  value = withoutCasts(value);
  qnn::RangeAttr range = rangeOf(value);
  return range && range.getMin() >= 0 && range.getMax() <= 1;
}

/// What is known of a value's numbers, whatever the data: a function's image. What is in [0, 1] in all of calibration,
/// as a mask is, makes no other.
std::optional<qnn::Interval> imageOf(Value value) {
  value = withoutCasts(value);
  Operation *op = value.getDefiningOp();
  std::optional<qnn::Interval> image;
  if (auto function = dyn_cast_if_present<qnn::UnaryFunctionOpInterface>(op))
    image = function.getImage();
  else if (auto grid = dyn_cast_if_present<qnn::GridOpInterface>(op);
           grid && grid.getGridRule() == qnn::GridRule::Bounded)
    image = grid.getBounds();
  if (image && std::isfinite(image->second - image->first))
    return image;
  if (auto product = dyn_cast_if_present<qnn::MulOp>(op))
    for (auto [one, other] :
         {std::pair(product.getLhs(), product.getRhs()), std::pair(product.getRhs(), product.getLhs())})
      if (std::optional<qnn::Interval> masked = isMask(other) ? imageOf(one) : std::nullopt)
        return qnn::Interval{std::min(masked->first, 0.0), std::max(masked->second, 0.0)};
  return std::nullopt;
}

double widthOf(Value value) {
  std::optional<qnn::Interval> image = imageOf(value);
  return image ? image->second - image->first : HUGE_VAL;
}

/// The step of the grid that a value is cast to; 0 where it has none, or several.
double stepOf(Value value) {
  double step = 0;
  for (Operation *user : value.getUsers())
    if (auto cast = dyn_cast<quant::QuantizeCastOp>(user))
      if (std::optional<qnn::Grid> grid = qnn::Grid::of(cast.getType()); grid && grid->isPerTensor())
        step = std::max(step, grid->scale());
  return step;
}

/// What calibration saw of it, as far as its grid covers that.
double reachOf(Value value) {
  qnn::RangeAttr range = rangeOf(value);
  return range && range.getLabel() == qnn::RangeLabel::Calibrated ? range.getMax() - range.getMin() : 0;
}

OutputPart partOf(Value value) { return {qnn::valueName(value), widthOf(value), stepOf(value), reachOf(value)}; }

/// Computes what joins and rearranges on numbers of parts in place of values.
class Labeller {
public:
  /// The labels of `value`; nothing where an op cannot be computed on them.
  std::optional<Tensor> label(Value value) {
    value = withoutCasts(value);
    if (auto known = labels.find(value); known != labels.end())
      return known->second;
    qnn::GridOpInterface movement = asMovement(value.getDefiningOp());
    std::optional<Tensor> found =
        movement ? moveLabels(movement, [&](OpOperand &operand) { return label(operand.get()); }) : newPart(value);
    return labels[value] = found;
  }

  std::vector<OutputPart> parts;

private:
  Tensor newPart(Value value) {
    size_t number = parts.size();
    parts.push_back(partOf(value));
    Tensor tensor(ElementType::f32, qnn::toHost(value.getType()).shape);
    std::fill_n(tensor.mutableAs<float>(), tensor.count(), float(number));
    return tensor;
  }

  /// By value, as paths part and join again.
  llvm::DenseMap<Value, std::optional<Tensor>> labels;
};

OutputParts partsOf(Value value, std::string name, const Tensor &borders) {
  Labeller labeller;
  std::optional<Tensor> labels = labeller.label(value);
  OutputParts parts{std::move(name), {}, {}, isDiscrete(value)};
  if (labels)
    parts.parts = std::move(labeller.parts);
  else
    parts.parts.push_back(partOf(value));
  // What they are joined on may be coarser than each of them.
  for (OutputPart &part : parts.parts)
    part.step = std::max(part.step, stepOf(withoutCasts(value)));
  if (parts.parts.size() == 1) {
    parts.labels = borders;
    return parts;
  }
  // Between two parts it is the first one.
  for (int64_t i = 0; i != labels->count(); ++i) {
    float &label = labels->mutableAs<float>()[i];
    bool isBorder = borders && borders.as<float>()[i] == BorderLabels::border;
    label = isBorder ? BorderLabels::border : std::clamp(std::floor(label), 0.0f, float(parts.parts.size() - 1));
  }
  parts.labels = *labels;
  return parts;
}

} // namespace

std::optional<size_t> OutputParts::partOf(int64_t element) const {
  float label = labels ? labels.as<float>()[element] : 0;
  return label == BorderLabels::border ? std::nullopt : std::optional(size_t(label));
}

std::vector<OutputParts> tare::outputPartsOf(func::FuncOp function) {
  std::vector<OutputParts> outputs;
  BorderLabels borders(function);
  for (OpOperand &result : function.front().getTerminator()->getOpOperands()) {
    auto name = function.getResultAttrOfType<StringAttr>(result.getOperandNumber(), qnn::portNameAttrName);
    outputs.push_back(
        partsOf(result.get(), name ? name.str() : qnn::valueName(result.get()), borders.of(result.get())));
  }
  return outputs;
}
