//===- Attribution.h - Whose error an output's error is ---------*- C++ -*-===//
//
// Each source of each layer is switched on alone in the float network, and what
// it does to the outputs is measured. Sources are independent but for what they
// are made of, so that their powers about add up.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_DRIVER_EXPLAIN_ATTRIBUTION_H
#define TARE_DRIVER_EXPLAIN_ATTRIBUTION_H

#include "Driver/Explain/Networks.h"

namespace tare::explain {

/// Sums of squares, by output.
using Powers = std::vector<double>;

/// Which of the network's outputs.
struct ExplainedOutput {
  size_t number = 0;
  std::string name;
};
/// All of them.
std::vector<ExplainedOutput> outputsOf(mlir::func::FuncOp function);
/// Those whose elements are numbers.
std::vector<ExplainedOutput> explainedOutputs(mlir::func::FuncOp function);

/// The noise of the outputs where `values` are beside those of the float run.
Powers noiseOf(const Replay &network, const Replay::Values &values, const std::vector<Tensor> &real,
               const std::vector<ExplainedOutput> &outputs);

/// What is measured of a site.
struct SiteNoise {
  std::array<Powers, sources.size()> bySource;
  /// Of what it holds in float, 0 among them.
  float least = 0, greatest = 0;
  /// Of what a layer with weights reads: the sum of each input channel, and of how many elements.
  std::vector<double> channelSums;
  int64_t channelElements = 0;
};

/// Over samples.
struct Measured {
  /// Of the float outputs; noise of the program, and of the fixed network.
  Powers signal, program, fixed;
  std::vector<SiteNoise> sites;

  Measured() = default;
  Measured(size_t outputs, size_t sites);
  void add(const Measured &more);
};

/// Measures one sample: all sources of all sites, one by one. `given` is what the program gives, by output. `advance`
/// is called once for each site.
Result<Measured> measure(const Networks &networks, const BothRuns &runs, const std::vector<Tensor> &given,
                         const std::vector<ExplainedOutput> &outputs, llvm::function_ref<Status()> advance);

} // namespace tare::explain

#endif // TARE_DRIVER_EXPLAIN_ATTRIBUTION_H
