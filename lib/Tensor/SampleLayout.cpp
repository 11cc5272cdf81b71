//===- SampleLayout.cpp - How an array holds samples of an input ----------===//

#include "tare/Tensor/Dataset.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstring>

using namespace tare;

namespace {
std::string python(const Shape &shape) {
  return fmt::format("({}{})", fmt::join(shape, ", "), shape.size() == 1 ? "," : "");
}

std::string expectedText(const Shape &input) {
  bool unitBatch = !input.empty() && input.front() == 1;
  Shape rest(input.begin() + unitBatch, input.end());
  if (rest.empty())
    return "(N,)";
  return fmt::format("(N, {})", fmt::join(rest, ", "));
}

/// " (x.transpose(0, 3, 1, 2) has it)" where only the order of axes differs.
std::string transposeHint(const Shape &array, const Shape &input) {
  bool samples =
      array.size() == input.size() && !input.empty() && input.front() > 0 && array.front() % input.front() == 0;
  if (!samples)
    return "";
  std::vector<size_t> order = {0};
  std::vector<bool> used(array.size());
  for (size_t i = 1; i < input.size(); ++i) {
    size_t axis = 1;
    while (axis < array.size() && (used[axis] || array[axis] != input[i]))
      ++axis;
    if (axis == array.size())
      return "";
    used[axis] = true;
    order.push_back(axis);
  }
  return fmt::format(" (x.transpose({}) has it)", fmt::join(order, ", "));
}

std::string hint(const Shape &array, const Shape &input) {
  bool unitBatch = !input.empty() && input.front() == 1;
  if (unitBatch && Shape(input.begin() + 1, input.end()) == array)
    return " (x[None] has it)";
  return transposeHint(array, input);
}
} // namespace

Result<SampleLayout> tare::matchSamples(const Shape &array, const Shape &input) {
  bool extraAxis = array.size() == input.size() + 1 && std::equal(input.begin(), input.end(), array.begin() + 1);
  if (extraAxis)
    return SampleLayout{array.front(), Stacking::newAxis};
  if (array.empty() && input.empty())
    return SampleLayout{1, Stacking::newAxis};
  bool sameRest = array.size() == input.size() && input.front() > 0 &&
                  std::equal(input.begin() + 1, input.end(), array.begin() + 1);
  if (sameRest && array.front() % input.front() == 0)
    return SampleLayout{array.front() / input.front(), Stacking::firstAxis};
  return Error{fmt::format("has shape {}, expected {} for an input of shape "
                           "{}{}",
                           python(array), expectedText(input), python(input), hint(array, input))};
}

namespace {

/// The input's shape with its channels at the other end; for each axis of the input's the stored one.
SampleLayout withMovedChannels(const Shape &input, bool toEnd) {
  const Shape &s = input;
  if (toEnd)
    return {1, Stacking::firstAxis, {s[0], s[2], s[3], s[1]}, {0, 3, 1, 2}};
  return {1, Stacking::firstAxis, {s[0], s[3], s[1], s[2]}, {0, 2, 3, 1}};
}

} // namespace

Result<SampleLayout> tare::matchMovedSamples(const Shape &array, const Shape &input) {
  Result<SampleLayout> plain = matchSamples(array, input);
  if (plain || input.empty() || input.front() != 1)
    return plain;
  const bool isBatchless = array == Shape(input.begin() + 1, input.end());
  const bool isCube = input.size() == 4 && input[1] == input[2] && input[2] == input[3];
  if (isBatchless && isCube && input[1] != 1)
    return Error{
        fmt::format("has shape {}, of which nothing says whether the channels are first or last; add the first "
                    "axis, that of samples (x[None] has it where they are as in {})",
                    python(array), python(input))};
  if (isBatchless)
    return SampleLayout{1, Stacking::firstAxis};
  for (bool toEnd : {true, false}) {
    if (input.size() != 4)
      break;
    SampleLayout moved = withMovedChannels(input, toEnd);
    Result<SampleLayout> matched = matchSamples(array, moved.stored);
    const bool isOne = array == Shape(moved.stored.begin() + 1, moved.stored.end());
    if (!matched && !isOne)
      continue;
    moved.samples = isOne ? 1 : matched->samples;
    moved.stacking = isOne ? Stacking::firstAxis : matched->stacking;
    return moved;
  }
  return plain;
}

Tensor tare::arranged(const Tensor &stored, const SampleLayout &layout, const Shape &input) {
  if (layout.axes.empty())
    return stored;
  const size_t rank = layout.axes.size(), width = sizeOf(stored.element());
  Shape ofStored(rank, 1), strides(rank), at(rank, 0);
  for (size_t axis = rank - 1; axis-- > 0;)
    ofStored[axis] = ofStored[axis + 1] * stored.shape()[axis + 1];
  for (size_t axis = 0; axis != rank; ++axis)
    strides[axis] = ofStored[layout.axes[axis]];
  Tensor result(stored.element(), input);
  const auto *from = stored.as<std::byte>();
  auto *to = result.mutableAs<std::byte>();
  int64_t offset = 0;
  for (int64_t i = 0; i != result.count(); ++i) {
    std::memcpy(to + size_t(i) * width, from + size_t(offset) * width, width);
    for (size_t axis = rank; axis-- > 0;) {
      offset += strides[axis];
      if (++at[axis] != input[axis])
        break;
      offset -= strides[axis] * at[axis];
      at[axis] = 0;
    }
  }
  return result;
}
