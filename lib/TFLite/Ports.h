//===- Ports.h - Inputs and outputs as TFLite has them ----------*- C++ -*-===//
#ifndef TARE_LIB_TFLITE_PORTS_H
#define TARE_LIB_TFLITE_PORTS_H

#include "LayerWriter.h"

namespace tare::tflite {

/// The program's inputs, before its layers; what the model has as unsigned integers of 8 bits comes as such. An error
/// that names one of a type that TFLite has not.
Result<std::vector<Port>> addInputs(const program::Model &model, Network &network, Places &places);
/// Gives the tensors that leave the outputs' names, before its layers.
Status nameOutputs(const program::Model &model, Network &network, Places &places);
/// The program's outputs, behind its layers.
Result<std::vector<Port>> addOutputs(const program::Model &model, Network &network, Places &places);

} // namespace tare::tflite

#endif // TARE_LIB_TFLITE_PORTS_H
