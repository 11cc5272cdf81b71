//===- Axes.cpp - Axes, slices and shapes as ONNX gives them --------------===//
#include "Axes.h"

#include <algorithm>
#include <fmt/format.h>
#include <numeric>

using namespace tare;
using namespace tare::onnx;

std::optional<int64_t> tare::onnx::readAxis(Node &node, int64_t axis, int64_t rank) {
  if (axis >= -rank && axis < rank)
    return axis < 0 ? axis + rank : axis;
  (void)node.error(fmt::format("axis {} does not exist in a tensor of rank {}", axis, rank));
  return std::nullopt;
}

std::optional<Integers> tare::onnx::readAxes(Node &node, int64_t rank, int64_t operandSince, unsigned operand) {
  std::optional<Integers> axes;
  if (node.opset() < operandSince)
    axes = node.intsAttribute("axes");
  else if (node.hasOperand(operand))
    axes = node.requireIntegers(operand, "operand axes");
  if (!axes)
    return std::nullopt;
  llvm::SmallVector<bool> seen(rank);
  for (int64_t &axis : *axes) {
    std::optional<int64_t> valid = readAxis(node, axis, rank);
    if (!valid)
      return std::nullopt;
    if (seen[*valid]) {
      (void)node.error(fmt::format("axis {} is named twice", axis));
      return std::nullopt;
    }
    axis = *valid;
    seen[axis] = true;
  }
  return axes;
}

std::optional<Integers> tare::onnx::readPermutation(Node &node, int64_t rank) {
  Integers reversed(rank);
  std::iota(reversed.rbegin(), reversed.rend(), 0);
  Integers permutation = node.intsAttribute("perm").value_or(reversed);
  Integers sorted = permutation;
  llvm::sort(sorted);
  if (sorted == Integers(reversed.rbegin(), reversed.rend()))
    return permutation;
  (void)node.error(fmt::format("attribute 'perm' is [{}], expected each axis of "
                               "rank {} once",
                               fmt::join(permutation, ", "), rank));
  return std::nullopt;
}

std::optional<Shape> tare::onnx::reshapedShape(Node &node, const Shape &input) {
  std::optional<Integers> wanted = node.requireIntegers(1, "the shape");
  bool allowZero = node.intAttribute("allowzero", 0) != 0;
  if (!wanted || node.failed())
    return std::nullopt;
  auto impossible = [&] {
    (void)node.error(fmt::format("cannot reshape {} to [{}]", toString(input), fmt::join(*wanted, ", ")));
    return std::nullopt;
  };
  Shape shape(wanted->begin(), wanted->end());
  std::optional<size_t> open;
  int64_t known = 1, count = elementCount(input);
  for (size_t i = 0; i < shape.size(); ++i) {
    if (shape[i] == 0 && !allowZero) {
      if (i >= input.size())
        return impossible();
      shape[i] = input[i];
    }
    if (shape[i] < -1 || (shape[i] == -1 && open))
      return impossible();
    if (shape[i] == -1)
      open = i;
    else if (__builtin_mul_overflow(known, shape[i], &known))
      return impossible();
  }
  if (open) {
    if (known == 0 || count % known)
      return impossible();
    shape[*open] = count / known;
  } else if (known != count) {
    return impossible();
  }
  return shape;
}

std::optional<Shape> tare::onnx::flattenedShape(Node &node, const Shape &input) {
  int64_t rank = input.size(), axis = node.intAttribute("axis", 1);
  if (axis < -rank || axis > rank) {
    (void)node.error(fmt::format("axis {} does not exist in a tensor of rank {}", axis, rank));
    return std::nullopt;
  }
  auto middle = input.begin() + (axis < 0 ? axis + rank : axis);
  return Shape{elementCount(Shape(input.begin(), middle)), elementCount(Shape(middle, input.end()))};
}

std::optional<Shape> tare::onnx::squeezedShape(Node &node, const Shape &input) {
  std::optional<Integers> axes = readAxes(node, input.size(), 13, 1);
  if (node.failed())
    return std::nullopt;
  Shape shape;
  for (size_t i = 0; i < input.size(); ++i) {
    bool dropped = axes ? llvm::is_contained(*axes, int64_t(i)) : input[i] == 1;
    if (!dropped)
      shape.push_back(input[i]);
    else if (input[i] != 1) {
      (void)node.error(fmt::format("axis {} of {} is not 1", i, toString(input)));
      return std::nullopt;
    }
  }
  return shape;
}

std::optional<Shape> tare::onnx::unsqueezedShape(Node &node, const Shape &input) {
  // The axes are those of the result, whose rank depends on their number.
  std::optional<Integers> raw =
      node.opset() < 13 ? node.intsAttribute("axes") : node.requireIntegers(1, "operand axes");
  if (!raw) {
    (void)node.error("attribute 'axes' is missing");
    return std::nullopt;
  }
  if (raw->size() > largestRank) {
    (void)node.error(fmt::format("adds {} axes", raw->size()));
    return std::nullopt;
  }
  std::optional<Integers> axes = readAxes(node, input.size() + raw->size(), 13, 1);
  if (!axes)
    return std::nullopt;
  Shape shape(input.size() + axes->size(), 1);
  auto next = input.begin();
  for (size_t i = 0; i < shape.size(); ++i)
    if (!llvm::is_contained(*axes, int64_t(i)))
      shape[i] = *next++;
  return shape;
}

namespace {

/// One axis of a slice: ONNX clamps starts and ends to the axis.
void normalize(int64_t dim, int64_t &start, int64_t end, int64_t &step, int64_t &size) {
  auto fromEnd = [&](int64_t position) { return position < 0 ? std::max(position, -dim - 1) + dim : position; };
  step = std::clamp(step, -std::max<int64_t>(dim, 1), std::max<int64_t>(dim, 1));
  if (step > 0) {
    start = std::clamp<int64_t>(fromEnd(start), 0, dim);
    end = std::clamp<int64_t>(fromEnd(end), 0, dim);
    size = std::max<int64_t>(0, (end - start + step - 1) / step);
  } else {
    start = std::clamp<int64_t>(fromEnd(start), -1, dim - 1);
    end = std::clamp<int64_t>(fromEnd(end), -1, dim - 1);
    size = std::max<int64_t>(0, (start - end - step - 1) / -step);
  }
}

} // namespace

std::optional<SliceRange> tare::onnx::readSlice(Node &node, const Shape &input) {
  bool attributes = node.opset() < 10;
  auto read = [&](llvm::StringRef name, unsigned operand) {
    return attributes                 ? node.intsAttribute(name)
           : node.hasOperand(operand) ? node.requireIntegers(operand, ("operand " + name).str())
                                      : std::nullopt;
  };
  std::optional<Integers> starts = read("starts", 1), ends = read("ends", 2), steps;
  if (!attributes)
    steps = read("steps", 4);
  std::optional<Integers> axes = readAxes(node, input.size(), 10, 3);
  if (!starts || !ends)
    (void)node.error("starts and ends are missing");
  if (node.failed())
    return std::nullopt;
  if (!axes)
    axes = axisRange(0, starts->size());
  if (!steps)
    steps = Integers(starts->size(), 1);
  size_t count = starts->size();
  if (ends->size() != count || axes->size() != count || steps->size() != count || count > input.size() ||
      llvm::is_contained(*steps, 0)) {
    (void)node.error("starts, ends, axes and steps must be of one length, at "
                     "most the rank, and no step may be 0");
    return std::nullopt;
  }
  SliceRange range{Integers(input.size(), 0), Integers(input.size(), 1), Integers(input.begin(), input.end())};
  for (size_t i = 0; i < count; ++i) {
    int64_t axis = (*axes)[i];
    range.starts[axis] = (*starts)[i];
    range.steps[axis] = (*steps)[i];
    normalize(input[axis], range.starts[axis], (*ends)[i], range.steps[axis], range.sizes[axis]);
  }
  return range;
}

namespace {

/// As the node gives them, unchecked.
std::optional<Integers> readParts(Node &node, int64_t size) {
  std::optional<Integers> parts = node.opset() < 13    ? node.intsAttribute("split")
                                  : node.hasOperand(1) ? node.requireIntegers(1, "operand split")
                                                       : std::nullopt;
  if (parts || node.failed())
    return parts;
  int64_t count = node.opset() < 18 ? node.numResults() : node.intAttribute("num_outputs", node.numResults());
  if (count < 1 || count > size || count != node.numResults() || (node.opset() < 18 && size % count)) {
    (void)node.error(fmt::format("cannot split {} elements into {} parts", size, count));
    return std::nullopt;
  }
  int64_t part = (size + count - 1) / count;
  parts = Integers(count, part);
  parts->back() = size - part * (count - 1);
  return parts;
}

mlir::LogicalResult checkParts(Node &node, const Integers &parts, int64_t size) {
  int64_t left = size;
  for (int64_t part : parts) {
    if (part < 0 || part > left)
      return node.error(fmt::format("found a part of {} elements with {} of {} "
                                    "left",
                                    part, left, size));
    left -= part;
  }
  if (left)
    return node.error(fmt::format("the parts leave {} of {} elements over", left, size));
  if (parts.size() != node.numResults())
    return node.error(fmt::format("found {} parts for {} results", parts.size(), node.numResults()));
  return mlir::success();
}

} // namespace

std::optional<Integers> tare::onnx::readSplit(Node &node, int64_t size) {
  std::optional<Integers> parts = readParts(node, size);
  return parts && succeeded(checkParts(node, *parts, size)) ? parts : std::nullopt;
}
