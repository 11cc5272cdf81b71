//===- Networks.h - The float network, and the same with all errors -*- C++ -*-===//
#ifndef TARE_DRIVER_EXPLAIN_NETWORKS_H
#define TARE_DRIVER_EXPLAIN_NETWORKS_H

#include "Driver/Explain/Requantization.h"
#include "tare/Tensor/Dataset.h"

namespace tare::explain {

/// What becomes of each site's result: by site.
struct Roundings {
  std::vector<std::optional<ActivationGrid>> grids;
  /// What is added once it is rounded; null for nothing.
  std::vector<Tensor> errors;
};

/// A sample in both networks.
struct BothRuns {
  Replay::Values real, fixed;
  /// Of the fixed network.
  Roundings roundings;
  /// Its results before they were rounded, by site; null where there is no grid.
  std::vector<Tensor> exact;
};

/// The float network, and the one that has all sources of error of all sites switched on: the program in float.
class Networks {
public:
  /// The function is that of both.
  Networks(mlir::func::FuncOp function, Replay real, Replay fixed, Sites sites);
  /// Requantizations are those of the program; before anything runs.
  Status requantizeAs(std::shared_ptr<const runtime::Session> session);

  const std::vector<Site> &sites() const { return found.all; }
  const Sites &findings() const { return found; }
  const Replay &real() const { return realNetwork; }
  const Replay &fixed() const { return fixedNetwork; }
  mlir::func::FuncOp function() const { return main; }

  /// A sample, as the network and as the program takes it. An error where a node does not take an operand's elements.
  Result<BothRuns> run(const std::vector<Tensor> &inputs, const std::vector<Tensor> &ofProgram) const;
  /// The fixed network with other roundings, or another one with the same sites; `exact`, if given, gets the results
  /// before them.
  Result<Replay::Values> runFixed(const Replay &network, const std::vector<Tensor> &inputs, const Roundings &roundings,
                                  std::vector<Tensor> *exact = nullptr) const;
  /// The fixed network had a site's op given `result`.
  Result<Replay::Values> rerunFixed(const BothRuns &runs, size_t site, Tensor result, const Roundings &roundings) const;
  /// The fixed network had a site's result been rounded as these say.
  Result<Replay::Values> reroundFixed(const BothRuns &runs, size_t site, const Roundings &roundings) const;

private:
  std::vector<Tensor> argumentsOf(const std::vector<Tensor> &inputs) const;
  Tensor edited(const Replay &network, mlir::Value value, const Replay::Values &values, const Roundings &roundings,
                std::vector<Tensor> *exact) const;
  Result<Replay::Values> rerunFrom(const BothRuns &runs, mlir::Value value, Tensor tensor,
                                   const Roundings &roundings) const;
  Tensor rounded(size_t site, const Tensor &exact, const Roundings &roundings) const;

  mlir::func::FuncOp main;
  Replay realNetwork, fixedNetwork;
  Sites found;
  std::optional<Requantizations> requantizations;
  /// The sites that compute, or hold, a value.
  llvm::DenseMap<mlir::Value, std::vector<size_t>> computing, holding;
};

/// Two tensors of one shape, element by element.
Tensor sumOf(const Tensor &a, const Tensor &b);

/// The float network with the constants of all sites as the program has them.
void substituteAll(Replay &network, const std::vector<Site> &sites);

} // namespace tare::explain

#endif // TARE_DRIVER_EXPLAIN_NETWORKS_H
