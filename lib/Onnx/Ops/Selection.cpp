//===- Selection.cpp - Gather, Expand, Tile, Trilu, CumSum, DepthToSpace --===//
//
// Selections that constants settle, written as slices, joints, products and movements.
//
//===----------------------------------------------------------------------===//
#include "Axes.h"
#include "ConstantData.h"

#include <fmt/format.h>

#include <algorithm>

using namespace tare;
using namespace tare::onnx;
using mlir::failure;
using mlir::LogicalResult;

namespace {

/// A joint has no more parts than these: it would take longer than what it stands for.
constexpr size_t mostParts = 256;

/// The node's result: `value` under its shape. A movement that another one follows moves nothing itself.
LogicalResult giveAs(Node &node, mlir::Value value, const Integers &shape) {
  return node.give(node.create<qnn::ReshapeOp>(value, shape));
}

//===----------------------------------------------------------------------===//
// Gather
//===----------------------------------------------------------------------===//

/// Indices begin, begin + step, .. as one slice.
struct Run {
  int64_t begin, step, count;
};

/// As few runs as reading from the left gives.
llvm::SmallVector<Run> runsOf(const Integers &indices) {
  llvm::SmallVector<Run> runs;
  for (size_t i = 0; i < indices.size();) {
    int64_t step = i + 1 < indices.size() ? indices[i + 1] - indices[i] : 1;
    size_t end = i + 1;
    while (step != 0 && end < indices.size() && indices[end] - indices[end - 1] == step)
      ++end;
    runs.push_back({indices[i], end == i + 1 ? 1 : step, int64_t(end - i)});
    i = end;
  }
  return runs;
}

mlir::Value slice(Node &node, const std::string &step, mlir::Value x, int64_t axis, const Run &run) {
  Integers starts(dims(x).size(), 0), steps(dims(x).size(), 1), sizes(dims(x));
  starts[axis] = run.begin, steps[axis] = run.step, sizes[axis] = run.count;
  return node.createStep<qnn::SliceOp>(step, x, starts, steps, sizes);
}

LogicalResult importGather(Node &node) {
  mlir::Value x = node.anyOperand(0);
  std::optional<Integers> indices = node.requireIntegers(1, "the indices");
  if (!x || !indices)
    return failure();
  std::optional<int64_t> axis = readAxis(node, node.intAttribute("axis", 0), dims(x).size());
  if (!axis)
    return failure();
  int64_t length = dims(x)[*axis];
  for (int64_t &index : *indices) {
    if (index < -length || index >= length)
      return node.error(fmt::format("index {} is outside of an axis of {}", index, length));
    index += index < 0 ? length : 0;
  }
  llvm::SmallVector<Run> runs = runsOf(*indices);
  if (runs.empty() || runs.size() > mostParts)
    return node.error(fmt::format("takes {} separate parts of its operand, expected 1 to {}", runs.size(), mostParts));
  llvm::SmallVector<mlir::Value> parts;
  for (auto [index, run] : llvm::enumerate(runs))
    parts.push_back(slice(node, "part" + std::to_string(index), x, *axis, run));
  mlir::Value joined =
      parts.size() == 1 ? parts[0] : node.createStep<qnn::ConcatOp>("parts", mlir::ValueRange(parts), *axis);
  Integers shape(dims(x).take_front(*axis));
  llvm::append_range(shape, node.known(1)->shape());
  llvm::append_range(shape, dims(x).drop_front(*axis + 1));
  return giveAs(node, joined, shape);
}

//===----------------------------------------------------------------------===//
// Repetition
//===----------------------------------------------------------------------===//

/// x as often along each axis as `times` says.
mlir::Value repeat(Node &node, mlir::Value x, llvm::ArrayRef<int64_t> times) {
  for (auto [axis, count] : llvm::enumerate(times)) {
    if (count == 1)
      continue;
    if (count < 1 || count > int64_t(mostParts)) {
      (void)node.error(fmt::format("repeats axis {} {} times, expected 1 to {}", axis, count, mostParts));
      return nullptr;
    }
    llvm::SmallVector<mlir::Value> copies(count, x);
    x = node.createStep<qnn::ConcatOp>("axis" + std::to_string(axis), mlir::ValueRange(copies), axis);
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

//===----------------------------------------------------------------------===//
// Triangles
//===----------------------------------------------------------------------===//

/// A triangle of a matrix is its product with a mask.
LogicalResult importTrilu(Node &node) {
  mlir::Value x = node.operand(0);
  double k = node.requireScalar(1, "the diagonal", 0);
  bool upper = node.intAttribute("upper", 1) != 0;
  if (!x || node.failed())
    return failure();
  if (dims(x).size() < 2)
    return node.error("expected a matrix, found " + toString(*node.shapeOf(0)));
  int64_t rows = dims(x)[dims(x).size() - 2], columns = dims(x).back();
  Tensor mask(ElementType::f32, Shape{rows, columns});
  for (int64_t i = 0; i < rows; ++i)
    for (int64_t j = 0; j < columns; ++j)
      mask.mutableAs<float>()[i * columns + j] = (upper ? double(j - i) >= k : double(j - i) <= k) ? 1.0f : 0.0f;
  return node.give(node.create<qnn::MulOp>(x, node.constant((node.resultName(0) + "/mask").str(), mask), nullptr));
}

/// Sums along an axis up to each element: the product with a triangle of ones.
LogicalResult importCumSum(Node &node) {
  mlir::Value x = node.operand(0);
  std::optional<Integers> given = node.requireIntegers(1, "the axis");
  if (!x || !given)
    return failure();
  if (given->size() != 1)
    return node.error(fmt::format("has {} axes, expected one", given->size()));
  std::optional<int64_t> axis = readAxis(node, given->front(), dims(x).size());
  bool exclusive = node.intAttribute("exclusive", 0) != 0, reverse = node.intAttribute("reverse", 0) != 0;
  if (!axis)
    return failure();
  constexpr int64_t longest = 4096;
  int64_t length = dims(x)[*axis];
  if (length > longest)
    return node.error(fmt::format("sums along {} elements, expected {} at most", length, longest));
  Integers order = axisRange(0, dims(x).size());
  std::swap(order[*axis], order.back());
  Tensor triangle(ElementType::f32, Shape{length, length});
  for (int64_t to = 0; to < length; ++to)
    for (int64_t from = 0; from < length; ++from) {
      bool isBefore = reverse ? from > to : from < to;
      triangle.mutableAs<float>()[to * length + from] = isBefore || (from == to && !exclusive) ? 1.0f : 0.0f;
    }
  mlir::Value last = node.createStep<qnn::TransposeOp>("last", x, order);
  mlir::Value weight = node.constant((node.resultName(0) + "/triangle").str(), triangle);
  mlir::Value sums = node.createStep<qnn::LinearOp>("sums", last, weight, nullptr, nullptr);
  return node.give(node.create<qnn::TransposeOp>(sums, order));
}

//===----------------------------------------------------------------------===//
// Blocks of pixels
//===----------------------------------------------------------------------===//

/// Reshape, transpose, reshape.
LogicalResult rearrange(Node &node, mlir::Value x, const Integers &split, const Integers &order,
                        const Integers &joined) {
  mlir::Value blocks = node.createStep<qnn::ReshapeOp>("split", x, split);
  mlir::Value turned = node.createStep<qnn::TransposeOp>("order", blocks, order);
  return giveAs(node, turned, joined);
}

bool isImage(Node &node, mlir::Value x, int64_t block) {
  if (x && dims(x).size() != 4)
    (void)node.error("expected an image [N, C, H, W], found " + toString(*node.shapeOf(0)));
  else if (x && (block < 1 || block > largestExtent))
    (void)node.error(fmt::format("attribute 'blocksize' is {}, expected 1 or more", block));
  return x && !node.failed();
}

LogicalResult importDepthToSpace(Node &node) {
  mlir::Value x = node.anyOperand(0);
  int64_t block = node.intAttribute("blocksize", 0);
  std::string mode = node.stringAttribute("mode", "DCR");
  if (!isImage(node, x, block))
    return failure();
  int64_t n = dims(x)[0], c = dims(x)[1], h = dims(x)[2], w = dims(x)[3];
  if (c % block || c / block % block)
    return node.error(fmt::format("has {} channels, expected a multiple of {} * {}", c, block, block));
  int64_t channels = c / block / block;
  Integers joined{n, channels, h * block, w * block};
  if (mode == "DCR")
    return rearrange(node, x, {n, block, block, channels, h, w}, {0, 3, 4, 1, 5, 2}, joined);
  if (mode == "CRD")
    return rearrange(node, x, {n, channels, block, block, h, w}, {0, 1, 4, 2, 5, 3}, joined);
  return node.error("attribute 'mode' is '" + mode + "', expected DCR or CRD");
}

LogicalResult importSpaceToDepth(Node &node) {
  mlir::Value x = node.anyOperand(0);
  int64_t block = node.intAttribute("blocksize", 0);
  if (!isImage(node, x, block))
    return failure();
  int64_t n = dims(x)[0], c = dims(x)[1], h = dims(x)[2], w = dims(x)[3];
  if (h % block || w % block)
    return node.error(fmt::format("has {} by {} pixels, expected multiples of {}", h, w, block));
  bool channelsFirst = node.stringAttribute("mode", "DCR") == "CRD";
  return rearrange(node, x, {n, c, h / block, block, w / block, block},
                   channelsFirst ? Integers{0, 1, 3, 5, 2, 4} : Integers{0, 3, 5, 1, 2, 4},
                   {n, c * block * block, h / block, w / block});
}

} // namespace

void tare::onnx::registerSelection(OpTable &table) {
  table.addImport("Gather", importGather);
  table.addImport("Tile", importTile);
  table.addImport("Expand", importExpand);
  table.addImport("Trilu", importTrilu);
  table.addImport("CumSum", importCumSum);
  table.addImport("DepthToSpace", importDepthToSpace);
  table.addImport("SpaceToDepth", importSpaceToDepth);
}
