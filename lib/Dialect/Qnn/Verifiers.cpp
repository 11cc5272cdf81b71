//===- Verifiers.cpp - What types alone cannot say ------------------------===//
#include "tare/Dialect/Qnn/Constants.h"
#include "tare/Dialect/Qnn/Grid.h"
#include "tare/Dialect/Qnn/QnnOps.h"

using namespace mlir;
using namespace tare::qnn;

static bool isQuantized(Value value) { return bool(quantizedElement(value.getType())); }

bool tare::qnn::isAccumulator(Type type) {
  constexpr unsigned accumulatorBits = 32;
  std::optional<Grid> grid = Grid::of(type);
  return grid && grid->bits == accumulatorBits;
}

bool tare::qnn::isOfAccumulators(Value value) {
  auto op = value.getDefiningOp<GridOpInterface>();
  return op && op.givesAccumulators();
}

/// (A1) One scale for the tensor, but where the op says otherwise.
static LogicalResult verifyAxes(GridOpInterface op) {
  for (OpOperand &operand : op->getOpOperands())
    if (!Grid::of(operand.get().getType())->isPerTensor() && !op.takesAxisGrid(operand))
      return op->emitOpError("takes one scale for the whole tensor, found a list of scales: ")
             << operand.get().getType();
  Type result = op->getResult(0).getType();
  if (Grid::of(result)->isPerTensor() || op.givesAxisGrid())
    return success();
  return op->emitOpError("gives one scale for the whole tensor, found a list of scales: ") << result;
}

/// Hardware has one width in an op: that of its activations, and of its result where that is no accumulator.
static LogicalResult verifyWidths(GridOpInterface op) {
  Type activation;
  for (OpOperand &operand : op->getOpOperands()) {
    Type type = operand.get().getType();
    if (op.takesAxisGrid(operand))
      continue;
    if (activation && Grid::of(activation)->bits != Grid::of(type)->bits)
      return op->emitOpError("has activations of one width, found ") << activation << " and " << type;
    activation = type;
  }
  Type result = op->getResult(0).getType();
  if (!activation || isAccumulator(result) || Grid::of(result)->bits == Grid::of(activation)->bits)
    return success();
  return op->emitOpError("has a result of its activations' width, found ") << activation << " and " << result;
}

LogicalResult tare::qnn::verifyGrid(Operation *op) {
  bool quantized = isQuantized(op->getResult(0));
  for (Value operand : op->getOperands())
    if (isQuantized(operand) != quantized)
      return op->emitOpError("operands and result must be all float or all quantized, found ")
             << operand.getType() << " and " << op->getResult(0).getType();
  auto gridOp = cast<GridOpInterface>(op);
  bool mayChangeWidth = gridOp.changesWidth() || op->hasAttr(inLayerAttrName);
  if (quantized && (failed(verifyAxes(gridOp)) || (!mayChangeWidth && failed(verifyWidths(gridOp)))))
    return failure();
  GridRule rule = gridOp.getGridRule();
  if (!quantized || rule == GridRule::Own || rule == GridRule::Bounded || gridOp.mayRescale())
    return success();
  Grid result = *Grid::of(op->getResult(0).getType());
  for (Value operand : op->getOperands()) {
    Grid grid = *Grid::of(operand.getType());
    if (grid.scales != result.scales || grid.zeroPoints != result.zeroPoints || grid.bits != result.bits)
      return op->emitOpError("keeps its operand's grid, found ")
             << operand.getType() << " and " << op->getResult(0).getType();
  }
  return success();
}

LogicalResult ConstantOp::verify() {
  auto result = cast<RankedTensorType>(getType());
  ShapedType value = getValue().getShapedType();
  if (value.getShape() != result.getShape())
    return emitOpError("value and result must have the same shape, found ") << value << " and " << result;
  if (value.getElementType() != storageType(result).getElementType())
    return emitOpError("value must hold the result's storage type ")
           << storageType(result).getElementType() << ", found " << value.getElementType();
  return verifyElements(*this, getValue());
}

/// The bias is [output channels].
static LogicalResult verifyAccumulator(AccumulatorOpInterface op) {
  Value bias = op.getBiasValue();
  if (!bias)
    return success();
  auto type = cast<RankedTensorType>(bias.getType());
  if (type.getRank() != 1 || type.getDimSize(0) != op.getOutputChannels())
    return op->emitOpError("bias must have shape [") << op.getOutputChannels() << "], found " << type;
  return success();
}

LogicalResult ConvOp::verify() { return verifyAccumulator(*this); }
LogicalResult ConvTransposeOp::verify() { return verifyAccumulator(*this); }
LogicalResult LinearOp::verify() { return verifyAccumulator(*this); }

/// No padding, or padding of nothing.
static bool padsNothing(std::optional<ArrayRef<int64_t>> pads) {
  return !pads || llvm::all_of(*pads, [](int64_t pad) { return pad == 0; });
}

bool ConvOp::sumsAllWeights() { return padsNothing(getPads()); }
bool LinearOp::sumsAllWeights() { return true; }
/// How many of a kernel's elements meet an element of the input depends on the position.
bool ConvTransposeOp::sumsAllWeights() { return false; }

bool ConvOp::foldsZeroPoint() { return true; }
bool LinearOp::foldsZeroPoint() { return true; }
/// At the border fewer products are summed, and nothing stands in for the others.
bool ConvTransposeOp::foldsZeroPoint() { return false; }

int64_t ConvOp::getResultChannelAxis() { return 1; }
int64_t ConvTransposeOp::getResultChannelAxis() { return 1; }
int64_t LinearOp::getResultChannelAxis() { return cast<ShapedType>(getType()).getRank() - 1; }

LogicalResult BatchNormOp::verify() {
  auto input = cast<RankedTensorType>(getInput().getType());
  if (input.getRank() < 2)
    return emitOpError("input must have rank 2 or more, found ") << input;
  for (Value parameter : getOperands().drop_front()) {
    auto type = cast<RankedTensorType>(parameter.getType());
    if (type.getRank() != 1 || type.getDimSize(0) != input.getDimSize(1))
      return emitOpError("scale, bias, mean and variance must have shape [")
             << input.getDimSize(1) << "], found " << type;
  }
  return success();
}

LogicalResult PReluOp::verify() {
  auto input = cast<RankedTensorType>(getInput().getType());
  int64_t slopes = getSlope().size();
  if (slopes == 1 || (input.getRank() > 1 && slopes == input.getDimSize(1)))
    return success();
  return emitOpError("slope must have 1 element or one per channel of ") << input << ", found " << slopes;
}

LogicalResult SoftmaxOp::verify() {
  int64_t rank = cast<ShapedType>(getType()).getRank();
  int64_t axis = getAxis();
  if (axis < 0 || axis >= rank)
    return emitOpError("axis must be in [0, ") << rank << "), found " << axis;
  return success();
}

/// ONNX: a pooling window must see at least one element of the input.
static LogicalResult verifyPool(Operation *op, ArrayRef<int64_t> kernel, std::optional<ArrayRef<int64_t>> pads) {
  if (!pads)
    return success();
  for (size_t i = 0; i < kernel.size(); ++i)
    if ((*pads)[i] >= kernel[i] || (*pads)[i + kernel.size()] >= kernel[i])
      return op->emitOpError("pads must be smaller than the kernel, found a kernel of ")
             << kernel[i] << " with pads " << (*pads)[i] << " and " << (*pads)[i + kernel.size()];
  return success();
}

/// A dilated window reaches further than its kernel's size, and may leap over the image.
static LogicalResult verifyDilatedPool(MaxPoolOp op) {
  ArrayRef<int64_t> in = cast<ShapedType>(op.getInput().getType()).getShape().drop_front(2);
  ArrayRef<int64_t> out = cast<ShapedType>(op.getType()).getShape().drop_front(2);
  for (size_t i = 0; i < in.size(); ++i) {
    int64_t stride = op.getStrides() ? (*op.getStrides())[i] : 1, pad = op.getPads() ? (*op.getPads())[i] : 0;
    int64_t dilation = (*op.getDilations())[i], kernel = op.getKernel()[i];
    for (int64_t o = 0; o < out[i]; ++o) {
      int64_t first = o * stride - pad;
      // The first tap that is not before the image.
      int64_t tap = first < 0 ? (-first + dilation - 1) / dilation : 0;
      if (tap >= kernel || first + tap * dilation >= in[i])
        return op->emitOpError("every window must see an element, found one of axis ")
               << i + 2 << " that sees padding only: a kernel of " << kernel << " with dilation " << dilation
               << " and pads " << pad << " and " << (op.getPads() ? (*op.getPads())[i + in.size()] : 0) << " over "
               << in[i] << " elements";
    }
  }
  return success();
}

LogicalResult MaxPoolOp::verify() {
  return getDilations() ? verifyDilatedPool(*this) : verifyPool(*this, getKernel(), getPads());
}
LogicalResult AveragePoolOp::verify() { return verifyPool(*this, getKernel(), getPads()); }

LogicalResult ReduceMeanOp::verify() {
  if (getAxes().empty())
    return emitOpError("needs at least one axis");
  SmallVector<int64_t> axes(getAxes());
  llvm::sort(axes);
  if (std::adjacent_find(axes.begin(), axes.end()) != axes.end())
    return emitOpError("axes must be distinct");
  return success();
}

LogicalResult SliceOp::verify() { return success(); }

LogicalResult PadOp::verify() {
  if (getMode() != PadMode::Reflect)
    return success();
  for (auto [dim, low, high] : llvm::zip(cast<ShapedType>(getInput().getType()).getShape(), getLow(), getHigh()))
    if (low >= dim || high >= dim)
      return emitOpError("reflection reaches at most ") << dim - 1 << " elements, found " << std::max(low, high);
  return success();
}

LogicalResult ReshapeOp::verify() { return success(); }

LogicalResult TransposeOp::verify() {
  if (std::optional<Grid> from = Grid::of(getInput().getType()), to = Grid::of(getType()); from && to) {
    if (from->axis.has_value() != to->axis.has_value() || (from->axis && getPermutation()[*to->axis] != *from->axis))
      return emitOpError("the axis of the scales moves along with the permutation, found ")
             << getInput().getType() << " and " << getType();
  }
  return success();
}

LogicalResult ResizeOp::verify() { return success(); }

LogicalResult ReinterpretOp::verify() {
  std::optional<Grid> from = Grid::of(getInput().getType()), to = Grid::of(getType());
  if (!from || !to || from->bits != to->bits || from->isSigned != to->isSigned)
    return emitOpError("operand and result must be quantized to integers of one type, found ")
           << getInput().getType() << " and " << getType();
  return success();
}

LogicalResult RequantizeOp::verify() {
  if (!isQuantized(getInput()) || !isQuantized(getResult()))
    return emitOpError("operand and result must be quantized, found ") << getInput().getType() << " and " << getType();
  return success();
}
