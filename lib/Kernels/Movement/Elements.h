//===- Elements.h - Elements as plain words of their size -------*- C++ -*-===//
#ifndef TARE_LIB_KERNELS_MOVEMENT_ELEMENTS_H
#define TARE_LIB_KERNELS_MOVEMENT_ELEMENTS_H

#include "tare/Tensor/Tensor.h"

#include <cassert>
#include <cstdint>

namespace tare::kernels {

/// Calls f with a zero of the unsigned integer type that has the element's
/// size: what moves elements need not know more of them.
template <typename F> void withElement(ElementType type, F f) {
  switch (sizeOf(type)) {
  case 1:
    return f(uint8_t{0});
  case 2:
    return f(uint16_t{0});
  case 4:
    return f(uint32_t{0});
  case 8:
    return f(uint64_t{0});
  }
  assert(false && "an element has 1, 2, 4 or 8 bytes");
}

} // namespace tare::kernels

#endif // TARE_LIB_KERNELS_MOVEMENT_ELEMENTS_H
