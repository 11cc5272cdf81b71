//===- Lowering.cpp - From a program's operators to C kernels -------------===//
#include "Lowering.h"

#include <iterator>

using namespace tare;
using namespace tare::csource;

Status csource::lower(LayerWriter &layer) {
  // In the order of the union program::Op; a new operator is one more line.
  static constexpr Status (*lowerings[])(LayerWriter &) = {
      nullptr,      lowerConv,     lowerConvTranspose, lowerLinear,  lowerMatMul,      lowerAdd,
      lowerMul,     lowerRescale,  lowerLookup,        lowerMaxPool, lowerAveragePool, lowerReduceMean,
      lowerSoftmax, lowerConcat,   lowerSlice,         lowerPad,     lowerReshape,     lowerTranspose,
      lowerResize,  lowerQuantize, lowerDequantize,    lowerHost,    lowerLoopBegin,   lowerLoopEnd};
  static_assert(std::size(lowerings) == size_t(program::Op::MAX) + 1, "an operator of the schema has no lowering to C");
  return lowerings[size_t(layer.op().type)](layer);
}
