//===- ResizeCosts.cpp - What the weights of a resize are off -------------===//
#include "Requant/ResizeCosts.h"
#include "tare/Diagnostics/Warning.h"
#include "tare/Dialect/Qnn/Grid.h"
#include "tare/Dialect/Qnn/Names.h"
#include "tare/Kernels/ResizeCoordinates.h"

#include "llvm/Support/FormatVariadic.h"
#include <algorithm>
#include <cmath>

using namespace mlir;
using namespace tare;
using qnn::Grid;

/// The sum over the axes of the most that an upper weight is off; what the lower one is off is the same, the other way.
static double weightErrors(qnn::ResizeOp op) {
  kernels::CoordinateMode mode = *kernels::coordinateModeOf(stringifyCoordinateMode(op.getCoordinates()));
  ArrayRef<int64_t> in = op.getInput().getType().getShape(), out = op.getType().getShape();
  const int bits = int(op.getWeightBits());
  double sum = 0;
  for (size_t axis = 2; axis < in.size(); ++axis) {
    kernels::ResizeExtent extent{in[axis], out[axis], float(op.getScales()[axis - 2])};
    double most = 0;
    for (float weight : kernels::linearCoordinates(extent, mode).weight)
      most = std::max(most, std::abs(std::ldexp(std::nearbyint(std::ldexp(double(weight), bits)), -bits) - weight));
    sum += most;
  }
  return sum;
}

void tare::warnOfCoarseWeights(qnn::ResizeOp op) {
  std::optional<Grid> x = Grid::of(op.getInput().getType()), y = Grid::of(op.getType());
  if (op.getMode() != qnn::ResizeMode::Linear || !x || !y || !x->isPerTensor() || !y->isPerTensor())
    return;
  constexpr unsigned narrowBits = 8;
  constexpr double noticeable = 1;
  const int64_t fraction = op.getFractionBits(), all = op.getWeightBits() * int64_t(op.getSizes().size());
  const double ratio = x->scale() / y->scale();
  double off = double(x->max - x->min) * weightErrors(op);
  if (all > fraction)
    off += std::ldexp(1.0, -int(fraction) - 1);
  if (off * ratio < noticeable)
    return;
  std::string text =
      llvm::formatv("layer '{0}': the weights of its interpolation have {1} bits, and its result's steps "
                    "are {2:f1} times as fine as its operand's, at the cost of at most {3:f1} LSB of "
                    "the output",
                    qnn::layerName(op), op.getWeightBits(), ratio, off * ratio);
  reportWarning(op->getLoc(), {"CoarseResize", "", qnn::layerName(op), off * ratio, CostUnit::lsb, text,
                               "give the result a grid that is little finer than the operand's, which has no more to "
                               "say, or keep 16-bit activations before it",
                               y->bits > narrowBits});
}
