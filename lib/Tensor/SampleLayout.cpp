//===- SampleLayout.cpp - How an array holds samples of an input ----------===//

#include "tare/Tensor/Dataset.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

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
