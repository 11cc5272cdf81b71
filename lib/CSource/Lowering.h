//===- Lowering.h - From a program's operators to C kernels -----*- C++ -*-===//
//
// One function for each operator of a program: it chooses kernels (lib/CSource/Kernels), makes them for the layer's
// types and ranges, and writes the layer's constants and calls. An error is the reason why a layer has no C.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_LIB_CSOURCE_LOWERING_H
#define TARE_LIB_CSOURCE_LOWERING_H

#include "LayerWriter.h"

namespace tare::csource {

/// Writes a layer, by its operator.
Status lower(LayerWriter &layer);

// The operators, by families, each in the file of its name.
// Products.cpp
Status lowerConv(LayerWriter &layer);
Status lowerConvTranspose(LayerWriter &layer);
Status lowerLinear(LayerWriter &layer);
Status lowerMatMul(LayerWriter &layer);
// Elementwise.cpp
Status lowerAdd(LayerWriter &layer);
Status lowerMul(LayerWriter &layer);
Status lowerRescale(LayerWriter &layer);
Status lowerLookup(LayerWriter &layer);
// Pooling.cpp
Status lowerMaxPool(LayerWriter &layer);
Status lowerAveragePool(LayerWriter &layer);
Status lowerReduceMean(LayerWriter &layer);
// Softmax.cpp
Status lowerSoftmax(LayerWriter &layer);
// Movement.cpp
Status lowerConcat(LayerWriter &layer);
Status lowerSlice(LayerWriter &layer);
Status lowerPad(LayerWriter &layer);
Status lowerReshape(LayerWriter &layer);
Status lowerTranspose(LayerWriter &layer);
// Resize.cpp
Status lowerResize(LayerWriter &layer);
// Border.cpp
Status lowerQuantize(LayerWriter &layer);
Status lowerDequantize(LayerWriter &layer);
// Recurrent.cpp
Status lowerLoopBegin(LayerWriter &layer);
Status lowerLoopEnd(LayerWriter &layer);
// Host.cpp
Status lowerHost(LayerWriter &layer);

} // namespace tare::csource

#endif // TARE_LIB_CSOURCE_LOWERING_H
