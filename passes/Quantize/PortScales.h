//===- PortScales.h - Ports' scales where hardware only shifts --*- C++ -*-===//
#ifndef TARE_PASSES_QUANTIZE_PORTSCALES_H
#define TARE_PASSES_QUANTIZE_PORTSCALES_H

#include "tare/Target/Target.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace tare {

/// For a `target` whose scales are powers of two. The integers that enter and leave are the model's, whatever their
/// scale: inside they are on the next power of two, and a multiplication by the quotient, which a layer beside it takes
/// in as a rule, makes that the same numbers. Returns whether there were such.
bool movePortScales(mlir::func::FuncOp function, const Target &target);

} // namespace tare

#endif // TARE_PASSES_QUANTIZE_PORTSCALES_H
