//===- FuseLoops.h - The ends of loops on quantized types -------*- C++ -*-===//
#ifndef TARE_PASSES_QUANTIZE_FUSELOOPS_H
#define TARE_PASSES_QUANTIZE_FUSELOOPS_H

#include "mlir/IR/Builders.h"

#include <string>

namespace tare {

/// The begin or the end of a loop on quantized types, in front of `builder`: elements enter a step, or leave it, as the
/// integers that they are. Gives the reason where that cannot be, and leaves the op as it is then; else nothing.
std::string fuseLoopEnd(mlir::OpBuilder &builder, mlir::Operation &op);

} // namespace tare

#endif // TARE_PASSES_QUANTIZE_FUSELOOPS_H
