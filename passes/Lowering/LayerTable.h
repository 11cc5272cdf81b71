//===- LayerTable.h - The table of a function within a layer ----*- C++ -*-===//
#ifndef TARE_PASSES_LOWERING_LAYERTABLE_H
#define TARE_PASSES_LOWERING_LAYERTABLE_H

#include "tare/Dialect/Qnn/Grid.h"
#include "tare/Dialect/Qnn/QnnInterfaces.h"

#include <vector>

namespace tare {

/// (A64) What a layer reads its function from.
struct LayerTable {
  /// 513 entries of 16 bits, this many of them behind the point.
  std::vector<int64_t> entries;
  int fractionBits = 0;
  /// (A66) What a result may be off, in its steps, where the 16-bit integer is off by half a step.
  double worst = 0;
};

/// The table of a function that all channels share, from the 16-bit grid `t` to the 8-bit grid `y`.
LayerTable makeLayerTable(const qnn::Function &function, const qnn::Grid &t, const qnn::Grid &y);

} // namespace tare

#endif // TARE_PASSES_LOWERING_LAYERTABLE_H
