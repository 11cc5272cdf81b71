//===- EvaluationRun.h - Files on labelled samples --------------*- C++ -*-===//
#ifndef TARE_DRIVER_EVALUATE_EVALUATIONRUN_H
#define TARE_DRIVER_EVALUATE_EVALUATIONRUN_H

#include "Driver/Evaluate/EvaluationReport.h"
#include "tare/Driver/Evaluate.h"

namespace tare {

/// Loads a model and what was made of it, and scores all of them.
class EvaluationRun {
public:
  /// Both outlive this.
  EvaluationRun(const driver::EvaluateOptions &options, const Listener &listener)
      : options(options), listener(listener) {}

  /// Once; the rest is for after it has succeeded.
  Status run();
  const EvaluationReport &report() const { return *made; }
  /// Warns of what loading and the data show; notes what is to be known of the losses.
  void tell() const;

private:
  Status load();
  Result<std::unique_ptr<Executable>> loadOne(const std::string &path) const;
  void add(const std::string &path);
  Status score();
  void tellOfCalibration() const;

  const driver::EvaluateOptions &options;
  const Listener &listener;
  MetricOptions metric;
  ExecutableOptions how;
  std::unique_ptr<Executable> reference;
  std::unique_ptr<MetricKind> kind;
  std::optional<LabelledData> data;
  std::optional<Evaluation> evaluation;
  std::unique_ptr<WatchedSamples> watched;
  std::unique_ptr<CalibratedSamples> calibrated;
  std::optional<EvaluationReport> made;
};

} // namespace tare

#endif // TARE_DRIVER_EVALUATE_EVALUATIONRUN_H
