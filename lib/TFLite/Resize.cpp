//===- Resize.cpp - Resizing as TFLite has it -----------------------------===//
#include "Lowering.h"
#include "Requantization.h"
#include "Windows.h"

#include <algorithm>
#include <cmath>

using namespace tare;
using namespace tare::tflite;

namespace {

/// How a result's coordinate is seen in the operand; TFLite has three ways, the same for height and width.
enum class Coordinates { asymmetric, alignCorners, halfPixel };
constexpr Coordinates allCoordinates[] = {Coordinates::asymmetric, Coordinates::halfPixel, Coordinates::alignCorners};

/// One dimension of a resize.
struct Resized {
  int32_t input, output;
  const program::ResizeAxisT *axis;
};

/// Steps of the operand for one of the result, in float as LiteRT's kernels have it.
float stepOf(const Resized &resized, Coordinates coordinates) {
  if (coordinates == Coordinates::alignCorners && resized.output > 1)
    return float(resized.input - 1) / float(resized.output - 1);
  return float(resized.input) / float(resized.output);
}

/// The element that TFLite's nearest neighbour is.
int32_t nearestTo(const Resized &resized, int32_t place, Coordinates coordinates) {
  const float offset = coordinates == Coordinates::halfPixel ? 0.5F : 0.0F;
  const float at = (float(place) + offset) * stepOf(resized, coordinates);
  const int32_t element = int32_t(coordinates == Coordinates::alignCorners ? std::round(at) : std::floor(at));
  return std::clamp(element, 0, resized.input - 1);
}

bool isNearest(const Resized &resized, Coordinates coordinates) {
  for (int32_t place = 0; place != resized.output; ++place)
    if (resized.axis->lower[place] != nearestTo(resized, place, coordinates))
      return false;
  return true;
}

/// Whether TFLite's line between two elements is where the program's is, but for what weights of so many bits round.
bool isLinear(const Resized &resized, Coordinates coordinates, int bits) {
  const double unit = std::ldexp(1.0, -bits);
  for (int32_t place = 0; place != resized.output; ++place) {
    const double offset = coordinates == Coordinates::halfPixel ? 0.5 : 0.0;
    const double at = (place + offset) * stepOf(resized, coordinates) - offset;
    const double wanted = std::clamp(at, 0.0, double(resized.input - 1));
    const program::ResizeAxisT &axis = *resized.axis;
    const double found = axis.lower[place] + (axis.upper[place] - axis.lower[place]) * axis.weight[place] * unit;
    if (std::abs(found - wanted) > unit)
      return false;
  }
  return true;
}

/// Height and width of a resize of one or two dimensions; a height that there is not stays 1.
std::vector<Resized> axesOf(const LayerWriter &layer, const program::ResizeT &op) {
  const Dimensions input = dimensionsOf(layer.shape(0)), output = dimensionsOf(layer.resultType().shape);
  std::vector<Resized> axes;
  for (size_t i = 0; i != op.axes.size(); ++i)
    axes.push_back({input[i + 1], output[i + 1], op.axes[i].get()});
  return axes;
}

/// TFLite resizes height and width.
bool isOfPlanes(const std::vector<Resized> &axes) { return axes.size() <= 2; }

template <typename Options> Options optionsOf(Coordinates coordinates) {
  Options options;
  options.align_corners = coordinates == Coordinates::alignCorners;
  options.half_pixel_centers = coordinates == Coordinates::halfPixel;
  return options;
}

template <typename Options>
Status writeResize(LayerWriter &layer, BuiltinOperator code, Coordinates coordinates, Index result) {
  Result<Index> operand = layer.operand(0);
  if (!operand)
    return operand.error();
  const Index input = layer.reshaped(*operand, planesOf(layer.shape(0)));
  writePlanes(layer, result, [&](Index planes) {
    const Dimensions &shape = layer.network.shape(planes);
    const Index size = layer.integers("size", {shape[1], shape[2]});
    layer.network.addOperator(code, {input, size}, planes, optionsOf<Options>(coordinates));
  });
  return success();
}

/// Elements by their places along each axis, where TFLite's resize takes others.
Status writeTaken(LayerWriter &layer, const program::ResizeT &op, Index result) {
  Result<Index> from = layer.operand(0);
  if (!from)
    return from.error();
  for (size_t i = 0; i != op.axes.size(); ++i) {
    TensorFacts facts = layer.factsOf(*from);
    facts.shape[i + 1] = int32_t(op.axes[i]->lower.size());
    const bool isLast = i + 1 == op.axes.size();
    const Index to = isLast ? result : layer.between("taken", std::move(facts));
    const Index places = layer.integers("places", op.axes[i]->lower);
    schema::GatherOptionsT options;
    options.axis = int32_t(i) + 1;
    layer.network.addOperator(BuiltinOperator::GATHER, {*from, places}, to, options);
    from = to;
  }
  return success();
}

Status lowerNearest(LayerWriter &layer, const program::ResizeT &op) {
  Result<Index> result = layer.result();
  if (!result)
    return result.error();
  const std::vector<Resized> axes = axesOf(layer, op);
  for (Coordinates coordinates : allCoordinates)
    if (isOfPlanes(axes) &&
        std::ranges::all_of(axes, [&](const Resized &axis) { return isNearest(axis, coordinates); }))
      return writeResize<schema::ResizeNearestNeighborOptionsT>(layer, BuiltinOperator::RESIZE_NEAREST_NEIGHBOR,
                                                                coordinates, *result);
  return writeTaken(layer, op, *result);
}

/// On the operand's grid, as TFLite's resize is, and from there to the result's.
Status writeLinear(LayerWriter &layer, Coordinates coordinates, Index result) {
  TensorFacts facts = layer.factsOf(result);
  const bool isOnGrid = facts.grid == layer.grid(0);
  facts.grid = layer.grid(0);
  const Index resized = isOnGrid ? result : layer.between("resized", std::move(facts));
  Status written =
      writeResize<schema::ResizeBilinearOptionsT>(layer, BuiltinOperator::RESIZE_BILINEAR, coordinates, resized);
  if (written && !isOnGrid)
    layer.requantize(resized, result);
  return written;
}

Status lowerLinearResize(LayerWriter &layer, const program::ResizeT &op) {
  const bool isRescaled = op.mode == program::ResizeMode::rescaled;
  if (isRescaled)
    if (Status plain = checkRequant(op.requant.get()); !plain)
      return plain;
  const Ends ends = endsOf(layer.resultType().element);
  const Limits limits = isRescaled ? limitsOf(*op.requant) : Limits{ends.least, ends.greatest};
  const std::vector<Resized> axes = axesOf(layer, op);
  for (Coordinates coordinates : allCoordinates)
    if (isOfPlanes(axes) &&
        std::ranges::all_of(axes, [&](const Resized &axis) { return isLinear(axis, coordinates, op.weight_bits); }))
      return layer.withLimits(limits, Fusing::none, [&](ActivationFunctionType, Index result) {
        return writeLinear(layer, coordinates, result);
      });
  return refusal(
      "coordinates that TFLite has not; give the model asymmetric, half_pixel or align_corners, and scales that "
      "are the quotients of its sizes");
}

} // namespace

Status tflite::lowerResize(LayerWriter &layer) {
  const program::ResizeT &op = *layer.op().AsResize();
  return op.mode == program::ResizeMode::nearest ? lowerNearest(layer, op) : lowerLinearResize(layer, op);
}
