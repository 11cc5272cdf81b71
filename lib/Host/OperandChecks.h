//===- OperandChecks.h - What operators expect of operands ------*- C++ -*-===//
//
// Each names the operand by its role; an operand that is left out is an error as well.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_LIB_HOST_OPERANDCHECKS_H
#define TARE_LIB_HOST_OPERANDCHECKS_H

#include "tare/Host/Operator.h"

namespace tare::host {

void expectFloats(Inference &n, size_t operand, std::string_view role);
/// Floats or integers.
void expectNumbers(Inference &n, size_t operand, std::string_view role);
void expectIntegers(Inference &n, size_t operand, std::string_view role);
/// The elements of operand 0.
void expectSameElements(Inference &n, size_t operand, std::string_view role);
/// At least `least` dimensions and at most `most`.
void expectRank(Inference &n, size_t operand, std::string_view role, int64_t least, int64_t most);
void expectShape(Inference &n, size_t operand, std::string_view role, const Shape &shape);
/// A shape that broadcasts to `shape`.
void expectBroadcast(Inference &n, size_t operand, std::string_view role, const Shape &shape);
/// An attribute within bounds; `least` where it is not.
int64_t expectWithin(Inference &n, std::string_view attribute, int64_t fallback, int64_t least, int64_t most);
/// No other results than these.
void expectResults(Inference &n, size_t most);

/// A product of two sizes; an error where it passes what a tensor can have.
int64_t checkedProduct(Inference &n, int64_t a, int64_t b);
/// A sum of two sizes; likewise.
int64_t checkedSum(Inference &n, int64_t a, int64_t b);

} // namespace tare::host

#endif // TARE_LIB_HOST_OPERANDCHECKS_H
