//===- WeightFiles.h - Weights beside printed IR ----------------*- C++ -*-===//
//
// IR that people read has its large constants elsewhere: a resource KEY is `weights/KEY.npy` beside the IR, for numpy
// and for whoever goes on with that IR. One file serves all IR of a folder in which the resource occurs.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_DIALECT_QNN_WEIGHTFILES_H
#define TARE_DIALECT_QNN_WEIGHTFILES_H

#include "tare/Tensor/Result.h"

#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/StringSet.h"

#include <string>

namespace tare::qnn {

/// Writes the module's resources that `written` does not hold yet into `folder`/weights, and adds them to it. A key
/// names the same elements as long as its context lives. `claim` is asked before each file is written; its error ends
/// it.
Status writeWeights(mlir::ModuleOp module, const std::string &folder, llvm::StringSet<> &written,
                    llvm::function_ref<Status(const std::string &)> claim);

/// Gives the module's resources without elements those of `folder`/weights, where there are such files; a file of
/// another type is an error. Resources that stay without elements are the verifier's to report.
Status readWeights(mlir::ModuleOp module, const std::string &folder);

} // namespace tare::qnn

#endif // TARE_DIALECT_QNN_WEIGHTFILES_H
