//===- TrialParse.h - Whether MLIR survives a file --------------*- C++ -*-===//
#ifndef TARE_DIAGNOSTICS_TRIALPARSE_H
#define TARE_DIAGNOSTICS_TRIALPARSE_H

#include "tare/Tensor/Result.h"

#include "mlir/IR/DialectRegistry.h"
#include "llvm/Support/MemoryBufferRef.h"

namespace tare {

/// Parses IR (text or bytecode) that a user gave in a child process first: MLIR's parsers crash on some text, and an
/// error is what a user can act on. An error says that it crashed, or that it nests too deeply; what else is wrong with
/// the IR is said by who parses it here next. Takes the time of a parse. Where there can be no child, it tells so.
Status tryToParse(llvm::MemoryBufferRef input, const mlir::DialectRegistry &registry);

} // namespace tare

#endif // TARE_DIAGNOSTICS_TRIALPARSE_H
