//===- RocArea.h - The area under the ROC curve -----------------*- C++ -*-===//
#ifndef TARE_DRIVER_EVALUATE_METRICS_ROCAREA_H
#define TARE_DRIVER_EVALUATE_METRICS_ROCAREA_H

#include <optional>
#include <vector>

namespace tare {

/// A sample's score, and whether it is one of those that should have high ones.
struct ScoredLabel {
  double score = 0;
  bool isPositive = false;
};

/// The share of pairs of a positive and a negative sample of which the positive one has the higher score; of equal
/// scores half a pair counts. Nothing where there are no such pairs. No score is NaN.
std::optional<double> areaUnderRoc(std::vector<ScoredLabel> samples);

} // namespace tare

#endif // TARE_DRIVER_EVALUATE_METRICS_ROCAREA_H
