//===- InputWeights.h - Weights that lie beside the input -------*- C++ -*-===//
#ifndef TARE_TOOLS_TAREOPT_INPUTWEIGHTS_H
#define TARE_TOOLS_TAREOPT_INPUTWEIGHTS_H

#include "tare/Tensor/Result.h"

#include "mlir/IR/DialectRegistry.h"
#include "llvm/Support/MemoryBuffer.h"

#include <memory>

namespace tare {

/// The input, with the elements of its resources where files beside it hold them (tare/Dialect/Qnn/WeightFiles.h): as
/// bytecode then, otherwise as it is. What is wrong with the IR itself is for whoever parses the result.
Result<std::unique_ptr<llvm::MemoryBuffer>> withWeights(std::unique_ptr<llvm::MemoryBuffer> input,
                                                        const mlir::DialectRegistry &registry);

} // namespace tare

#endif // TARE_TOOLS_TAREOPT_INPUTWEIGHTS_H
