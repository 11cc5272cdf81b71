//===- Activations.h - Functions of gates -----------------------*- C++ -*-===//
#ifndef TARE_LIB_ONNX_OPS_RECURRENT_ACTIVATIONS_H
#define TARE_LIB_ONNX_OPS_RECURRENT_ACTIVATIONS_H

#include "Node.h"
#include "tare/Host/Activations.h"

#include <string>

namespace tare::onnx::recurrent {

/// The function of x, as the part `name` of the node, or as several whose last one that is.
mlir::Value activate(Node &node, const std::string &name, mlir::Value x, const host::Activation &activation);

} // namespace tare::onnx::recurrent

#endif // TARE_LIB_ONNX_OPS_RECURRENT_ACTIVATIONS_H
