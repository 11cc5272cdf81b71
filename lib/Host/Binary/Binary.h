//===- Binary.h - Operators that broadcast ----------------------*- C++ -*-===//
#ifndef TARE_LIB_HOST_BINARY_BINARY_H
#define TARE_LIB_HOST_BINARY_BINARY_H

#include "Numbers.h"
#include "tare/Kernels/Elementwise.h"

namespace tare::host {

/// The shape of a result of two operands. Before opset 7 they broadcast as the attributes `broadcast` and `axis` say.
Shape pairShape(Inference &n);
/// The second operand of a shape that numpy's broadcasting takes.
Tensor secondOperand(const Evaluation &e);

/// What has two operands of the same elements, and a result of them too.
template <Elements elements> void inferPair(Inference &n) {
  expectElements(n, 0, elements);
  expectOneType(n, 0, 1);
  n.give(n.element(0), pairShape(n));
}

/// The same with a result of bool.
template <Elements elements> void inferComparison(Inference &n) {
  expectElements(n, 0, elements);
  expectOneType(n, 0, 1);
  n.give(ElementType::boolean, pairShape(n));
}

/// y = f(a, b) with a and b of the first operand's elements, y of the result's.
template <typename T, typename Y, typename F> void mapPairs(Evaluation &e, F f) {
  kernels::binary<T, T, Y>(e.operand(0).view(), secondOperand(e).view(), e.result().mutableView(), f);
}

/// y = f(a, b) of numbers.
template <typename F> void mapNumberPairs(Evaluation &e, F f) {
  visitNumbers(e.operand(0).element(), [&](auto zero) { mapPairs<decltype(zero), decltype(zero)>(e, f); });
}

/// The parts of the family: comparisons and logic; any number of operands, PRelu and Where.
void addComparisons(Operators &all);
void addManyOperands(Operators &all);

} // namespace tare::host

#endif // TARE_LIB_HOST_BINARY_BINARY_H
