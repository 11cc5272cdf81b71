//===- ResizeTaps.h - Which elements make a resized one ---------*- C++ -*-===//
#ifndef TARE_LIB_HOST_MOVEMENT_RESIZETAPS_H
#define TARE_LIB_HOST_MOVEMENT_RESIZETAPS_H

#include "tare/Kernels/ResizeCoordinates.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tare::host {

/// How resized coordinates become those of the input; ONNX's names.
enum class Coordinates {
  halfPixel,
  halfPixelSymmetric,
  pytorchHalfPixel,
  alignCorners,
  asymmetric,
  tfHalfPixelForNn,
  tfCropAndResize,
};
std::optional<Coordinates> coordinatesOf(std::string_view name);

enum class Interpolation { nearest, linear, cubic };

struct ResizeMode {
  Interpolation interpolation = Interpolation::nearest;
  Coordinates coordinates = Coordinates::asymmetric;
  kernels::NearestMode rounding = kernels::NearestMode::floor;
  double cubic = -0.75;
  bool antialias = false, excludeOutside = false;
};

/// One axis and how it is resized.
struct ResizedAxis {
  int64_t input = 1, output = 1;
  float scale = 1;
  /// The output's length before it was rounded.
  float length = 1;
  /// The part of the input that is resized, for Coordinates::tfCropAndResize.
  float start = 0, end = 1;
};

/// The elements along one axis that each resized one is a weighted sum of; one that lies outside has none.
struct ResizeTaps {
  /// Those of the resized element i are begins[i] to begins[i + 1].
  std::vector<int64_t> begins{0};
  std::vector<int64_t> sources;
  std::vector<double> weights;

  bool isOutside(int64_t i) const { return begins[i] == begins[i + 1]; }
};

ResizeTaps resizeTaps(const ResizedAxis &axis, const ResizeMode &mode);

} // namespace tare::host

#endif // TARE_LIB_HOST_MOVEMENT_RESIZETAPS_H
