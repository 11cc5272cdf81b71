//===- Detections.h - Boxes that a detector has found -----------*- C++ -*-===//
#ifndef TARE_DRIVER_EVALUATE_METRICS_DETECTIONS_H
#define TARE_DRIVER_EVALUATE_METRICS_DETECTIONS_H

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace tare {

/// Two corners.
struct Box {
  double left = 0, top = 0, right = 0, bottom = 0;
  double area() const { return (right - left) * (bottom - top); }
};

/// The area of the intersection over that of the union; of boxes without area 0.
double overlapOf(const Box &a, const Box &b);

struct Detection {
  Box box;
  double score = 0;
  int64_t kind = 0;
};

/// What is taken of a sample's detections.
struct DetectionLimits {
  /// Only scores above this.
  double leastScore = 0;
  /// Of boxes of one class that overlap by more than this, the best alone; nothing where all stay.
  std::optional<double> mostOverlap;
  /// So many of the best before boxes are held against one another, and so many after that, as COCO takes.
  size_t candidates = 1000, taken = 100;
};

/// Those that are taken, the best first; of equal scores that which was first.
std::vector<Detection> bestOf(std::vector<Detection> found, const DetectionLimits &limits);

} // namespace tare

#endif // TARE_DRIVER_EVALUATE_METRICS_DETECTIONS_H
