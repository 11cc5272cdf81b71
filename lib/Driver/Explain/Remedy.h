//===- Remedy.h - What would make an error smaller, and by how much -*- C++ -*-===//
//
// A remedy is an option or a rule of a configuration. What it brings is measured
// in the network with all errors: what the remedy changes is changed there, the
// rest stays.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_DRIVER_EXPLAIN_REMEDY_H
#define TARE_DRIVER_EXPLAIN_REMEDY_H

#include "Driver/Explain/Attribution.h"

namespace tare::explain {

struct Remedy {
  /// The number of the site; nothing where it is of all layers.
  std::optional<size_t> site;
  Source source = Source::rounding;
  /// "--activations i16", or a rule: "{layer: conv1, keep_float: true}".
  std::string text;
  /// Whether text is a rule of --config, not an option.
  bool isRule = true;

  /// Where the grid is another one.
  std::optional<ActivationGrid> grid;
  /// Where the op is computed anew: by operand, other constants; null for the model's own.
  bool computesAnew = false;
  std::vector<Tensor> constants;
  /// Whether its requantization is gone.
  bool roundsToNearest = false;
  /// Of all layers: other grids by site, and another network where constants differ.
  std::vector<std::optional<ActivationGrid>> grids;
  std::shared_ptr<const Replay> network;

  /// Of the outputs with it, over all samples.
  Powers noise;
};

/// What the program's target allows.
struct Allowed {
  bool wideActivations = true, channelScales = true;
};

/// Remedies for these sites, by what was measured of them, and those for all.
Result<std::vector<Remedy>> remediesFor(const Networks &networks, const Measured &measured,
                                        const std::vector<size_t> &sites, size_t output, const Allowed &allowed,
                                        mlir::ModuleOp module);

/// The outputs' noise on a sample with the remedy.
Result<Powers> noiseWith(const Remedy &remedy, const Networks &networks, const BothRuns &runs,
                         const std::vector<Tensor> &inputs, const std::vector<ExplainedOutput> &outputs);

} // namespace tare::explain

#endif // TARE_DRIVER_EXPLAIN_REMEDY_H
