//===- Trials.h - Programs in which some values have 16 bits ----*- C++ -*-===//
#ifndef TARE_DRIVER_BUDGET_TRIALS_H
#define TARE_DRIVER_BUDGET_TRIALS_H

#include "Driver/Budget/Candidates.h"
#include "Driver/Budget/Selection.h"
#include "Driver/Check/OutputParts.h"
#include "Driver/Compile/Compilation.h"
#include "Driver/Compile/QuietForm.h"

#include <map>

namespace tare {

/// What a program takes.
struct ProgramCost {
  int64_t constantBytes = 0, arenaBytes = 0;
  /// What all its layers read and write.
  int64_t movedBytes = 0;

  int64_t bytes() const { return constantBytes + arenaBytes; }
};

/// A conversion with other widths.
struct Trial {
  ProgramCost cost;
  /// At each output of the model; 0 of indices and bools.
  NoiseByOutput noise;
};

/// The network that widths are chosen for, and what calibration has shown of it.
struct CalibratedForm {
  /// The simplified float form; trials change its choices.
  mlir::ModuleOp real;
  /// What a configuration chooses already.
  qnn::Choices chosen;
  calibration::Observations seen;
  /// By their hashes.
  std::vector<EvaluatedSample> samples;
};

/// Converts the model as `tare convert --config` does it with the rules of rulesOf(), but for the ranges, which are
/// found in what calibration has seen.
class Trials {
public:
  /// All outlive this. `symmetric`: whether activations of 16 bits are, where nobody says it.
  Trials(const CompilationRequest &request, const CalibratedForm &calibrated, const std::vector<Candidate> &candidates,
         bool symmetric);

  /// The size of the program in which these candidates have 16 bits.
  Result<ProgramCost> costOf(const std::vector<size_t> &wide);
  /// The same with the noise on the samples.
  Result<const Trial *> run(const std::vector<size_t> &wide);

  const std::vector<OutputParts> &outputs() const { return parts; }

private:
  struct Made;
  Result<Made> make(const std::vector<size_t> &wide);
  calibration::Ranges rangesFor(const std::vector<size_t> &wide);
  NoiseByOutput noiseOf(const std::vector<std::vector<Tensor>> &found) const;

  const CompilationRequest &request;
  const CalibratedForm &calibrated;
  const std::vector<Candidate> &candidates;
  bool symmetric;
  std::vector<OutputParts> parts;
  std::vector<std::vector<Tensor>> inputs, references;
  /// By what has 16 bits, ascending.
  std::map<std::vector<size_t>, Trial> known;
};

} // namespace tare

#endif // TARE_DRIVER_BUDGET_TRIALS_H
