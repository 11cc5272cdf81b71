//===- IrOutput.h - Files that IR is written to -----------------*- C++ -*-===//
#ifndef TARE_TOOLS_IR_IROUTPUT_H
#define TARE_TOOLS_IR_IROUTPUT_H

#include "tare/Tensor/Result.h"

#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/StringRef.h"

namespace llvm {
class raw_ostream;
} // namespace llvm

namespace tare {

/// Opens the file (`-` is standard output) and lets `print` fill it; gives what that gives. Nothing is left of the file
/// where it is false, nor where the system does not take it all, which is an error.
Result<bool> writeIr(llvm::StringRef path, llvm::function_ref<bool(llvm::raw_ostream &)> print);

} // namespace tare

#endif // TARE_TOOLS_IR_IROUTPUT_H
