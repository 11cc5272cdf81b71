//===- StagedLayer.h - A layer's requantization in three stages -*- C++ -*-===//
#ifndef TARE_PASSES_REQUANT_STAGEDLAYER_H
#define TARE_PASSES_REQUANT_STAGEDLAYER_H

#include "Requant/ThreeStage.h"
#include "tare/Dialect/Qnn/QnnInterfaces.h"

namespace tare {

/// Asks ThreeStage.h for an op's shifts, multipliers and biases, and reports what is to be said of them.
class StagedLayer {
public:
  StagedLayer(qnn::RequantOpInterface op, const Target &target);

  /// As many multipliers as the op has effective scales or, where its products have weights, output channels. Nothing
  /// after errors, which name every channel that has no such requantization. With `repair` an M that is too large is
  /// clamped where that hardly changes an output.
  std::optional<ThreeStages> choose(bool repair);

private:
  std::vector<StagedChannel> channelsOf(llvm::ArrayRef<double> scales);
  void reportNone(const std::vector<StagedChannel> &channels) const;
  void reportVanishing(const ThreeStages &stages, const std::vector<StagedChannel> &channels) const;
  void warnOfVanishing(int64_t count, int64_t worst, const StagedChannel &channel) const;
  void reportError(const ThreeStages &stages) const;

  qnn::RequantOpInterface op;
  OutputEnds ends;
  /// Of each shift, and of their sum.
  MultiplierLimits each, whole;
  std::string layer;
};

} // namespace tare

#endif // TARE_PASSES_REQUANT_STAGEDLAYER_H
