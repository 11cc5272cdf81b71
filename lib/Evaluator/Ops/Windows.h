//===- Windows.h - Window attributes as kernels want them -------*- C++ -*-===//
#ifndef TARE_LIB_EVALUATOR_OPS_WINDOWS_H
#define TARE_LIB_EVALUATOR_OPS_WINDOWS_H

#include "tare/Kernels/Float.h"
#include "llvm/ADT/ArrayRef.h"

#include <array>
#include <optional>

namespace tare {

using OptionalList = std::optional<llvm::ArrayRef<int64_t>>;

inline std::vector<int64_t> listOf(OptionalList list) {
  return list ? std::vector<int64_t>(list->begin(), list->end()) : std::vector<int64_t>();
}

inline kernels::Geometry window(llvm::ArrayRef<int64_t> kernel, OptionalList strides, OptionalList pads,
                                OptionalList dilations, int64_t group = 1) {
  return {listOf(kernel), listOf(strides), listOf(pads), listOf(dilations), group};
}

/// A dimension of an image as the order of its channels has it.
inline int64_t axisIn(kernels::floating::ChannelOrder order, int64_t axis) {
  constexpr std::array<int64_t, 4> last{0, 3, 1, 2};
  return order == kernels::floating::ChannelOrder::last ? last[axis] : axis;
}

/// A number per dimension as the order of the channels has them.
inline std::vector<int64_t> inOrder(kernels::floating::ChannelOrder order, OptionalList list) {
  std::vector<int64_t> numbers = listOf(list);
  if (order == kernels::floating::ChannelOrder::last)
    for (size_t axis = 0; axis < numbers.size(); ++axis)
      numbers[axisIn(order, axis)] = (*list)[axis];
  return numbers;
}

} // namespace tare

#endif // TARE_LIB_EVALUATOR_OPS_WINDOWS_H
