//===- Function.h - The parts of the functions' family ----------*- C++ -*-===//
#ifndef TARE_LIB_HOST_FUNCTION_FUNCTION_H
#define TARE_LIB_HOST_FUNCTION_FUNCTION_H

#include "Numbers.h"

namespace tare::host {

/// A result of the operand's type.
template <Elements elements> void inferSame(Inference &n) {
  expectElements(n, 0, elements);
  n.give(n.type(0));
}

/// y = f(x), where f is of double and y's elements are floats.
template <typename F> void mapFloats(Evaluation &e, F f) {
  visitFloats(e.operand(0).element(), [&](auto zero) {
    using T = decltype(zero);
    const T *x = e.operand(0).as<T>();
    T *y = e.result().mutableAs<T>();
    for (int64_t i = 0, count = e.result().count(); i < count; ++i)
      y[i] = static_cast<T>(f(double(x[i])));
  });
}

/// Gelu, Swish and their like; experimental operators of the first operator sets.
void addGates(Operators &all);
/// Identity, Dropout, Clip.
void addPassing(Operators &all);

} // namespace tare::host

#endif // TARE_LIB_HOST_FUNCTION_FUNCTION_H
