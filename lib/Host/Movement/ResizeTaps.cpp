//===- ResizeTaps.cpp - Which elements make a resized one -----------------===//
//
// Coordinates are computed in float32, as ONNX Runtime does, and as tare/Kernels/ResizeCoordinates.h does: at ties
// another precision picks another neighbour.
//
//===----------------------------------------------------------------------===//
#include "ResizeTaps.h"

#include <algorithm>
#include <cmath>
#include <utility>

using namespace tare;
using namespace tare::host;
using kernels::NearestMode;

std::optional<Coordinates> host::coordinatesOf(std::string_view name) {
  static constexpr std::pair<std::string_view, Coordinates> names[] = {
      {"half_pixel", Coordinates::halfPixel},
      {"half_pixel_symmetric", Coordinates::halfPixelSymmetric},
      {"pytorch_half_pixel", Coordinates::pytorchHalfPixel},
      {"align_corners", Coordinates::alignCorners},
      {"asymmetric", Coordinates::asymmetric},
      {"tf_half_pixel_for_nn", Coordinates::tfHalfPixelForNn},
      {"tf_crop_and_resize", Coordinates::tfCropAndResize}};
  for (auto [known, coordinates] : names)
    if (known == name)
      return coordinates;
  return std::nullopt;
}

/// Where the resized element i is in the input.
static float sourceOf(const ResizedAxis &axis, Coordinates coordinates, int64_t i) {
  float x = i, last = axis.input - 1;
  switch (coordinates) {
  case Coordinates::halfPixel:
    break;
  case Coordinates::halfPixelSymmetric: {
    // The output is centred where rounding its size has shifted it.
    float offset = axis.input / 2.0f * (1.0f - axis.output / axis.length);
    return offset + (x + 0.5f) / axis.scale - 0.5f;
  }
  case Coordinates::pytorchHalfPixel:
    if (axis.output <= 1)
      return 0;
    break;
  case Coordinates::alignCorners:
    return i == 0 ? 0 : x * last / (axis.length - 1);
  case Coordinates::asymmetric:
    return x / axis.scale;
  case Coordinates::tfHalfPixelForNn:
    return (x + 0.5f) / axis.scale;
  case Coordinates::tfCropAndResize:
    if (axis.length <= 1)
      return 0.5f * (axis.start + axis.end) * last;
    return axis.start * last + x * (axis.end - axis.start) * last / (axis.length - 1);
  }
  return (x + 0.5f) / axis.scale - 0.5f;
}

static float rounded(float x, NearestMode mode) {
  switch (mode) {
  case NearestMode::roundPreferFloor:
    return std::ceil(x - 0.5f);
  case NearestMode::roundPreferCeil:
    return std::floor(x + 0.5f);
  case NearestMode::floor:
    return std::floor(x);
  case NearestMode::ceil:
    return std::ceil(x);
  }
  return x;
}

/// How much an element counts at a distance from the coordinate, in pixels.
static double kernelAt(const ResizeMode &mode, double distance) {
  double x = std::abs(distance), a = mode.cubic;
  if (mode.interpolation == Interpolation::linear)
    return std::max(0.0, 1 - x);
  if (x <= 1)
    return ((a + 2) * x - (a + 3)) * x * x + 1;
  return x < 2 ? ((a * x - 5 * a) * x + 8 * a) * x - 4 * a : 0;
}

/// Appends the taps of one element.
static void addTaps(ResizeTaps &taps, const ResizedAxis &axis, const ResizeMode &mode, double x) {
  // Downsampling with antialias stretches the kernel.
  double stretch = mode.antialias ? std::max(1.0, 1.0 / axis.scale) : 1.0;
  double reach = (mode.interpolation == Interpolation::linear ? 1 : 2) * stretch;
  size_t begin = taps.sources.size();
  double sum = 0;
  for (int64_t i = std::floor(x - reach) + 1; i < x + reach; ++i) {
    bool outside = i < 0 || i >= axis.input;
    if (outside && mode.excludeOutside)
      continue;
    double weight = kernelAt(mode, (i - x) / stretch);
    sum += weight;
    taps.sources.push_back(std::clamp<int64_t>(i, 0, axis.input - 1));
    taps.weights.push_back(weight);
  }
  // Otherwise they are 1 together.
  if ((mode.antialias || mode.excludeOutside) && sum != 0)
    for (size_t i = begin; i < taps.weights.size(); ++i)
      taps.weights[i] /= sum;
}

ResizeTaps host::resizeTaps(const ResizedAxis &axis, const ResizeMode &mode) {
  ResizeTaps taps;
  float last = axis.input - 1;
  for (int64_t i = 0; i < axis.output; ++i) {
    float x = sourceOf(axis, mode.coordinates, i);
    // Written so that NaN is outside.
    bool inside = mode.coordinates != Coordinates::tfCropAndResize || (x >= 0 && x <= last);
    if (inside && mode.interpolation == Interpolation::nearest) {
      taps.sources.push_back(std::clamp<int64_t>(std::clamp(rounded(x, mode.rounding), 0.0f, last), 0, axis.input - 1));
      taps.weights.push_back(1);
    } else if (inside) {
      addTaps(taps, axis, mode, std::clamp(x, -2.0f, last + 2.0f));
    }
    taps.begins.push_back(taps.sources.size());
  }
  return taps;
}
