//===- EvaluationReport.h - What an evaluation shows ------------*- C++ -*-===//
#ifndef TARE_DRIVER_EVALUATE_EVALUATIONREPORT_H
#define TARE_DRIVER_EVALUATE_EVALUATIONREPORT_H

#include "Driver/Calibrate/CalibratedSamples.h"
#include "Driver/Evaluate/Evaluation.h"

#include "llvm/Support/JSON.h"

namespace tare {

/// What is reported, and of what.
struct EvaluationReport {
  const Evaluation &evaluation;
  const MetricKind &kind;
  const LabelledData &data;
  /// The metric as the command line has it, and the names of the outputs that it looked at.
  std::string metric;
  std::vector<std::string> outputs;
  /// Null where no calibration was given.
  const CalibratedSamples *calibrated = nullptr;

  /// All but the float model, the smallest loss first.
  std::vector<const Configuration *> ranked() const;
  /// The float model's score.
  double real() const { return evaluation.reference().score->value; }
  void write(llvm::json::OStream &out) const;
  /// What is to be known of the losses; empty as a rule.
  std::string note() const;
  /// The error of those that have no score; success where there are none.
  Status status() const;
  /// Whether any configuration has a score.
  bool hasScores() const;
};

} // namespace tare

#endif // TARE_DRIVER_EVALUATE_EVALUATIONREPORT_H
