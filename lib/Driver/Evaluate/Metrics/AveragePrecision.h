//===- AveragePrecision.h - How well detections match boxes -----*- C++ -*-===//
#ifndef TARE_DRIVER_EVALUATE_METRICS_AVERAGEPRECISION_H
#define TARE_DRIVER_EVALUATE_METRICS_AVERAGEPRECISION_H

#include "Driver/Evaluate/Metrics/Detections.h"

#include <optional>
#include <span>
#include <vector>

namespace tare {

/// A box that is in an image, and of which class it is.
struct TrueBox {
  Box box;
  int64_t kind = 0;
};

/// Means over the classes that have boxes: of the average precision at overlaps of 0.5, 0.55, .. 0.95, and at that of
/// 0.5 alone.
struct MeanPrecision {
  double all = 0, atHalf = 0;
};

/// As COCO measures: detections of all images, the best first, each take the box of their class and image that they
/// overlap most of those that are left, where by enough; the precision is that at 101 recalls from 0 to 1, each the
/// best of this recall and all higher ones. Of each image its detections, the best first, and its boxes. Nothing where
/// there are no boxes.
std::optional<MeanPrecision> meanPrecision(std::span<const std::vector<Detection>> found,
                                           std::span<const std::vector<TrueBox>> boxes);

} // namespace tare

#endif // TARE_DRIVER_EVALUATE_METRICS_AVERAGEPRECISION_H
