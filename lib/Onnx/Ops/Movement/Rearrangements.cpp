//===- Rearrangements.cpp - Trilu, DepthToSpace, SpaceToDepth -------------===//
#include "Movement.h"

#include <fmt/format.h>

using namespace tare;
using namespace tare::onnx;
using mlir::failure;
using mlir::LogicalResult;

namespace {

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
  return node.give(node.create<qnn::MulOp>(x, node.constant(node.derivedName("mask"), mask), nullptr));
}

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

void tare::onnx::registerRearrangements(OpTable &table) {
  table.addImport("Trilu", importTrilu);
  table.addImport("DepthToSpace", importDepthToSpace);
  table.addImport("SpaceToDepth", importSpaceToDepth);
}
