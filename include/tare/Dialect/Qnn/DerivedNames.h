//===- DerivedNames.h - Names of what passes add ----------------*- C++ -*-===//
//
// Ranges, rules and the check find values by their names: what a pass adds is called by the value that it belongs to
// and a suffix, and by nothing that is called so already.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_DIALECT_QNN_DERIVEDNAMES_H
#define TARE_DIALECT_QNN_DERIVEDNAMES_H

#include "mlir/IR/Operation.h"

#include <string>

namespace tare::qnn {

/// `wanted`, with the first of ":2", ":3", .. behind under which no value of the function around `op` is known.
std::string derivedName(mlir::Operation *op, const llvm::Twine &wanted);

} // namespace tare::qnn

#endif // TARE_DIALECT_QNN_DERIVEDNAMES_H
