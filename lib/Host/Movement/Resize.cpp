//===- Resize.cpp - Resize, Upsample --------------------------------------===//
#include "Elements.h"
#include "Movement.h"
#include "ResizeTaps.h"
#include "tare/Host/Resampling.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

using namespace tare;
using namespace tare::host;
using kernels::NearestMode;

namespace {

//===----------------------------------------------------------------------===//
// What the node says
//===----------------------------------------------------------------------===//

std::vector<double> readNumbers(Inference &n, size_t operand, std::string_view role) {
  if (n.isKnown(operand))
    return numbersOf(n.known(operand));
  n.error(fmt::format("{} must be a constant, found a computed value", role));
  return {};
}

std::vector<double> readNumbers(const Evaluation &e, size_t operand, std::string_view) {
  return numbersOf(e.operand(operand));
}

/// Before opset 11, as in Upsample, coordinates were asymmetric, and nearest was the element before; where an axis
/// becomes shorter, the one after: so has it ONNX Runtime, and so had it ONNX's own test.
template <typename Node> bool isOld(const Node &n, bool upsample) { return upsample || n.opset() < 11; }

std::optional<Interpolation> interpolationOf(std::string_view name) {
  if (name == "nearest")
    return Interpolation::nearest;
  if (name == "linear" || name == "bilinear")
    return Interpolation::linear;
  return name == "cubic" ? std::optional(Interpolation::cubic) : std::nullopt;
}

template <typename Node> Result<ResizeMode> modeOf(const Node &n, bool upsample) {
  const Attributes &attributes = n.attributes();
  std::string name = attributes.text("mode", "nearest");
  std::optional<Interpolation> interpolation = interpolationOf(name);
  if (!interpolation)
    return Error{"attribute 'mode' is '" + name + "', expected nearest, linear or cubic"};
  ResizeMode mode;
  mode.interpolation = *interpolation;
  if (isOld(n, upsample))
    return mode;
  name = attributes.text("coordinate_transformation_mode", "half_pixel");
  std::optional<Coordinates> coordinates = coordinatesOf(name);
  if (!coordinates)
    return Error{"attribute 'coordinate_transformation_mode' is '" + name + "', which is not known"};
  name = attributes.text("nearest_mode", "round_prefer_floor");
  std::optional<NearestMode> rounding = kernels::nearestModeOf(name);
  if (!rounding)
    return Error{"attribute 'nearest_mode' is '" + name + "', which is not known"};
  mode.coordinates = *coordinates;
  mode.rounding = *rounding;
  mode.cubic = attributes.number("cubic_coeff_a", -0.75);
  mode.antialias = attributes.integer("antialias", 0) != 0;
  mode.excludeOutside = attributes.integer("exclude_outside", 0) != 0;
  return mode;
}

/// The numbers that say how large the result is, one per axis.
struct Extents {
  std::vector<double> scales;
  std::vector<int64_t> sizes;
};

bool hasElements(Inference &n, size_t operand) { return n.has(operand) && n.type(operand).count() != 0; }
bool hasElements(const Evaluation &e, size_t operand) { return e.has(operand) && e.operand(operand).count() != 0; }

template <typename Node> Extents extentsOf(Node &n, bool upsample) {
  const Attributes &attributes = n.attributes();
  if (upsample && n.opset() < 7)
    return {{1, 1, attributes.number("height_scale", 0), attributes.number("width_scale", 0)}, {}};
  if (upsample && n.opset() < 9)
    return {attributes.numbers("scales"), {}};
  size_t operand = isOld(n, upsample) ? 1 : 2;
  Extents extents;
  if (hasElements(n, operand))
    extents.scales = readNumbers(n, operand, "operand scales");
  if (operand == 2 && hasElements(n, 3))
    extents.sizes = readIntegers(n, 3, "operand sizes");
  return extents;
}

//===----------------------------------------------------------------------===//
// How each axis is resized
//===----------------------------------------------------------------------===//

/// float32's product, as everywhere: 10 of 0.7 is 7.
float lengthOf(int64_t input, double scale) { return float(scale) * float(input); }

Status scaleAxis(ResizedAxis &axis, double scale) {
  axis.scale = scale;
  axis.length = lengthOf(axis.input, scale);
  // Written so that NaN is refused, too.
  if (!(axis.scale > 0 && axis.length < 1e15f))
    return Error{fmt::format("{} elements are scaled by {}", axis.input, scale)};
  axis.output = std::floor(axis.length);
  return success();
}

Status sizeAxis(ResizedAxis &axis, int64_t size, std::optional<double> scale) {
  constexpr int64_t most = int64_t(1) << 50;
  if (size < 0 || size > most || axis.input < 1)
    return Error{fmt::format("{} elements are resized to {}", axis.input, size)};
  // Halves are rounded up.
  double length = scale ? *scale * axis.input : size;
  if (length > most)
    return Error{fmt::format("{} elements are resized to {}", axis.input, length)};
  axis.output = scale ? std::floor(length + 0.5) : size;
  axis.scale = length / axis.input;
  axis.length = length;
  return success();
}

/// The scale of all axes where the aspect ratio is kept; nothing where it is not.
Result<std::optional<double>> commonScale(const Attributes &attributes, const Shape &x,
                                          const std::vector<int64_t> &axes, const std::vector<int64_t> &sizes) {
  std::string policy = attributes.text("keep_aspect_ratio_policy", "stretch");
  if (policy == "stretch" || sizes.empty())
    return std::optional<double>();
  if (policy != "not_larger" && policy != "not_smaller")
    return Error{"attribute 'keep_aspect_ratio_policy' is '" + policy +
                 "', expected stretch, not_larger or not_smaller"};
  std::vector<double> scales;
  for (size_t i = 0; i < sizes.size(); ++i) {
    if (x[axes[i]] < 1)
      return Error{fmt::format("axis {} has no elements to resize", axes[i])};
    scales.push_back(double(sizes[i]) / double(x[axes[i]]));
  }
  return std::optional(policy == "not_larger" ? *std::min_element(scales.begin(), scales.end())
                                              : *std::max_element(scales.begin(), scales.end()));
}

template <typename Node> Result<std::vector<ResizedAxis>> axesOf(Node &n, bool upsample) {
  const Shape &x = n.shape(0);
  Extents extents = extentsOf(n, upsample);
  if (extents.scales.empty() && extents.sizes.empty() && !x.empty())
    return Error{"its scales and sizes are missing"};
  bool some = n.opset() >= 18 && !upsample && n.attributes().has("axes");
  Result<std::vector<int64_t>> axes =
      distinctAxes(some ? n.attributes().integers("axes") : allAxes(x.size()), x.size());
  if (!axes)
    return axes.error();
  size_t count = extents.sizes.empty() ? extents.scales.size() : extents.sizes.size();
  if (count != axes->size())
    return Error{fmt::format("found scales or sizes for {} axes, expected {}", count, axes->size())};
  Result<std::optional<double>> common = commonScale(n.attributes(), x, *axes, extents.sizes);
  if (!common)
    return common.error();
  std::vector<ResizedAxis> resized;
  for (int64_t size : x)
    resized.push_back({size, size, 1, float(size)});
  for (size_t i = 0; i < count; ++i) {
    ResizedAxis &axis = resized[(*axes)[i]];
    Status done =
        extents.sizes.empty() ? scaleAxis(axis, extents.scales[i]) : sizeAxis(axis, extents.sizes[i], *common);
    if (!done)
      return done.error();
  }
  return resized;
}

template <bool upsample> void infer(Inference &n) {
  const TensorType x = n.type(0);
  Result<ResizeMode> mode = modeOf(n, upsample);
  if (!mode)
    return n.error(mode.error().message);
  if (mode->interpolation != Interpolation::nearest && x.element == ElementType::boolean)
    return n.error("elements of bool cannot be interpolated");
  Result<std::vector<ResizedAxis>> axes = axesOf(n, upsample);
  if (!axes)
    return n.error(axes.error().message);
  size_t named =
      n.opset() >= 18 && n.attributes().has("axes") ? n.attributes().integers("axes").size() : x.shape.size();
  if (mode->coordinates == Coordinates::tfCropAndResize && n.type(1).count() != int64_t(2 * named))
    return n.error(fmt::format("operand roi has {} elements, expected {}", n.type(1).count(), 2 * named));
  Shape y;
  for (const ResizedAxis &axis : *axes)
    y.push_back(axis.output);
  n.give(x.element, y);
}

//===----------------------------------------------------------------------===//
// Resizing
//===----------------------------------------------------------------------===//

/// Gives the axes the part of the input that operand roi says.
void readRegion(const Evaluation &e, std::vector<ResizedAxis> &axes) {
  int64_t rank = axes.size();
  std::vector<int64_t> named = e.opset() >= 18 && e.attributes().has("axes")
                                   ? *distinctAxes(e.attributes().integers("axes"), rank)
                                   : allAxes(rank);
  std::vector<double> region = numbersOf(e.operand(1));
  for (size_t i = 0; i < named.size(); ++i) {
    axes[named[i]].start = region[i];
    axes[named[i]].end = region[named.size() + i];
  }
}

bool isUnchanged(const ResizedAxis &axis) {
  return axis.input == axis.output && axis.scale == 1 && axis.start == 0 && axis.end == 1;
}

/// Replaces the axis of x, of that shape, by weighted sums.
std::vector<double> interpolate(const std::vector<double> &x, Shape &shape, int64_t axis, const ResizeTaps &taps) {
  AxisView from(shape, axis);
  shape[axis] = taps.begins.size() - 1;
  std::vector<double> y(saturatedProduct(shape), 0.0);
  for (int64_t outer = 0; outer < from.outer; ++outer)
    for (int64_t i = 0; i < shape[axis]; ++i) {
      double *to = y.data() + (outer * shape[axis] + i) * from.inner;
      for (int64_t tap = taps.begins[i]; tap < taps.begins[i + 1]; ++tap) {
        const double *source = x.data() + (outer * from.length + taps.sources[tap]) * from.inner;
        double weight = taps.weights[tap];
        for (int64_t j = 0; j < from.inner; ++j)
          to[j] += weight * source[j];
      }
    }
  return y;
}

/// The nearest element, within the type's bounds.
template <typename T> T roundedTo(double value) {
  if constexpr (std::is_floating_point_v<T>)
    return T(value);
  double whole = std::nearbyint(value);
  if (whole <= double(std::numeric_limits<T>::lowest()))
    return std::numeric_limits<T>::lowest();
  return whole >= double(std::numeric_limits<T>::max()) ? std::numeric_limits<T>::max() : T(whole);
}

void resizeNearest(Evaluation &e, const std::vector<ResizeTaps> &taps, double extrapolation) {
  kernels::IndexLists lists;
  for (const ResizeTaps &axis : taps) {
    std::vector<int64_t> &list = lists.emplace_back();
    for (size_t i = 0; i + 1 < axis.begins.size(); ++i)
      list.push_back(axis.isOutside(i) ? kernels::padding : axis.sources[axis.begins[i]]);
  }
  visitNumbers(e.result().element(), [&](auto zero) {
    auto fill = roundedTo<decltype(zero)>(extrapolation);
    kernels::gather(e.operand(0).view(), lists, &fill, e.result().mutableView());
  });
}

/// How a node resizes: its axes, and what their results are made of.
struct Plan {
  ResizeMode mode;
  std::vector<ResizedAxis> axes;
  std::vector<ResizeTaps> taps;
};

/// Nothing, and an error, where an axis has no elements.
template <bool upsample> std::optional<Plan> planOf(Evaluation &e) {
  Plan plan{*modeOf(e, upsample), *axesOf(e, upsample), {}};
  if (plan.mode.coordinates == Coordinates::tfCropAndResize)
    readRegion(e, plan.axes);
  for (const ResizedAxis &axis : plan.axes) {
    if (axis.input == 0) {
      e.error("an axis without elements cannot be resized");
      return std::nullopt;
    }
    // What is not resized is there once, whatever the coordinates are.
    ResizeMode own = isUnchanged(axis) ? ResizeMode() : plan.mode;
    if (isOld(e, upsample) && axis.scale < 1)
      own.rounding = NearestMode::ceil;
    plan.taps.push_back(resizeTaps(axis, own));
  }
  return plan;
}

double extrapolationOf(const Evaluation &e) { return e.attributes().number("extrapolation_value", 0); }

/// The axes that are resized, one after the other. Those that become shorter first: what is in between is never larger
/// than both operand and result.
std::vector<size_t> orderOf(const Plan &plan) {
  std::vector<size_t> order;
  for (bool longer : {false, true})
    for (size_t axis = 0; axis < plan.axes.size(); ++axis)
      if (!isUnchanged(plan.axes[axis]) && (plan.axes[axis].output > plan.axes[axis].input) == longer)
        order.push_back(axis);
  return order;
}

void resizeSmoothly(Evaluation &e, const Plan &plan) {
  std::vector<double> values = numbersOf(e.operand(0));
  Shape shape = e.shape(0);
  for (size_t axis : orderOf(plan))
    values = interpolate(values, shape, axis, plan.taps[axis]);
  double extrapolation = extrapolationOf(e);
  visitNumbers(e.result().element(), [&](auto zero) {
    using T = decltype(zero);
    T *y = e.result().mutableAs<T>();
    Walk<0> walk(shape, {});
    for (double value : values) {
      bool outside = false;
      for (size_t axis = 0; axis < plan.axes.size(); ++axis)
        outside |= plan.taps[axis].isOutside(walk.position()[axis]);
      *y++ = roundedTo<T>(outside ? extrapolation : value);
      walk.next();
    }
  });
}

template <bool upsample> void resize(Evaluation &e) {
  std::optional<Plan> plan = planOf<upsample>(e);
  if (!plan)
    return;
  if (plan->mode.interpolation == Interpolation::nearest)
    resizeNearest(e, plan->taps, extrapolationOf(e));
  else
    resizeSmoothly(e, *plan);
}

} // namespace

std::optional<Resampling> host::resamplingOf(const Node &node, std::span<const Tensor *const> operands) {
  Evaluation e(node, operands, {});
  std::optional<Plan> plan = node.op == "Upsample" ? planOf<true>(e) : planOf<false>(e);
  if (!plan || plan->mode.interpolation == Interpolation::nearest)
    return std::nullopt;
  Resampling resampling{{}, extrapolationOf(e)};
  for (size_t axis : orderOf(*plan)) {
    const ResizeTaps &taps = plan->taps[axis];
    resampling.axes.push_back({axis, taps.begins, taps.sources, taps.weights});
  }
  return resampling;
}

void host::addResize(Operators &all) {
  all.add("Resize", infer<false>, unlessEmpty<resize<false>>);
  all.add("Upsample", infer<true>, unlessEmpty<resize<true>>);
}
