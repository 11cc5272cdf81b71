//===- Slices.cpp - Parts of tensors, and tensors with a border -----------===//
#include "Elements.h"
#include "Movement.h"

#include <fmt/format.h>

#include <algorithm>

using namespace tare;
using namespace tare::host;

namespace {

//===----------------------------------------------------------------------===//
// Slice
//===----------------------------------------------------------------------===//

struct SlicePlan {
  std::vector<int64_t> starts, steps;
  Shape sizes;
};

/// What one axis of `size` elements keeps.
void sliceAxis(SlicePlan &plan, int64_t axis, int64_t start, int64_t end, int64_t step) {
  int64_t size = plan.sizes[axis];
  step = std::max(step, -std::numeric_limits<int64_t>::max());
  if (size == 0)
    return;
  auto clamped = [&](int64_t bound) {
    bound = bound < 0 ? bound + size : bound;
    return step > 0 ? std::clamp<int64_t>(bound, 0, size) : std::clamp<int64_t>(bound, -1, size - 1);
  };
  start = std::max<int64_t>(clamped(start), 0);
  int64_t distance = step > 0 ? clamped(end) - start : start - clamped(end);
  plan.starts[axis] = start;
  plan.steps[axis] = step;
  plan.sizes[axis] = distance <= 0 ? 0 : (distance - 1) / std::abs(step) + 1;
}

template <typename Node> Result<SlicePlan> planSlice(Node &n) {
  std::vector<int64_t> starts, ends, axes, steps;
  bool byOperands = n.opset() >= 10, hasAxes = byOperands ? n.has(3) : n.attributes().has("axes");
  if (byOperands) {
    starts = readIntegers(n, 1, "operand starts");
    ends = readIntegers(n, 2, "operand ends");
    axes = hasAxes ? readIntegers(n, 3, "operand axes") : axes;
    steps = n.has(4) ? readIntegers(n, 4, "operand steps") : std::vector<int64_t>(starts.size(), 1);
  } else {
    starts = n.attributes().integers("starts");
    ends = n.attributes().integers("ends");
    axes = n.attributes().integers("axes");
    steps.assign(starts.size(), 1);
  }
  int64_t rank = n.rank(0);
  if (!hasAxes)
    axes = allAxes(std::min<int64_t>(rank, starts.size()));
  if (ends.size() != starts.size() || axes.size() != starts.size() || steps.size() != starts.size())
    return Error{fmt::format("found {} starts, {} ends, {} axes and {} steps", starts.size(), ends.size(), axes.size(),
                             steps.size())};
  Result<std::vector<int64_t>> distinct = distinctAxes(axes, rank);
  if (!distinct)
    return distinct.error();
  SlicePlan plan{std::vector<int64_t>(rank, 0), std::vector<int64_t>(rank, 1), n.shape(0)};
  for (size_t i = 0; i < axes.size(); ++i) {
    if (steps[i] == 0)
      return Error{fmt::format("the step along axis {} is 0", (*distinct)[i])};
    sliceAxis(plan, (*distinct)[i], starts[i], ends[i], steps[i]);
  }
  return plan;
}

void inferSlice(Inference &n) {
  Result<SlicePlan> plan = planSlice(n);
  if (!plan)
    return n.error(plan.error().message);
  n.give(n.element(0), plan->sizes);
}

void slice(Evaluation &e) {
  Result<SlicePlan> plan = planSlice(e);
  kernels::slice(e.operand(0).view(), plan->starts, plan->steps, e.result().mutableView());
}

//===----------------------------------------------------------------------===//
// Pad
//===----------------------------------------------------------------------===//

/// What is added before and after each axis; removed, if negative.
struct Border {
  std::vector<int64_t> low, high;
};

template <typename Node> Result<Border> borderOf(Node &n) {
  std::vector<int64_t> pads = n.opset() >= 11 ? readIntegers(n, 1, "operand pads")
                                              : n.attributes().integers(n.opset() < 2 ? "paddings" : "pads");
  int64_t rank = n.rank(0);
  Result<std::vector<int64_t>> axes =
      distinctAxes(n.opset() >= 18 && n.has(3) ? readIntegers(n, 3, "operand axes") : allAxes(rank), rank);
  if (!axes)
    return axes.error();
  if (pads.size() != 2 * axes->size())
    return Error{fmt::format("found {} pads, expected 2 for each of {} axes", pads.size(), axes->size())};
  constexpr int64_t most = int64_t(1) << 60;
  Border border{std::vector<int64_t>(rank, 0), std::vector<int64_t>(rank, 0)};
  for (size_t i = 0; i < axes->size(); ++i) {
    border.low[(*axes)[i]] = std::clamp(pads[i], -most, most);
    border.high[(*axes)[i]] = std::clamp(pads[axes->size() + i], -most, most);
  }
  return border;
}

enum class PadMode { constant, reflect, edge, wrap };

std::optional<PadMode> padModeOf(const Attributes &attributes) {
  std::string mode = attributes.text("mode", "constant");
  if (mode == "constant")
    return PadMode::constant;
  if (mode == "reflect")
    return PadMode::reflect;
  if (mode == "edge")
    return PadMode::edge;
  return mode == "wrap" ? std::optional(PadMode::wrap) : std::nullopt;
}

void inferPad(Inference &n) {
  const TensorType x = n.type(0);
  Result<Border> border = borderOf(n);
  if (!border)
    return n.error(border.error().message);
  std::optional<PadMode> mode = padModeOf(n.attributes());
  if (!mode)
    return n.error("attribute 'mode' is '" + n.attributes().text("mode", "") +
                   "', expected constant, reflect, edge or wrap");
  if (n.opset() >= 11 && n.has(2) && (n.element(2) != x.element || n.type(2).count() != 1))
    return n.error(fmt::format("operand constant_value is {}, expected one element of {}", toString(n.type(2)),
                               nameOf(x.element)));
  Shape y;
  for (size_t i = 0; i < x.shape.size(); ++i) {
    int64_t low = border->low[i], high = border->high[i], size = saturatedSum(x.shape[i], low + high);
    int64_t kept = x.shape[i] + std::min<int64_t>(low, 0) + std::min<int64_t>(high, 0);
    if (size < 0 || kept < 0)
      return n.error(fmt::format("axis {} of {} elements is padded by {} and {}", i, x.shape[i], low, high));
    if (kept == 0 && size > 0 && mode != PadMode::constant)
      return n.error(fmt::format("axis {} keeps no element to pad with", i));
    y.push_back(size);
  }
  n.give(x.element, y);
}

/// The source of element `i` of an axis of which [first, end) is kept.
int64_t paddedSource(int64_t i, int64_t first, int64_t end, PadMode mode) {
  if (i >= first && i < end)
    return i;
  int64_t size = end - first;
  auto modulo = [](int64_t value, int64_t period) { return (value % period + period) % period; };
  switch (mode) {
  case PadMode::constant:
    break;
  case PadMode::edge:
    return std::clamp(i, first, end - 1);
  case PadMode::wrap:
    return first + modulo(i - first, size);
  case PadMode::reflect: {
    int64_t phase = modulo(i - first, std::max<int64_t>(1, 2 * (size - 1)));
    return first + (phase < size ? phase : 2 * (size - 1) - phase);
  }
  }
  return kernels::padding;
}

void padWith(Evaluation &e, const Border &border, PadMode mode, const void *value) {
  const Shape &x = e.shape(0), &y = e.result().shape();
  kernels::IndexLists lists(y.size());
  for (size_t axis = 0; axis < y.size(); ++axis) {
    // Negative pads remove elements, which then are no border's source.
    int64_t first = std::max<int64_t>(0, -border.low[axis]), end = std::min(x[axis], x[axis] + border.high[axis]);
    for (int64_t i = 0; i < y[axis]; ++i)
      lists[axis].push_back(paddedSource(i - border.low[axis], first, end, mode));
  }
  kernels::gather(e.operand(0).view(), lists, value, e.result().mutableView());
}

void pad(Evaluation &e) {
  Border border = *borderOf(e);
  PadMode mode = *padModeOf(e.attributes());
  if (e.opset() >= 11)
    return padWith(e, border, mode, e.has(2) ? e.operand(2).data() : nullptr);
  double value = e.attributes().number("value", 0);
  visitAny(e.operand(0).element(), [&](auto zero) {
    using T = decltype(zero);
    double least = double(std::numeric_limits<T>::lowest()), greatest = double(std::numeric_limits<T>::max());
    // A float's own infinity stays, an integer is the nearest that there is.
    bool fits = std::is_floating_point_v<T> || (value > least && value < greatest);
    T element = fits ? T(value) : value > least ? std::numeric_limits<T>::max() : std::numeric_limits<T>::lowest();
    padWith(e, border, mode, &element);
  });
}

//===----------------------------------------------------------------------===//
// CenterCropPad
//===----------------------------------------------------------------------===//

void inferCenterCropPad(Inference &n) {
  TensorType y = n.type(0);
  std::vector<int64_t> sizes = n.integers(1, "operand shape");
  Result<std::vector<int64_t>> axes =
      distinctAxes(n.attributes().has("axes") ? n.attributes().integers("axes") : allAxes(n.rank(0)), n.rank(0));
  if (!axes)
    return n.error(axes.error().message);
  if (sizes.size() != axes->size())
    return n.error(fmt::format("found {} sizes for {} axes", sizes.size(), axes->size()));
  for (size_t i = 0; i < sizes.size(); ++i)
    y.shape[(*axes)[i]] = sizes[i];
  n.give(y);
}

void centerCropPad(Evaluation &e) {
  const Shape &x = e.shape(0), &y = e.result().shape();
  Border border{std::vector<int64_t>(x.size()), std::vector<int64_t>(x.size())};
  for (size_t i = 0; i < x.size(); ++i) {
    // Half of the difference before, the larger half after.
    border.low[i] = (y[i] - x[i]) / 2;
    border.high[i] = y[i] - x[i] - border.low[i];
  }
  padWith(e, border, PadMode::constant, nullptr);
}

} // namespace

void host::addSlices(Operators &all) {
  all.add("Slice", inferSlice, unlessEmpty<slice>);
  all.add("Pad", inferPad, unlessEmpty<pad>);
  all.add("CenterCropPad", inferCenterCropPad, unlessEmpty<centerCropPad>);
}
