//===- FusedActivation.h - The activation that a layer names ----*- C++ -*-===//
#ifndef TARE_LIB_ONNX_OPS_FUSEDACTIVATION_H
#define TARE_LIB_ONNX_OPS_FUSEDACTIVATION_H

#include "Composite.h"

namespace tare::onnx {

/// The layer's result is its activation of `reals`; without one `reals` must be written as the result. The parameters
/// are in the order in which the activation's own attributes are listed.
mlir::LogicalResult activate(Node &node, Composite &composite, llvm::StringRef activation, const std::string &reals,
                             const std::vector<double> &parameters);

} // namespace tare::onnx

#endif // TARE_LIB_ONNX_OPS_FUSEDACTIVATION_H
