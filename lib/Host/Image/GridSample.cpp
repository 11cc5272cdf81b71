//===- GridSample.cpp - Images seen through a grid ------------------------===//
#include "Elements.h"
#include "Image.h"
#include "Movement/Movement.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

using namespace tare;
using namespace tare::host;

namespace {

//===----------------------------------------------------------------------===//
// AffineGrid
//===----------------------------------------------------------------------===//

void inferAffineGrid(Inference &n) {
  std::vector<int64_t> size = n.integers(1, "operand size");
  int64_t rank = int64_t(size.size()) - 2;
  if (rank != 2 && rank != 3)
    return n.error(fmt::format("operand size has {} elements, expected 4 or 5", size.size()));
  if (n.type(0) != TensorType{ElementType::f32, {size[0], rank, rank + 1}})
    return n.error(fmt::format("operand theta is {}, expected {} matrices of float32, {}x{} each", toString(n.type(0)),
                               size[0], rank, rank + 1));
  Shape y{size[0]};
  y.insert(y.end(), size.begin() + 2, size.end());
  y.push_back(rank);
  n.give(ElementType::f32, y);
}

/// Element i of `size` ones that are spread evenly over -1 to 1.
double spread(int64_t i, int64_t size, bool alignCorners) {
  if (alignCorners)
    return size > 1 ? -1 + 2.0 * double(i) / double(size - 1) : -1;
  return -1 + (2.0 * double(i) + 1) / double(size);
}

void affineGrid(Evaluation &e) {
  const Shape &shape = e.result().shape();
  size_t rank = shape.back();
  bool alignCorners = e.attributes().integer("align_corners", 0) != 0;
  float *y = e.result().mutableAs<float>();
  Walk<0> walk(Shape(shape.begin(), shape.end() - 1), {});
  for (int64_t i = 0; i < e.result().count() / int64_t(rank); ++i, walk.next()) {
    const float *row = e.operand(0).as<float>() + walk.position()[0] * rank * (rank + 1);
    for (size_t to = 0; to < rank; ++to, row += rank + 1) {
      // The first coordinate is that of the last axis.
      double sum = row[rank];
      for (size_t from = 0; from < rank; ++from)
        sum += row[from] * spread(walk.position()[rank - from], shape[rank - from], alignCorners);
      *y++ = float(sum);
    }
  }
}

//===----------------------------------------------------------------------===//
// GridSample
//===----------------------------------------------------------------------===//

enum class Sampling { nearest, linear, cubic };
enum class Outside { zeros, border, reflection };

struct GridMode {
  Sampling sampling = Sampling::linear;
  Outside outside = Outside::zeros;
  bool alignCorners = false;
};

Result<GridMode> gridModeOf(const Attributes &attributes) {
  GridMode mode;
  std::string sampling = attributes.text("mode", "linear"), outside = attributes.text("padding_mode", "zeros");
  if (sampling == "nearest")
    mode.sampling = Sampling::nearest;
  else if (sampling == "cubic" || sampling == "bicubic")
    mode.sampling = Sampling::cubic;
  else if (sampling != "linear" && sampling != "bilinear")
    return Error{"attribute 'mode' is '" + sampling + "', expected linear, nearest or cubic"};
  if (outside == "border")
    mode.outside = Outside::border;
  else if (outside == "reflection")
    mode.outside = Outside::reflection;
  else if (outside != "zeros")
    return Error{"attribute 'padding_mode' is '" + outside + "', expected zeros, border or reflection"};
  mode.alignCorners = attributes.integer("align_corners", 0) != 0;
  return mode;
}

void inferGridSample(Inference &n) {
  const Shape x = n.shape(0), grid = n.shape(1);
  if (Result<GridMode> mode = gridModeOf(n.attributes()); !mode)
    return n.error(mode.error().message);
  if (!isFloat(n.element(0)) || !isFloat(n.element(1)))
    n.error("its image is " + toString(n.type(0)) + " and its grid " + toString(n.type(1)) + ", expected floats");
  size_t rank = x.size() - 2;
  if (x.size() < 3 || rank > 3 || grid.size() != x.size() || grid[0] != x[0] || grid.back() != int64_t(rank))
    return n.error(fmt::format("its grid is {}, for an image that is {}", toString(grid), toString(x)));
  for (size_t axis = 2; axis < x.size(); ++axis)
    if (x[axis] < 1 || x[axis] > (int64_t(1) << 24))
      return n.error(fmt::format("axis {} of its image has {} elements, expected 1 to 2^24", axis, x[axis]));
  Shape y{x[0], x[1]};
  y.insert(y.end(), grid.begin() + 1, grid.end() - 1);
  n.give(n.element(0), y);
}

/// A coordinate that is mirrored at both bounds until it is between them.
float reflected(float x, float least, float most) {
  float range = most - least;
  if (range <= 0 || !std::isfinite(x))
    return least;
  float beyond = x < least ? least - x : x > most ? x - most : 0;
  if (beyond == 0)
    return x;
  float turns = std::floor(beyond / range), rest = beyond - turns * range;
  bool even = std::fmod(turns, 2.0f) == 0;
  return even == (x < least) ? least + rest : most - rest;
}

/// One axis of the image.
struct GridAxis {
  int64_t size;
  float least, most;

  GridAxis(int64_t size, bool alignCorners)
      : size(size), least(alignCorners ? 0.0f : -0.5f), most(float(size) - (alignCorners ? 1.0f : 0.5f)) {}

  /// A number of -1 to 1 as a coordinate.
  float coordinate(float x, bool alignCorners) const {
    return alignCorners ? (x + 1) / 2 * float(size - 1) : ((x + 1) * float(size) - 1) / 2;
  }
  /// The element that stands for an index; -1 for zero.
  int64_t element(int64_t index, Outside outside) const {
    if (index >= 0 && index < size)
      return index;
    if (outside == Outside::zeros)
      return -1;
    float inside = outside == Outside::border ? float(index) : reflected(float(index), least, most);
    return std::clamp<int64_t>(int64_t(inside), 0, size - 1);
  }
};

/// Elements along one axis and how much each counts.
struct AxisTaps {
  std::array<int64_t, 4> elements{};
  std::array<double, 4> weights{};
  size_t count = 1;
};

void setCubicWeights(AxisTaps &taps, double x) {
  constexpr double a = -0.75;
  auto outer = [&](double d) { return ((a * d - 5 * a) * d + 8 * a) * d - 4 * a; };
  auto inner = [&](double d) { return ((a + 2) * d - (a + 3)) * d * d + 1; };
  taps.weights = {outer(x + 1), inner(x), inner(1 - x), outer(2 - x)};
}

AxisTaps tapsAt(const GridAxis &axis, float x, const GridMode &mode) {
  if (mode.sampling == Sampling::nearest)
    x = std::nearbyint(x);
  if (mode.outside != Outside::zeros && !(x >= axis.least && x <= axis.most))
    x = mode.outside == Outside::border ? std::clamp(std::isnan(x) ? 0.0f : x, 0.0f, float(axis.size - 1))
                                        : reflected(x, axis.least, axis.most);
  // Beyond this all is outside; NaN is, too.
  float far = float(axis.size) + 4;
  x = std::isnan(x) ? far : std::clamp(x, -far, far);
  AxisTaps taps;
  int64_t first = int64_t(std::floor(x));
  double rest = double(x) - double(first);
  taps.weights = {1 - rest, rest};
  taps.count = 2;
  if (mode.sampling == Sampling::nearest) {
    taps.weights = {1};
    taps.count = 1;
  } else if (mode.sampling == Sampling::cubic) {
    setCubicWeights(taps, rest);
    taps.count = 4;
    --first;
  }
  for (size_t i = 0; i < taps.count; ++i)
    taps.elements[i] = axis.element(first + int64_t(i), mode.outside);
  return taps;
}

/// Elements of an image and how much each counts.
struct PointTaps {
  std::vector<int64_t> offsets;
  std::vector<double> weights;
};

/// All combinations of what the axes take.
void combine(const std::vector<GridAxis> &axes, std::span<const AxisTaps> taps, PointTaps &all) {
  all.offsets.assign(1, 0);
  all.weights.assign(1, 1.0);
  for (size_t axis = 0; axis < axes.size(); ++axis) {
    PointTaps next;
    for (size_t i = 0; i < all.offsets.size(); ++i)
      for (size_t tap = 0; tap < taps[axis].count; ++tap) {
        if (taps[axis].elements[tap] < 0)
          continue;
        next.offsets.push_back(all.offsets[i] * axes[axis].size + taps[axis].elements[tap]);
        next.weights.push_back(all.weights[i] * taps[axis].weights[tap]);
      }
    all = std::move(next);
  }
}

template <typename T> void sample(Evaluation &e, const GridMode &mode) {
  std::span<const int64_t> shape = e.shape(0);
  std::vector<GridAxis> axes;
  for (int64_t size : shape.subspan(2))
    axes.emplace_back(size, mode.alignCorners);
  int64_t channels = shape[1], plane = saturatedProduct(shape.subspan(2));
  int64_t points = e.result().count() / (shape[0] * channels);
  std::vector<double> grid = numbersOf(e.operand(1));
  std::vector<AxisTaps> taps(axes.size());
  PointTaps all;
  for (int64_t point = 0; point < shape[0] * points; ++point) {
    // The grid's first number is for the last axis.
    for (size_t axis = 0; axis < axes.size(); ++axis) {
      double number = grid[point * axes.size() + axes.size() - 1 - axis];
      taps[axis] = tapsAt(axes[axis], axes[axis].coordinate(float(number), mode.alignCorners), mode);
    }
    combine(axes, taps, all);
    int64_t image = point / points * channels;
    for (int64_t c = 0; c < channels; ++c) {
      const T *x = e.operand(0).as<T>() + (image + c) * plane;
      double sum = 0;
      for (size_t i = 0; i < all.offsets.size(); ++i)
        sum += all.weights[i] * x[all.offsets[i]];
      e.result().mutableAs<T>()[(image + c) * points + point % points] = T(sum);
    }
  }
}

void gridSample(Evaluation &e) {
  GridMode mode = *gridModeOf(e.attributes());
  if (e.result().element() == ElementType::f64)
    sample<double>(e, mode);
  else
    sample<float>(e, mode);
}

} // namespace

void host::addGridSample(Operators &all) {
  all.add("AffineGrid", inferAffineGrid, unlessEmpty<affineGrid>);
  all.add("GridSample", inferGridSample, unlessEmpty<gridSample>);
}
