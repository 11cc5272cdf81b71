#include "tare/Kernels/ResizeCoordinates.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace tare::kernels {

namespace {

template <typename Mode, size_t count>
std::optional<Mode> find(const std::array<std::pair<std::string_view, Mode>, count> &names, std::string_view name) {
  for (const auto &[known, mode] : names)
    if (known == name)
      return mode;
  return std::nullopt;
}

/// The source coordinate of output coordinate `i`, not clamped.
float sourceCoordinate(const ResizeExtent &extent, CoordinateMode mode, int64_t i) {
  float x = static_cast<float>(i);
  float input = static_cast<float>(extent.input);
  float output = static_cast<float>(extent.output);
  switch (mode) {
  case CoordinateMode::halfPixel:
    return (x + 0.5f) / extent.scale - 0.5f;
  case CoordinateMode::halfPixelSymmetric: {
    // The output is centred where rounding its size has shifted it.
    float adjustment = output / (extent.scale * input);
    float offset = input / 2.0f * (1.0f - adjustment);
    return offset + (x + 0.5f) / extent.scale - 0.5f;
  }
  case CoordinateMode::pytorchHalfPixel:
    return extent.output > 1 ? (x + 0.5f) / extent.scale - 0.5f : 0.0f;
  case CoordinateMode::alignCorners:
    return extent.output > 1 ? x * (input - 1.0f) / (output - 1.0f) : 0.0f;
  case CoordinateMode::asymmetric:
    return x / extent.scale;
  }
  return x;
}

float roundNearest(float x, NearestMode rounding) {
  switch (rounding) {
  case NearestMode::roundPreferFloor:
    return x == std::floor(x) + 0.5f ? std::floor(x) : std::round(x);
  case NearestMode::roundPreferCeil:
    return std::floor(x + 0.5f);
  case NearestMode::floor:
    return std::floor(x);
  case NearestMode::ceil:
    return std::ceil(x);
  }
  return x;
}

} // namespace

std::optional<CoordinateMode> coordinateModeOf(std::string_view name) {
  static constexpr std::array<std::pair<std::string_view, CoordinateMode>, 5> names{
      {{"half_pixel", CoordinateMode::halfPixel},
       {"half_pixel_symmetric", CoordinateMode::halfPixelSymmetric},
       {"pytorch_half_pixel", CoordinateMode::pytorchHalfPixel},
       {"align_corners", CoordinateMode::alignCorners},
       {"asymmetric", CoordinateMode::asymmetric}}};
  return find(names, name);
}

std::optional<NearestMode> nearestModeOf(std::string_view name) {
  static constexpr std::array<std::pair<std::string_view, NearestMode>, 4> names{
      {{"round_prefer_floor", NearestMode::roundPreferFloor},
       {"round_prefer_ceil", NearestMode::roundPreferCeil},
       {"floor", NearestMode::floor},
       {"ceil", NearestMode::ceil}}};
  return find(names, name);
}

ResizeAxis nearestCoordinates(const ResizeExtent &extent, CoordinateMode mode, NearestMode rounding) {
  ResizeAxis axis;
  float last = static_cast<float>(extent.input - 1);
  for (int64_t i = 0; i < extent.output; ++i) {
    float x = sourceCoordinate(extent, mode, i);
    axis.lower.push_back(static_cast<int32_t>(std::clamp(roundNearest(x, rounding), 0.0f, last)));
  }
  return axis;
}

ResizeAxis linearCoordinates(const ResizeExtent &extent, CoordinateMode mode) {
  ResizeAxis axis;
  float last = static_cast<float>(extent.input - 1);
  for (int64_t i = 0; i < extent.output; ++i) {
    float x = std::clamp(sourceCoordinate(extent, mode, i), 0.0f, last);
    int32_t lower = static_cast<int32_t>(x);
    axis.lower.push_back(lower);
    axis.upper.push_back(std::min<int32_t>(lower + 1, static_cast<int32_t>(last)));
    axis.weight.push_back(x - static_cast<float>(lower));
  }
  return axis;
}

} // namespace tare::kernels
