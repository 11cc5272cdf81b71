//===- Nesting.h - How deep text from users may nest ------------*- C++ -*-===//
//
// LLVM's parsers of IR and YAML call themselves for each level: text that nests
// deeply enough overflows the stack. What users give is measured first.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_DIAGNOSTICS_NESTING_H
#define TARE_DIAGNOSTICS_NESTING_H

#include "tare/Tensor/Result.h"

#include "llvm/ADT/StringRef.h"

namespace tare {

/// Far above what programs and descriptions need, far below what a stack of 1 MB holds.
constexpr size_t deepestNesting = 200;

/// Whether IR in `text` nests at most deepestNesting deep: brackets, minus signs and function types in a row, aliases
/// of aliases. The error is "FILE:LINE: ...". Text that is no IR may pass; its parser then says what is wrong.
Status checkIrNesting(llvm::StringRef text, llvm::StringRef file);

/// Whether YAML in `text` nests at most deepestNesting deep: flow brackets, indentation, and collections that begin on
/// one line. The error is "FILE:LINE: ...".
Status checkYamlNesting(llvm::StringRef text, llvm::StringRef file);

} // namespace tare

#endif // TARE_DIAGNOSTICS_NESTING_H
