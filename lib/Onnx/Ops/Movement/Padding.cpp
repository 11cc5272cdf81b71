//===- Padding.cpp - Pad, CenterCropPad -----------------------------------===//
#include "Ops/Axes.h"
#include "Ops/Border/Quantization.h"

#include <algorithm>
#include <fmt/format.h>

using namespace tare;
using namespace tare::onnx;
using mlir::failure;
using mlir::LogicalResult;

namespace {

/// What the node adds to each axis; negative where it takes away.
struct Border {
  Integers low, high;
};

std::optional<Border> readBorder(Node &node, int64_t rank) {
  std::optional<Integers> pads =
      node.opset() < 11 ? node.intsAttribute("pads") : node.requireIntegers(1, "operand pads");
  if (!pads) {
    (void)node.error("attribute 'pads' is missing");
    return std::nullopt;
  }
  std::optional<Integers> axes;
  if (node.opset() >= 18)
    axes = readAxes(node, rank, 18, 3);
  if (!axes)
    axes = axisRange(0, rank);
  if (node.failed())
    return std::nullopt;
  if (pads->size() != 2 * axes->size()) {
    (void)node.error(fmt::format("found {} pads, expected two for each of {} "
                                 "axes",
                                 pads->size(), axes->size()));
    return std::nullopt;
  }
  Border border{Integers(rank, 0), Integers(rank, 0)};
  for (auto [index, axis] : llvm::enumerate(*axes)) {
    border.low[axis] = (*pads)[index];
    border.high[axis] = (*pads)[index + axes->size()];
  }
  for (int64_t pad : *pads)
    if (pad < -largestExtent || pad > largestExtent) {
      (void)node.error(fmt::format("a pad of {} is out of range", pad));
      return std::nullopt;
    }
  return border;
}

std::optional<qnn::PadMode> readMode(Node &node) {
  std::string mode = node.stringAttribute("mode", "constant");
  if (mode == "constant")
    return qnn::PadMode::Constant;
  if (mode == "edge")
    return qnn::PadMode::Edge;
  if (mode == "reflect")
    return qnn::PadMode::Reflect;
  (void)node.error("attribute 'mode' is '" + mode + "', expected constant, edge or reflect");
  return std::nullopt;
}

/// The real number that an integer of the border stands for: among integers it is one of them, 0 by default.
double readInteger(Node &node, const qnn::Grid &grid) {
  const Tensor *border = node.known(2);
  if (!grid.isPerTensor())
    return (void)node.error("pads integers with a scale per channel, expected one scale"), 0;
  if (border && border->element() != elementOf(grid))
    (void)node.error("the constant value must hold " + std::string(nameOf(elementOf(grid))) + " as the operand does");
  return (node.requireScalar(2, "the constant value", 0) - double(grid.zeroPoint())) * grid.scale();
}

double readValue(Node &node) {
  if (std::optional<qnn::Grid> grid = node.integerGrid(0))
    return readInteger(node, *grid);
  double value = node.opset() < 11 ? node.floatAttribute("value", 0, /*mayBeInfinite=*/true)
                                   : node.requireScalar(2, "the constant value", 0);
  if (std::isnan(value))
    (void)node.error("the constant value must be a number, found nan");
  return value;
}

/// Negative pads are a slice before the rest is padded.
mlir::Value crop(Node &node, mlir::Value input, Border &border) {
  Integers starts, sizes;
  bool crops = false;
  for (auto [axis, dim] : llvm::enumerate(dims(input))) {
    int64_t low = std::min<int64_t>(border.low[axis], 0);
    int64_t high = std::min<int64_t>(border.high[axis], 0);
    starts.push_back(-low);
    sizes.push_back(dim + low + high);
    crops |= low < 0 || high < 0;
    border.low[axis] -= low;
    border.high[axis] -= high;
  }
  if (!crops)
    return input;
  Integers steps(starts.size(), 1);
  bool pads = llvm::any_of(border.low, [](int64_t pad) { return pad > 0; }) ||
              llvm::any_of(border.high, [](int64_t pad) { return pad > 0; });
  return pads ? node.createStep<qnn::SliceOp>("cropped", input, starts, steps, sizes)
              : node.create<qnn::SliceOp>(input, starts, steps, sizes);
}

/// The result's shape, where it holds no elements.
std::optional<Shape> emptyResult(llvm::ArrayRef<int64_t> input, const Border &border) {
  Shape shape;
  for (auto [dim, low, high] : llvm::zip(input, border.low, border.high))
    shape.push_back(dim + low + high);
  bool isPossible = llvm::all_of(shape, [](int64_t dim) { return dim >= 0; });
  return isPossible && llvm::is_contained(shape, 0) ? std::optional(shape) : std::nullopt;
}

LogicalResult givePadded(Node &node, mlir::Value input, Border border, qnn::PadMode mode, double value) {
  if (std::optional<Shape> nothing = emptyResult(dims(input), border))
    return node.giveEmpty(*nothing);
  mlir::Value cropped = crop(node, input, border);
  bool pads = llvm::any_of(border.low, [](int64_t pad) { return pad > 0; }) ||
              llvm::any_of(border.high, [](int64_t pad) { return pad > 0; });
  if (!pads)
    return node.failed() ? failure() : node.give(cropped);
  mlir::MLIRContext *context = node.builder().getContext();
  return node.give(node.create<qnn::PadOp>(cropped, node.list(border.low), node.list(border.high),
                                           qnn::PadModeAttr::get(context, mode),
                                           node.builder().getF64FloatAttr(value)));
}

LogicalResult importPad(Node &node) {
  mlir::Value input = node.anyOperand(0);
  if (!input)
    return failure();
  std::optional<Border> border = readBorder(node, dims(input).size());
  std::optional<qnn::PadMode> mode = readMode(node);
  double value = mode == qnn::PadMode::Constant ? readValue(node) : 0;
  if (!border || !mode || node.failed())
    return failure();
  return givePadded(node, input, *border, *mode, value);
}

/// Half of the difference is added or taken away before, the rest behind; an odd one's larger part behind.
LogicalResult importCenterCropPad(Node &node) {
  mlir::Value input = node.operand(0);
  std::optional<Integers> sizes = node.requireIntegers(1, "operand shape");
  if (!input || !sizes)
    return failure();
  int64_t rank = dims(input).size();
  Integers axes = node.intsAttribute("axes").value_or(axisRange(0, rank));
  if (axes.size() != sizes->size())
    return node.error(fmt::format("found {} sizes for {} axes", sizes->size(), axes.size()));
  Border border{Integers(rank, 0), Integers(rank, 0)};
  for (auto [given, size] : llvm::zip(axes, *sizes)) {
    std::optional<int64_t> axis = readAxis(node, given, rank);
    if (!axis)
      return failure();
    if (size < 0 || size > largestExtent)
      return node.error(fmt::format("gives axis {} {} elements", given, size));
    int64_t difference = size - dims(input)[*axis];
    border.low[*axis] = difference / 2;
    border.high[*axis] = difference - difference / 2;
  }
  return givePadded(node, input, border, qnn::PadMode::Constant, 0);
}

} // namespace

void tare::onnx::registerPadding(OpTable &table) {
  table.addImport("Pad", importPad);
  table.addImport("CenterCropPad", importCenterCropPad);
}
