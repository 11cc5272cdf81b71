//===- NpuOps.cpp - Folders of the hardware dialect's operators -----------===//
//
// Folders drop what moves nothing and evaluate what moves constants. They merge
// no two operators that round.
//
//===----------------------------------------------------------------------===//
#include "Encoding.h"

#include "tare/Dialect/Npu/IntegerGrid.h"
#include "tare/Dialect/Qnn/Constants.h"
#include "tare/Dialect/Qnn/Names.h"
#include "tare/Kernels/Registry.h"

#include "mlir/IR/PatternMatch.h"

using namespace mlir;

namespace tare::npu {

LogicalResult ConstantOp::inferReturnTypes(MLIRContext *context, std::optional<Location> location, ValueRange operands,
                                           DictionaryAttr attributes, OpaqueProperties properties, RegionRange regions,
                                           SmallVectorImpl<Type> &types) {
  Adaptor adaptor(operands, attributes, properties, regions);
  types.push_back(adaptor.getValue().getType());
  return success();
}

OpFoldResult ConstantOp::fold(FoldAdaptor) { return getValue(); }

LogicalResult ConstantOp::verify() { return qnn::verifyElements(*this, getValue()); }

/// The result of a data movement on constants, by the reference kernel.
static ElementsAttr evaluate(NpuOpInterface op, ArrayRef<Attribute> operands) {
  SmallVector<Tensor> tensors;
  for (Attribute operand : operands) {
    auto elements = dyn_cast_or_null<ElementsAttr>(operand);
    tensors.push_back(elements ? qnn::toTensor(elements) : Tensor());
    if (!tensors.back()) // Not a constant.
      return nullptr;
  }
  auto views = llvm::map_to_vector(tensors, [](const Tensor &tensor) { return tensor.view(); });
  Tensor result(qnn::toHost(op->getResult(0).getType()));
  program::OpUnion parameters = op.encode();
  kernels::lookup(parameters.type)->reference(parameters, views, result.mutableView());
  auto resource = dyn_cast<DenseResourceElementsAttr>(operands.front());
  return qnn::toAttr(op->getContext(), result, resource ? resource.getRawHandle().getKey() : "constant");
}

/// The same elements under another shape; a resource is shared, not copied.
static ElementsAttr reshaped(Attribute elements, ShapedType type) {
  if (auto resource = dyn_cast_or_null<DenseResourceElementsAttr>(elements))
    return DenseResourceElementsAttr::get(type, resource.getRawHandle());
  if (auto dense = dyn_cast_or_null<DenseElementsAttr>(elements))
    return dense.reshape(type);
  return nullptr;
}

/// Whether only dimensions of one element change places.
static bool movesNothing(TransposeOp op) {
  ArrayRef<int64_t> shape = cast<RankedTensorType>(op.getInput().getType()).getShape();
  SmallVector<int32_t> moved(op.getPermutation());
  llvm::erase_if(moved, [&](int32_t axis) { return shape[axis] == 1; });
  return llvm::is_sorted(moved);
}

OpFoldResult TransposeOp::fold(FoldAdaptor adaptor) {
  if (isIdentity(getPermutation()))
    return getInput();
  // Where the first one is there for others, too, what moves nothing would become a second one that does.
  if (auto first = getInput().getDefiningOp<TransposeOp>(); first && (first->hasOneUse() || !movesNothing(*this))) {
    setPermutation(compose(first.getPermutation(), getPermutation()));
    getInputMutable().assign(first.getInput());
    return getResult();
  }
  if (auto splat = dyn_cast_or_null<SplatElementsAttr>(adaptor.getInput()))
    return splat.resizeSplat(getType());
  return evaluate(cast<NpuOpInterface>(getOperation()), adaptor.getOperands());
}

OpFoldResult ReshapeOp::fold(FoldAdaptor adaptor) {
  // One that says what its integers mean stands for more than a shape, and has no other: so the proof knows it.
  bool saysGrid = (*this)->hasAttr(gridAttrName);
  if (getInput().getType() == getType() && !saysGrid)
    return getInput();
  if (auto first = getInput().getDefiningOp<ReshapeOp>(); first && !saysGrid && !first->hasAttr(gridAttrName)) {
    getInputMutable().assign(first.getInput());
    return getResult();
  }
  return reshaped(adaptor.getInput(), getType());
}

OpFoldResult ConcatOp::fold(FoldAdaptor adaptor) {
  if (getInputs().size() == 1)
    return getInputs().front();
  return evaluate(cast<NpuOpInterface>(getOperation()), adaptor.getOperands());
}

OpFoldResult SliceOp::fold(FoldAdaptor adaptor) {
  bool whole = getInput().getType() == getType() && llvm::all_of(getSteps(), [](int32_t step) { return step == 1; });
  if (whole)
    return getInput();
  return evaluate(cast<NpuOpInterface>(getOperation()), adaptor.getOperands());
}

namespace {

/// slice(dequantize(x)) -> dequantize(slice(x)), where nobody reads what the slices leave: fewer elements are made
/// real, and what leaves the program has a grid.
struct DequantizeSlice : OpRewritePattern<SliceOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(SliceOp op, PatternRewriter &rewriter) const final {
    auto dequantize = op.getInput().getDefiningOp<DequantizeOp>();
    if (!dequantize)
      return rewriter.notifyMatchFailure(op, "not behind a dequantize");
    if (!llvm::all_of(dequantize->getUsers(), llvm::IsaPred<SliceOp>))
      return rewriter.notifyMatchFailure(op, "others read all of the dequantize");
    Value part =
        SliceOp::create(rewriter, op.getLoc(), dequantize.getInput(), op.getStarts(), op.getSteps(), op.getSizes());
    Location loc = qnn::withValueName(dequantize.getLoc(), qnn::valueName(op));
    SmallVector<double> scales = sliced(dequantize.getScales(), dequantize.getAxis(), op);
    rewriter.replaceOpWithNewOp<DequantizeOp>(op, part, scales, dequantize.getAxis(), dequantize.getZeroPoint())
        ->setLoc(loc);
    return success();
  }
};

} // namespace

void SliceOp::getCanonicalizationPatterns(RewritePatternSet &patterns, MLIRContext *context) {
  patterns.add<DequantizeSlice>(context);
}

OpFoldResult PadOp::fold(FoldAdaptor adaptor) {
  if (getInput().getType() == getType() && llvm::all_of(getLow(), [](int32_t count) { return count == 0; }))
    return getInput();
  return evaluate(cast<NpuOpInterface>(getOperation()), adaptor.getOperands());
}

} // namespace tare::npu
