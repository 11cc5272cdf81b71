//===- Prescribed.h - Results on grids that TFLite prescribes ---*- C++ -*-===//
#ifndef TARE_LIB_TFLITE_PRESCRIBED_H
#define TARE_LIB_TFLITE_PRESCRIBED_H

#include "LayerWriter.h"

namespace tare::tflite {

/// Has `write` give a tensor on the only grid that an operator's result may have, and brings it to that of `result`.
template <typename Write> Status throughGrid(LayerWriter &layer, const Grid &grid, Index result, Write &&write) {
  TensorFacts facts = layer.factsOf(result);
  if (facts.grid.scales == grid.scales && facts.grid.zeroPoint == grid.zeroPoint)
    return write(result);
  // Rounding to steps that are about as fine costs no more than the program's own rounding does.
  constexpr double asFine = 1.1;
  if (const double factor = double(grid.scale()) / facts.grid.scale(); factor > asFine)
    layer.noteCoarser(factor);
  facts.grid = grid;
  const Index prescribed = layer.between("prescribed", std::move(facts));
  if (Status done = write(prescribed); !done)
    return done;
  layer.requantize(prescribed, result);
  return success();
}

} // namespace tare::tflite

#endif // TARE_LIB_TFLITE_PRESCRIBED_H
