//===- InputRange.cpp - What an input can hold, and what it is given ------===//
#include "Driver/Execute/InputRange.h"

#include "Driver/Execute/Border.h"
#include "Driver/Execute/ModuleExecutable.h"
#include "Driver/Execute/WatchedSamples.h"
#include "tare/Diagnostics/Warning.h"
#include "tare/Dialect/Qnn/Grid.h"
#include "tare/Dialect/Qnn/InputLayouts.h"
#include "tare/Dialect/Qnn/Names.h"
#include "tare/Media/Preprocessing.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Quant/IR/QuantTypes.h"

#include <algorithm>
#include <fmt/format.h>

using namespace mlir;
using namespace tare;

namespace {

/// Of integers from `least` to `greatest`, on the grid of each channel.
RealRange rangeOf(double least, double greatest, ArrayRef<double> scales,
                  llvm::function_ref<double(size_t)> zeroPoint) {
  RealRange range;
  for (size_t i = 0; i != scales.size(); ++i) {
    range.low = std::min(range.low, (least - zeroPoint(i)) * scales[i]);
    range.high = std::max(range.high, (greatest - zeroPoint(i)) * scales[i]);
  }
  return range;
}

} // namespace

/// Of a device's pixels all that bytes can be: pictures from 0 to 1 are in another unit.
static std::optional<RealRange> heldByPixels(std::string_view layout) {
  return media::deviceFormatOf(layout) ? std::optional(RealRange{0, 255}) : std::nullopt;
}

std::optional<RealRange> tare::heldBy(const runtime::Session &session, size_t input) {
  using runtime::Form;
  runtime::PortDescription model = session.describeInput(input, Form::model),
                           raw = session.describeInput(input, Form::raw);
  if (model.type.element == ElementType::u8)
    return heldByPixels(session.program().inputs[input]->layout);
  bool isWide = raw.type.element == ElementType::i16;
  if (model.type.element != ElementType::f32 || raw.scales.empty() || (!isWide && raw.type.element != ElementType::i8))
    return std::nullopt;
  double half = isWide ? 32768 : 128;
  RealRange range = rangeOf(-half, half - 1, raw.scales, [&](size_t) { return double(raw.zeroPoint); });
  const program::PortT &port = *session.program().inputs[input];
  range.isCutBelow = port.is_cut_below;
  range.isCutAbove = port.is_cut_above;
  return range;
}

static std::optional<RealRange> gridOf(BlockArgument argument) {
  Value integers = isa<FloatType>(getElementTypeOrSelf(argument.getType())) ? integersBehind(argument) : Value();
  if (!integers)
    return std::nullopt;
  Type element = getElementTypeOrSelf(gridTypeOf(integers));
  if (auto whole = dyn_cast<quant::UniformQuantizedType>(element))
    return rangeOf(whole.getStorageTypeMin(), whole.getStorageTypeMax(), whole.getScale(),
                   [&](size_t) { return double(whole.getZeroPoint()); });
  if (auto channels = dyn_cast<quant::UniformQuantizedPerAxisType>(element))
    return rangeOf(channels.getStorageTypeMin(), channels.getStorageTypeMax(), channels.getScales(),
                   [&](size_t i) { return double(channels.getZeroPoints()[i]); });
  return std::nullopt;
}

std::optional<RealRange> tare::heldBy(BlockArgument argument) {
  auto function = cast<func::FuncOp>(argument.getOwner()->getParentOp());
  if (auto pixels = function.getArgAttrOfType<StringAttr>(argument.getArgNumber(), qnn::inputLayoutAttrName))
    return heldByPixels(pixels.getValue());
  std::optional<RealRange> range = gridOf(argument);
  if (std::optional<qnn::Interval> told = qnn::toldApartOf(argument); range && told) {
    double step = range->width() / 255;
    range->isCutBelow = told->first >= range->low - step;
    range->isCutAbove = told->second <= range->high + step;
  }
  return range;
}

std::optional<std::string> tare::misfit(const std::string &input, const RealRange &held, const RealRange &found,
                                        double outside) {
  // Methods that find ranges cut off a share of usual data; a range that is far beyond is another unit.
  constexpr double usualShare = 0.1, leastShare = 0.01, leastPart = 1.0 / 16;
  bool isFar = found.high > held.high + held.width() || found.low < held.low - held.width();
  // 1 on a grid that ends at 127 / 128 is a step off, like any other number.
  const double step = held.width() / 255;
  bool isNear = found.high <= held.high + step && found.low >= held.low - step;
  if ((outside > usualShare && !isNear) || (isFar && outside > leastShare))
    return fmt::format(
        "input '{}' is given numbers from {:.6g} to {:.6g}, but its grid holds [{:.6g}, {:.6g}]: {:.3g} % "
        "of them are cut off",
        input, found.low, found.high, held.low, held.high, 100 * outside);
  if (found.width() > 0 && found.width() < leastPart * held.width())
    return fmt::format("input '{}' is given numbers from {:.6g} to {:.6g} only, but its grid holds [{:.6g}, {:.6g}]: "
                       "{:.2g} % of its steps are used",
                       input, found.low, found.high, held.low, held.high, 100 * found.width() / held.width());
  return std::nullopt;
}

/// The ranges do not say how many numbers lie where: as if they were spread evenly.
static std::optional<std::string> misfitOfRange(const std::string &name, const RealRange &held,
                                                const calibration::ValueRange &range) {
  RealRange found{range.min, range.max};
  double inside = std::min(found.high, held.high) - std::max(found.low, held.low);
  double outside = found.width() > 0 ? 1 - std::max(inside, 0.0) / found.width() : 0;
  return misfit(name, held, found, found.width() > 2 * held.width() ? outside : 0);
}

void tare::warnOfMisfits(ModuleOp module, const calibration::Ranges &ranges, std::span<const EvaluatedSample> samples) {
  for (BlockArgument argument : module.lookupSymbol<func::FuncOp>("main").getArguments()) {
    std::string name = qnn::valueName(argument);
    auto range = ranges.values.find(name);
    std::optional<RealRange> held = heldBy(argument);
    if (!held || range == ranges.values.end())
      continue;
    std::vector<Tensor> given;
    for (const EvaluatedSample &sample : samples)
      given.push_back(sample.inputs[argument.getArgNumber()]);
    if (auto text =
            given.empty() ? misfitOfRange(name, *held, range->second) : WatchedSamples::misfitOf({name, held}, given))
      reportWarning(argument.getLoc(), {"InputMisfit", "", name, 0, CostUnit::none, *text,
                                        "scale the calibration data as the model's own grid of the input has them"});
  }
}

Tensor tare::within(const std::optional<qnn::Interval> &range, Tensor tensor) {
  if (!range || tensor.element() != ElementType::f32)
    return tensor;
  float *values = tensor.mutableAs<float>();
  const float low = float(range->first), high = float(range->second);
  for (int64_t i = 0; i != tensor.count(); ++i)
    values[i] = values[i] < low ? low : values[i] > high ? high : values[i];
  return tensor;
}
