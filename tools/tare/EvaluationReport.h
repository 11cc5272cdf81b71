//===- EvaluationReport.h - What an evaluation shows ------------*- C++ -*-===//
#ifndef TARE_TOOLS_TARE_EVALUATIONREPORT_H
#define TARE_TOOLS_TARE_EVALUATIONREPORT_H

#include "CalibratedSamples.h"
#include "Evaluation.h"

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

  /// The float model, then the others, the smallest loss first; and a line about all.
  void print() const;
  void write(llvm::json::OStream &out) const;
  /// What is to be known of the losses; empty as a rule.
  std::string note() const;
  /// The error of those that have no score; success where there are none.
  Status status() const;

private:
  std::vector<const Configuration *> ranked() const;
  double real() const { return evaluation.reference().score->value; }
};

} // namespace tare

#endif // TARE_TOOLS_TARE_EVALUATIONREPORT_H
