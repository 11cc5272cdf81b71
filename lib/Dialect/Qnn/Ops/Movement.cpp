//===- Movement.cpp - Elements in other places ----------------------------===//
#include "Intervals.h"
#include "Scales.h"
#include "Windows.h"
#include "tare/Kernels/ResizeCoordinates.h"

#include "mlir/IR/PatternMatch.h"

using namespace mlir;
using namespace tare::qnn;

namespace {

/// reshape(reshape(x)) -> reshape(x)
struct MergeReshapes : OpRewritePattern<ReshapeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ReshapeOp op, PatternRewriter &rewriter) const final {
    auto inner = op.getInput().getDefiningOp<ReshapeOp>();
    if (!inner)
      return rewriter.notifyMatchFailure(op, "operand is not a reshape");
    rewriter.modifyOpInPlace(op, [&] { op.getInputMutable().assign(inner.getInput()); });
    return success();
  }
};

/// transpose(transpose(x)) -> transpose(x)
struct MergeTransposes : OpRewritePattern<TransposeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(TransposeOp op, PatternRewriter &rewriter) const final {
    auto inner = op.getInput().getDefiningOp<TransposeOp>();
    if (!inner)
      return rewriter.notifyMatchFailure(op, "operand is not a transpose");
    SmallVector<int64_t> merged;
    for (int64_t axis : op.getPermutation())
      merged.push_back(inner.getPermutation()[axis]);
    rewriter.replaceOpWithNewOp<TransposeOp>(op, op.getType(), inner.getInput(), merged);
    return success();
  }
};

} // namespace

LogicalResult ConcatOp::inferReturnTypes(MLIRContext *, std::optional<Location> loc, Adaptor op,
                                         SmallVectorImpl<Type> &inferred) {
  if (op.getInputs().empty())
    return emitOptionalError(loc, "needs at least one input");
  Dims shape(tensorType(op.getInputs().front()).getShape());
  int64_t axis = op.getAxis();
  if (axis < 0 || axis >= int64_t(shape.size()))
    return emitOptionalError(loc, "axis must be in [0, ", shape.size(), "), found ", axis);
  for (Value input : op.getInputs().drop_front()) {
    Dims next(tensorType(input).getShape());
    int64_t along = next.size() == shape.size() ? next[axis] : 0;
    if (next.size() == shape.size())
      next[axis] = shape[axis];
    if (next != shape)
      return emitOptionalError(loc, "inputs must agree in all axes but ", axis);
    shape[axis] += along;
  }
  return giveLike(op.getInputs().front(), shape, inferred);
}

OpFoldResult ConcatOp::fold(FoldAdaptor) {
  return getInputs().size() == 1 && getInputs()[0].getType() == getType() ? OpFoldResult(getInputs()[0]) : nullptr;
}

LogicalResult SliceOp::inferReturnTypes(MLIRContext *, std::optional<Location> loc, Adaptor op,
                                        SmallVectorImpl<Type> &inferred) {
  ArrayRef<int64_t> input = tensorType(op.getInput()).getShape();
  if (op.getStarts().size() != input.size() || op.getSteps().size() != input.size() ||
      op.getSizes().size() != input.size())
    return emitOptionalError(loc, "starts, steps and sizes must have ", input.size(), " elements each");
  for (auto [dim, start, step, size] : llvm::zip(input, op.getStarts(), op.getSteps(), op.getSizes())) {
    int64_t last = start + (size - 1) * step;
    if (step == 0 || size < 1 || start < 0 || start >= dim || last < 0 || last >= dim)
      return emitOptionalError(loc, "a slice must stay within its axis of ", dim, ", found start ", start, ", step ",
                               step, ", size ", size);
  }
  return giveLike(op.getInput(), op.getSizes(), inferred);
}

OpFoldResult SliceOp::fold(FoldAdaptor) {
  bool whole = getInput().getType() == getType() && llvm::all_of(getSteps(), [](int64_t step) { return step == 1; });
  return whole ? OpFoldResult(getInput()) : nullptr;
}

LogicalResult GatherOp::inferReturnTypes(MLIRContext *, std::optional<Location> loc, Adaptor op,
                                         SmallVectorImpl<Type> &inferred) {
  ArrayRef<int64_t> input = tensorType(op.getInput()).getShape(), indices = tensorType(op.getIndices()).getShape();
  const int64_t axis = op.getAxis(), rank = input.size();
  if (axis < 0 || axis >= rank)
    return emitOptionalError(loc, "axis must be in [0, ", rank, "), found ", axis);
  Dims shape(input.take_front(axis));
  llvm::append_range(shape, indices);
  llvm::append_range(shape, input.drop_front(axis + 1));
  return giveLike(op.getInput(), shape, inferred);
}

LogicalResult PadOp::inferReturnTypes(MLIRContext *, std::optional<Location> loc, Adaptor op,
                                      SmallVectorImpl<Type> &inferred) {
  Dims shape(tensorType(op.getInput()).getShape());
  if (op.getLow().size() != shape.size() || op.getHigh().size() != shape.size())
    return emitOptionalError(loc, "low and high must have ", shape.size(), " elements each");
  for (auto [dim, low, high] : llvm::zip(shape, op.getLow(), op.getHigh())) {
    if (low < 0 || high < 0)
      return emitOptionalError(loc, "low and high must not be negative");
    dim += low + high;
  }
  return giveLike(op.getInput(), shape, inferred);
}

LogicalResult PadOp::verify() {
  if (getMode() != PadMode::Reflect)
    return success();
  for (auto [dim, low, high] : llvm::zip(cast<ShapedType>(getInput().getType()).getShape(), getLow(), getHigh()))
    if (low >= dim || high >= dim)
      return emitOpError("reflection reaches at most ") << dim - 1 << " elements, found " << std::max(low, high);
  return success();
}

OpFoldResult PadOp::fold(FoldAdaptor) { return getInput().getType() == getType() ? OpFoldResult(getInput()) : nullptr; }

LogicalResult ReshapeOp::inferReturnTypes(MLIRContext *, std::optional<Location> loc, Adaptor op,
                                          SmallVectorImpl<Type> &inferred) {
  RankedTensorType input = tensorType(op.getInput());
  if (llvm::any_of(op.getShape(), [](int64_t dim) { return dim < 1; }))
    return emitOptionalError(loc, "shape must be positive");
  if (ShapedType::getNumElements(op.getShape()) != input.getNumElements())
    return emitOptionalError(loc, "shape must keep the ", input.getNumElements(), " elements, found ",
                             ShapedType::getNumElements(op.getShape()));
  if (isa<quant::UniformQuantizedPerAxisType>(input.getElementType()))
    return emitOptionalError(loc, "a tensor with a scale per channel cannot be reshaped");
  return giveLike(op.getInput(), op.getShape(), inferred);
}

OpFoldResult ReshapeOp::fold(FoldAdaptor) {
  return getInput().getType() == getType() ? OpFoldResult(getInput()) : nullptr;
}

void ReshapeOp::getCanonicalizationPatterns(RewritePatternSet &patterns, MLIRContext *context) {
  patterns.add<MergeReshapes>(context);
}

LogicalResult TransposeOp::inferReturnTypes(MLIRContext *context, std::optional<Location> loc, Adaptor op,
                                            SmallVectorImpl<Type> &inferred) {
  RankedTensorType input = tensorType(op.getInput());
  ArrayRef<int64_t> permutation = op.getPermutation();
  SmallVector<bool> seen(input.getRank());
  for (int64_t axis : permutation) {
    if (int64_t(permutation.size()) != input.getRank() || axis < 0 || axis >= input.getRank() || seen[axis])
      return emitOptionalError(loc, "permutation must hold each axis of rank ", input.getRank(), " once");
    seen[axis] = true;
  }
  if (int64_t(permutation.size()) != input.getRank())
    return emitOptionalError(loc, "permutation must hold each axis of rank ", input.getRank(), " once");
  Dims shape;
  for (int64_t axis : permutation)
    shape.push_back(input.getDimSize(axis));
  Type element = input.getElementType();
  if (std::optional<Grid> grid = Grid::of(element); grid && grid->axis) {
    grid->axis = std::distance(permutation.begin(), llvm::find(permutation, *grid->axis));
    element = grid->type(context);
  }
  inferred.push_back(RankedTensorType::get(shape, element));
  return success();
}

LogicalResult TransposeOp::verify() {
  if (std::optional<Grid> from = Grid::of(getInput().getType()), to = Grid::of(getType()); from && to) {
    if (from->axis.has_value() != to->axis.has_value() || (from->axis && getPermutation()[*to->axis] != *from->axis))
      return emitOpError("the axis of the scales moves along with the permutation, found ")
             << getInput().getType() << " and " << getType();
  }
  return success();
}

OpFoldResult TransposeOp::fold(FoldAdaptor) {
  for (auto [position, axis] : llvm::enumerate(getPermutation()))
    if (int64_t(position) != axis)
      return nullptr;
  return getInput();
}

void TransposeOp::getCanonicalizationPatterns(RewritePatternSet &patterns, MLIRContext *context) {
  patterns.add<MergeTransposes>(context);
}

LogicalResult ResizeOp::inferReturnTypes(MLIRContext *, std::optional<Location> loc, Adaptor op,
                                         SmallVectorImpl<Type> &inferred) {
  ArrayRef<int64_t> input = tensorType(op.getInput()).getShape();
  if (failed(checkImage(loc, input)))
    return failure();
  if (op.getSizes().size() != input.size() - 2 || op.getScales().size() != input.size() - 2)
    return emitOptionalError(loc, "scales and sizes must have ", input.size() - 2, " elements each");
  Dims shape{input[0], input[1]};
  for (auto [size, scale] : llvm::zip(op.getSizes(), op.getScales())) {
    if (size < 1 || !(scale > 0))
      return emitOptionalError(loc, "scales and sizes must be positive");
    shape.push_back(size);
  }
  return giveLike(op.getInput(), shape, inferred);
}

/// Nearest copies elements; linear mixes them.
Interval ResizeOp::getOperandLimits(unsigned, Interval result, const ElementBounds &) {
  return getMode() == ResizeMode::Nearest ? result : everyElementMatters;
}

/// (A56) The weights of neighbours sum to 1, in 2^-w along each axis; the accumulator keeps some of those bits.
int64_t ResizeOp::getMostFractionBits() { return mayRescale() ? getWeightBits() * getSizes().size() : 0; }

Scales ResizeOp::getEffectiveScales() { return {std::ldexp(ratio(getInput(), getResult()), -int(getFractionBits()))}; }

Reaches ResizeOp::getReaches() { return {distanceOf(getInput()) << getFractionBits()}; }

bool ResizeOp::isScaled() {
  Grid x = gridOf(getInput()), y = gridOf(getResult());
  bool hasFinerWeights = getWeightBits() > tare::kernels::resizeWeightBits;
  return mayRescale() && (hasFinerWeights || x.scale() != y.scale() || x.zeroPoint() != y.zeroPoint());
}

void ResizeOp::setFractionBits(int64_t bits) { setFractionBits(uint64_t(bits)); }
