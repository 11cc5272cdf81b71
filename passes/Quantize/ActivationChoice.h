//===- ActivationChoice.h - The activation type of a conversion -*- C++ -*-===//
#ifndef TARE_PASSES_QUANTIZE_ACTIVATIONCHOICE_H
#define TARE_PASSES_QUANTIZE_ACTIVATIONCHOICE_H

#include "mlir/IR/Operation.h"
#include "tare/Target/Target.h"

namespace tare {

/// The target's format of the activations `wanted`: "i8", "i16", or "" for the preferred one. Null after an error at
/// `op` where it is none of these or the target has none such.
const ActivationFormat *activationFormat(mlir::Operation *op, const Target &target, llvm::StringRef wanted);

} // namespace tare

#endif // TARE_PASSES_QUANTIZE_ACTIVATIONCHOICE_H
