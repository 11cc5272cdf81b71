//===- Regions.cpp - Regions of interest, pooled --------------------------===//
#include "Elements.h"
#include "Image.h"
#include "Movement/Movement.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

using namespace tare;
using namespace tare::host;

namespace {

/// A feature map is [N, C, H, W] of float32, its regions rows of `columns` numbers.
void checkMap(Inference &n, int64_t columns) {
  const TensorType &x = n.type(0), &regions = n.type(1);
  if (x.element != ElementType::f32 || x.shape.size() != 4)
    n.error("its operand is " + toString(x) + ", expected 4 dimensions of float32");
  if (regions.element != ElementType::f32 || regions.shape.size() != 2 || regions.shape[1] != columns)
    n.error(fmt::format("operand rois is {}, expected rows of {} float32", toString(regions), columns));
  for (int64_t size : x.shape)
    if (size > (int64_t(1) << 30))
      n.error(fmt::format("a dimension has {} elements", size));
}

//===----------------------------------------------------------------------===//
// RoiAlign
//===----------------------------------------------------------------------===//

void inferRoiAlign(Inference &n) {
  checkMap(n, 4);
  const Attributes &attributes = n.attributes();
  std::string mode = attributes.text("mode", "avg");
  std::string coordinates = attributes.text("coordinate_transformation_mode", "half_pixel");
  int64_t ratio = attributes.integer("sampling_ratio", 0);
  if (mode != "avg" && mode != "max")
    n.error("attribute 'mode' is '" + mode + "', expected avg or max");
  if (coordinates != "half_pixel" && coordinates != "output_half_pixel")
    n.error("attribute 'coordinate_transformation_mode' is '" + coordinates +
            "', expected half_pixel or output_half_pixel");
  if (ratio < 0 || ratio > 1024)
    n.error(fmt::format("attribute 'sampling_ratio' is {}, expected 0 to 1024", ratio));
  if (n.failed())
    return;
  Shape y{n.shape(1)[0], n.shape(0)[1], attributes.integer("output_height", 1), attributes.integer("output_width", 1)};
  if (y[2] < 1 || y[3] < 1)
    return n.error(fmt::format("its result has {}x{} elements, expected 1 or more", y[2], y[3]));
  if (n.shape(2) != Shape{y[0]} || !isInteger(n.element(2)))
    return n.error(fmt::format("operand batch_indices is {}, expected {} integers", toString(n.type(2)), y[0]));
  n.give(ElementType::f32, y);
}

/// One axis of a region: its bins, and how many points of each are looked at.
struct Bins {
  double start, size;
  int64_t points;
  double at(int64_t bin, int64_t point) const {
    return start + double(bin) * size + (double(point) + 0.5) * size / double(points);
  }
};

/// The four elements around a point; none where it is outside.
struct Corners {
  std::array<int64_t, 4> offsets{};
  std::array<double, 4> weights{};
};

Corners cornersAt(double y, double x, int64_t height, int64_t width) {
  if (!(y >= -1 && y <= double(height) && x >= -1 && x <= double(width)))
    return {};
  y = std::clamp(y, 0.0, double(height - 1));
  x = std::clamp(x, 0.0, double(width - 1));
  int64_t top = int64_t(y), left = int64_t(x);
  int64_t bottom = std::min(top + 1, height - 1), right = std::min(left + 1, width - 1);
  double down = y - double(top), along = x - double(left);
  return {{top * width + left, top * width + right, bottom * width + left, bottom * width + right},
          {(1 - down) * (1 - along), (1 - down) * along, down * (1 - along), down * along}};
}

/// The mean of a bin's points, or the greatest of the weighted elements around them (as the reference has it).
float poolPoints(const float *plane, const std::vector<Corners> &points, bool mean) {
  double sum = 0, most = -HUGE_VAL;
  for (const Corners &point : points)
    for (size_t i = 0; i < 4; ++i) {
      double weighted = point.weights[i] * plane[point.offsets[i]];
      sum += weighted;
      most = std::max(most, weighted);
    }
  return points.empty() ? 0.0f : float(mean ? sum / double(points.size()) : most);
}

/// False where a region is so large that its points cannot be counted.
bool setBins(Bins &bins, double start, double end, double scale, bool halfPixel, int64_t count, int64_t ratio) {
  constexpr double mostPoints = 4096;
  double offset = halfPixel ? 0.5 : 0.0;
  bins.start = start * scale - offset;
  double size = end * scale - offset - bins.start;
  bins.size = (halfPixel ? size : std::max(size, 1.0)) / double(count);
  double points = ratio > 0 ? double(ratio) : std::ceil(bins.size);
  if (!(points <= mostPoints))
    return false;
  bins.points = int64_t(std::max(points, 0.0));
  return true;
}

void roiAlign(Evaluation &e) {
  const Shape &x = e.shape(0), &y = e.result().shape();
  const Attributes &attributes = e.attributes();
  // The first version knew no half pixel.
  bool halfPixel = e.opset() >= 16 && attributes.text("coordinate_transformation_mode", "half_pixel") == "half_pixel";
  bool mean = attributes.text("mode", "avg") == "avg";
  double scale = attributes.number("spatial_scale", 1);
  int64_t ratio = attributes.integer("sampling_ratio", 0);
  std::vector<int64_t> images = e.integers(2);
  float *to = e.result().mutableAs<float>();
  std::vector<Corners> points;
  for (int64_t region = 0; region < y[0]; ++region) {
    const float *corners = e.operand(1).as<float>() + region * 4;
    if (images[region] < 0 || images[region] >= x[0])
      return e.error(fmt::format("image {} is out of range for {} images", images[region], x[0]));
    Bins rows{}, columns{};
    if (!setBins(columns, corners[0], corners[2], scale, halfPixel, y[3], ratio) ||
        !setBins(rows, corners[1], corners[3], scale, halfPixel, y[2], ratio))
      return e.error(fmt::format("region {} is too large", region));
    const float *image = e.operand(0).as<float>() + images[region] * x[1] * x[2] * x[3];
    for (int64_t row = 0; row < y[2]; ++row)
      for (int64_t column = 0; column < y[3]; ++column) {
        points.clear();
        for (int64_t i = 0; i < rows.points; ++i)
          for (int64_t j = 0; j < columns.points; ++j)
            points.push_back(cornersAt(rows.at(row, i), columns.at(column, j), x[2], x[3]));
        for (int64_t c = 0; c < y[1]; ++c)
          to[((region * y[1] + c) * y[2] + row) * y[3] + column] = poolPoints(image + c * x[2] * x[3], points, mean);
      }
  }
}

//===----------------------------------------------------------------------===//
// MaxRoiPool
//===----------------------------------------------------------------------===//

void inferMaxRoiPool(Inference &n) {
  checkMap(n, 5);
  std::vector<int64_t> pooled = n.attributes().integers("pooled_shape");
  if (pooled.size() != 2 || pooled[0] < 1 || pooled[1] < 1)
    n.error("attribute 'pooled_shape' must hold two numbers of 1 or more");
  if (!n.failed())
    n.give(ElementType::f32, {n.shape(1)[0], n.shape(0)[1], pooled[0], pooled[1]});
}

/// The elements [first, second) of an axis that bin `i` of `bins` takes of a region.
std::array<int64_t, 2> binOf(float start, float end, int64_t i, int64_t bins, int64_t size) {
  double bin = std::max(double(end) - double(start) + 1, 1.0) / double(bins);
  auto bound = [&](double place) { return int64_t(std::clamp(place + double(start), 0.0, double(size))); };
  return {bound(std::floor(double(i) * bin)), bound(std::ceil(double(i + 1) * bin))};
}

float greatestOf(const float *plane, int64_t width, const std::array<int64_t, 2> &rows,
                 const std::array<int64_t, 2> &columns) {
  if (rows[0] >= rows[1] || columns[0] >= columns[1])
    return 0;
  float most = -HUGE_VALF;
  for (int64_t row = rows[0]; row < rows[1]; ++row)
    for (int64_t column = columns[0]; column < columns[1]; ++column)
      most = std::max(most, plane[row * width + column]);
  return most;
}

void maxRoiPool(Evaluation &e) {
  const Shape &x = e.shape(0), &y = e.result().shape();
  float scale = float(e.attributes().number("spatial_scale", 1));
  float *to = e.result().mutableAs<float>();
  for (int64_t region = 0; region < y[0]; ++region) {
    const float *row = e.operand(1).as<float>() + region * 5;
    // Written so that NaN is refused, too.
    if (!(row[0] >= 0 && row[0] < float(x[0])))
      return e.error(fmt::format("image {} is out of range for {} images", row[0], x[0]));
    std::array<float, 4> corners;
    for (size_t i = 0; i < 4; ++i) {
      corners[i] = std::round(row[i + 1] * scale);
      if (!std::isfinite(corners[i]))
        return e.error(fmt::format("region {} is not finite", region));
    }
    const float *image = e.operand(0).as<float>() + int64_t(row[0]) * x[1] * x[2] * x[3];
    for (int64_t c = 0; c < y[1]; ++c)
      for (int64_t i = 0; i < y[2]; ++i)
        for (int64_t j = 0; j < y[3]; ++j)
          *to++ = greatestOf(image + c * x[2] * x[3], x[3], binOf(corners[1], corners[3], i, y[2], x[2]),
                             binOf(corners[0], corners[2], j, y[3], x[3]));
  }
}

} // namespace

void host::addRegions(Operators &all) {
  all.add("RoiAlign", inferRoiAlign, unlessEmpty<roiAlign>);
  all.add("MaxRoiPool", inferMaxRoiPool, unlessEmpty<maxRoiPool>);
}
