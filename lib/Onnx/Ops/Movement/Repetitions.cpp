//===- Repetitions.cpp - Tile, Expand -------------------------------------===//
#include "ConstantData.h"
#include "Movement.h"
#include "Ops/Axes.h"

#include <algorithm>
#include <fmt/format.h>

using namespace tare;
using namespace tare::onnx;
using mlir::failure;
using mlir::LogicalResult;

namespace {

/// So often is an element repeated at most.
constexpr int64_t mostRepeated = 1 << 16;

/// Numbers of `mostParts` at most whose product is `count`; nothing where it has a larger prime factor.
std::optional<Integers> stepsOf(int64_t count) {
  Integers steps;
  while (count > 1) {
    int64_t step = std::min<int64_t>(count, mostParts);
    while (count % step != 0)
      --step;
    if (step == 1)
      return std::nullopt;
    steps.push_back(step);
    count /= step;
  }
  return steps;
}

/// x as often along each axis as `times` says: where that is often, in steps, as each is one layer of so many operands.
mlir::Value repeat(Node &node, mlir::Value x, llvm::ArrayRef<int64_t> times) {
  for (auto [axis, count] : llvm::enumerate(times)) {
    std::optional<Integers> steps = count >= 1 && count <= mostRepeated ? stepsOf(count) : std::nullopt;
    if (!steps) {
      (void)node.error(fmt::format("repeats axis {} {} times, expected 1 to {}, and no prime factor above {}", axis,
                                   count, mostRepeated, mostParts));
      return nullptr;
    }
    for (auto [number, step] : llvm::enumerate(*steps)) {
      llvm::SmallVector<mlir::Value> copies(step, x);
      std::string name = "axis" + std::to_string(axis) + (number ? "." + std::to_string(number) : std::string());
      x = node.createStep<qnn::ConcatOp>(name, mlir::ValueRange(copies), axis);
    }
  }
  return x;
}

LogicalResult importTile(Node &node) {
  mlir::Value x = node.anyOperand(0);
  std::optional<Integers> times = node.opset() < 6 ? std::nullopt : node.requireIntegers(1, "the repeats");
  if (!x || !times)
    return node.error("is of the form before opset 6");
  if (times->size() != dims(x).size())
    return node.error(
        fmt::format("has {} repeats, expected one for each of the {} dimensions", times->size(), dims(x).size()));
  mlir::Value repeated = repeat(node, x, *times);
  return repeated ? giveAs(node, repeated, Integers(dims(repeated))) : failure();
}

LogicalResult importExpand(Node &node) {
  mlir::Value x = node.anyOperand(0);
  std::optional<Integers> wanted = node.requireIntegers(1, "the shape");
  if (!x || !wanted)
    return failure();
  Shape from(dims(x).begin(), dims(x).end());
  std::optional<Shape> shape = broadcastShapes(from, Shape(wanted->begin(), wanted->end()));
  if (!shape)
    return node.error("cannot expand " + toString(from) + " to " + toString(Shape(wanted->begin(), wanted->end())));
  from.insert(from.begin(), shape->size() - from.size(), 1);
  Integers times;
  for (auto [have, want] : llvm::zip(from, *shape))
    times.push_back(want / std::max<int64_t>(have, 1));
  x = node.createStep<qnn::ReshapeOp>("axes", x, llvm::ArrayRef<int64_t>(from));
  mlir::Value repeated = x ? repeat(node, x, times) : nullptr;
  return repeated ? giveAs(node, repeated, Integers(shape->begin(), shape->end())) : failure();
}

} // namespace

void tare::onnx::registerRepetitions(OpTable &table) {
  table.addImport("Tile", importTile);
  table.addImport("Expand", importExpand);
}
