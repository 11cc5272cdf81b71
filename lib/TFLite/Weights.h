//===- Weights.h - Weights and biases as TFLite has them --------*- C++ -*-===//
#ifndef TARE_LIB_TFLITE_WEIGHTS_H
#define TARE_LIB_TFLITE_WEIGHTS_H

#include "LayerWriter.h"

namespace tare::tflite {

/// A layer's weights on their way into the network: elements, row by row, on one scale or one for each output channel.
struct Weights {
  std::vector<int8_t> elements;
  Dimensions shape;
  Grid grid;
};

/// The second operand, [O, .., I / group], of which the network's dimensions are `shape`. An error where TFLite's
/// weights do not hold them.
Result<Weights> weightsOf(const LayerWriter &layer, Dimensions shape);

/// [O, H, W, 1] as [1, H, W, O].
Weights depthwise(Weights weights);
/// [O, H, W, I / groups] as [O, H, W, I], with zeros between a group and the others' channels.
Weights ungrouped(const Weights &weights, int64_t groups);
/// Kernels with the zeros that dilations leave between their elements.
Weights dilated(const Weights &weights, int64_t height, int64_t width);

Index addWeights(LayerWriter &layer, Weights weights);

/// The third operand on the grid S_x * S_w[o]: 32 bits, 64 where activations have 16. `isFolded`: it holds the zero
/// point's share -Z_x * sum(w[o]), which TFLite's does not. An error where its bits do not hold it.
Result<Index> addBias(LayerWriter &layer, const Weights &weights, bool isFolded);
/// One that is 0 for each channel.
Index addZeroBias(LayerWriter &layer, const Weights &weights);

} // namespace tare::tflite

#endif // TARE_LIB_TFLITE_WEIGHTS_H
