//===- OperandCounts.h - How many operands operators have -------*- C++ -*-===//
#ifndef TARE_LIB_ONNX_OPERANDCOUNTS_H
#define TARE_LIB_ONNX_OPERANDCOUNTS_H

#include "llvm/ADT/StringRef.h"

#include <optional>

namespace tare::onnx {

/// How many operands an operator of ONNX's own domain has at most, in any version; nothing where there is no limit, or
/// the operator is not known.
std::optional<size_t> mostOperands(llvm::StringRef op);

} // namespace tare::onnx

#endif // TARE_LIB_ONNX_OPERANDCOUNTS_H
