//===- ResizeCoordinates.h - Where a resized element comes from -*- C++ -*-===//
//
// ONNX Resize, one axis at a time. The one place that turns scales and modes
// into source indices: float evaluation and the integer program both take
// their indices from here.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_KERNELS_RESIZECOORDINATES_H
#define TARE_KERNELS_RESIZECOORDINATES_H

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace tare::kernels {

/// ONNX coordinate_transformation_mode.
enum class CoordinateMode {
  halfPixel,
  halfPixelSymmetric,
  pytorchHalfPixel,
  alignCorners,
  asymmetric,
};

/// ONNX nearest_mode.
enum class NearestMode {
  roundPreferFloor,
  roundPreferCeil,
  floor,
  ceil,
};

/// By ONNX's names ("half_pixel", "round_prefer_floor", ..); none if unknown.
std::optional<CoordinateMode> coordinateModeOf(std::string_view name);
std::optional<NearestMode> nearestModeOf(std::string_view name);

/// The weights of a program's linear resizes are integers in 2^-resizeWeightBits; those that round to another grid, or
/// have 16 bits, may have up to mostResizeWeightBits.
inline constexpr int resizeWeightBits = 11, mostResizeWeightBits = 15;

/// One axis: its sizes and its scale as the model gives it (output / input, if
/// the model gives sizes).
struct ResizeExtent {
  int64_t input = 1;
  int64_t output = 1;
  float scale = 1.0f;
};

/// Per output coordinate: the lower and the upper source index, and the weight
/// of the upper one in [0, 1). Nearest has `lower` alone.
struct ResizeAxis {
  std::vector<int32_t> lower;
  std::vector<int32_t> upper;
  std::vector<float> weight;
};

/// Indices are clamped into the input. Coordinates are computed in float32, as
/// ONNX Runtime does: at ties another precision picks another neighbour.
ResizeAxis nearestCoordinates(const ResizeExtent &extent, CoordinateMode mode, NearestMode rounding);
ResizeAxis linearCoordinates(const ResizeExtent &extent, CoordinateMode mode);

} // namespace tare::kernels

#endif // TARE_KERNELS_RESIZECOORDINATES_H
