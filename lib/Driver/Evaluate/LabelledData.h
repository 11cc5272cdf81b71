//===- LabelledData.h - Samples and what they should give -------*- C++ -*-===//
#ifndef TARE_DRIVER_EVALUATE_LABELLEDDATA_H
#define TARE_DRIVER_EVALUATE_LABELLEDDATA_H

#include "Driver/Evaluate/Metrics/Metric.h"
#include "tare/Tensor/Dataset.h"

#include <memory>
#include <string>
#include <vector>

namespace tare {

/// Labels are an array of the same file as the samples, which it has as many of: of this name, where none is given, the
/// first that is there.
inline constexpr const char *usualLabels[] = {"labels", "label", "y"};

struct LabelledData {
  /// The file or folder.
  std::string file;
  /// Samples whose last tensor holds the labels, where there are any.
  std::unique_ptr<Dataset> samples;
  /// The array of labels; empty where there is none.
  std::string labels;
};

/// Opens the data of `options` for these inputs and what `kind` takes as labels, up to `limit` samples.
Result<LabelledData> openLabelled(const MetricOptions &options, std::vector<InputDeclaration> inputs, MetricKind &kind,
                                  int64_t limit);

} // namespace tare

#endif // TARE_DRIVER_EVALUATE_LABELLEDDATA_H
