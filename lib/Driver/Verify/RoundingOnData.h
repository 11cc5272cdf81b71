//===- RoundingOnData.h - If the board rounded otherwise, on data -*- C++ -*-===//
#ifndef TARE_DRIVER_VERIFY_ROUNDINGONDATA_H
#define TARE_DRIVER_VERIFY_ROUNDINGONDATA_H

#include "Driver/Progress.h"
#include "tare/Runtime/Trace.h"
#include "tare/Tensor/Dataset.h"

#include <atomic>

namespace tare {

/// Elements of a layer's result, or of an output.
struct RoundedElements {
  std::string name;
  /// How tables call the layer, and its operator; empty for an output.
  std::string label, kind;
  std::atomic<int64_t> differing = 0, total = 0;
};

/// Runs a program beside itself with another rounding.
class RoundingOnData {
public:
  static Result<std::unique_ptr<RoundingOnData>> create(std::shared_ptr<const program::Model> model,
                                                        program::Rounding rounding);

  const runtime::Session &session() const { return program.session(); }
  /// Runs every sample.
  Status run(SampleSource &source, size_t threads, Progress &progress);

  /// The layers that round, in order: each was given the operands that the program itself has there.
  std::vector<const RoundedElements *> layers() const;
  /// What becomes of the outputs where every layer rounds otherwise.
  std::vector<const RoundedElements *> outputs() const;

private:
  RoundingOnData(runtime::Trace program, runtime::Trace other);
  Status runSample(const Sample &sample);

  runtime::Trace program, other;
  /// One per layer and per output of the program.
  std::vector<RoundedElements> ofLayers, ofOutputs;
};

} // namespace tare

#endif // TARE_DRIVER_VERIFY_ROUNDINGONDATA_H
