//===- Pooling.cpp - Windows over an image --------------------------------===//
#include "Lowering/Lowering.h"
#include "tare/Dialect/Npu/IntegerGrid.h"

using namespace tare;
using namespace mlir;

namespace {

/// Ceil mode as padding: what makes the last window's room exact. ONNX does not count it, and neither does an average
/// that leaves its padding out.
SmallVector<int32_t> padsOf(ShapedType input, ShapedType output, ArrayRef<int64_t> kernel,
                            std::optional<ArrayRef<int64_t>> strides, std::optional<ArrayRef<int64_t>> pads,
                            std::optional<ArrayRef<int64_t>> dilations, bool ceilMode) {
  size_t spatial = kernel.size();
  SmallVector<int32_t> result = listOr(pads, 2 * spatial, 0);
  if (!ceilMode)
    return result;
  for (size_t i = 0; i < spatial; ++i) {
    int64_t stride = strides ? (*strides)[i] : 1, dilation = dilations ? (*dilations)[i] : 1;
    int64_t reach = (output.getDimSize(i + 2) - 1) * stride + (kernel[i] - 1) * dilation + 1;
    int64_t have = input.getDimSize(i + 2) + result[i] + result[i + spatial];
    result[i + spatial] += std::max<int64_t>(0, reach - have);
  }
  return result;
}

struct LowerMaxPool : OpConversionPattern<qnn::MaxPoolOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult matchAndRewrite(qnn::MaxPoolOp op, OpAdaptor adaptor, ConversionPatternRewriter &rewriter) const final {
    size_t spatial = op.getKernel().size();
    SmallVector<int32_t> pads = padsOf(op.getInput().getType(), cast<ShapedType>(op.getType()), op.getKernel(),
                                       op.getStrides(), op.getPads(), op.getDilations(), op.getCeilMode());
    Value x = toChannelsLast(rewriter, op.getLoc(), adaptor.getInput());
    Value y = npu::MaxPoolOp::create(rewriter, op.getLoc(), x, narrow(op.getKernel()),
                                     listOr(op.getStrides(), spatial, 1), pads, listOr(op.getDilations(), spatial, 1));
    replaceByChannelsLast(rewriter, op, y);
    return mlir::success();
  }
};

struct LowerAveragePool : OpConversionPattern<qnn::AveragePoolOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult matchAndRewrite(qnn::AveragePoolOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const final {
    FailureOr<npu::RequantAttr> requant = neededRequant(op);
    if (failed(requant))
      return failure();
    size_t spatial = op.getKernel().size();
    SmallVector<int32_t> pads = padsOf(op.getInput().getType(), cast<ShapedType>(op.getType()), op.getKernel(),
                                       op.getStrides(), op.getPads(), std::nullopt, op.getCeilMode());
    Value x = toChannelsLast(rewriter, op.getLoc(), adaptor.getInput());
    bool countsPad = op.getCountIncludePad();
    if (countsPad && op.getCeilMode()) {
      x = padExplicitly(op, adaptor.getInput(), x, pads, rewriter);
      countsPad = false;
    }
    Value y = npu::AveragePoolOp::create(rewriter, op.getLoc(), x, narrow(op.getKernel()),
                                         listOr(op.getStrides(), spatial, 1), pads, countsPad,
                                         zeroPointOf(op.getInput()), *requant);
    replaceByChannelsLast(rewriter, op, y);
    return mlir::success();
  }

private:
  /// The model's own padding counts, what ceil_mode adds behind it does not: the former becomes an op, the latter is
  /// left in `pads`. `x` is `input`, what stands for the operand, with its channels last.
  static Value padExplicitly(qnn::AveragePoolOp op, Value input, Value x, SmallVector<int32_t> &pads,
                             OpBuilder &builder) {
    size_t spatial = op.getKernel().size();
    SmallVector<int32_t> counted = listOr(op.getPads(), 2 * spatial, 0);
    SmallVector<int32_t> low(spatial + 2, 0), high(spatial + 2, 0);
    for (size_t i = 0; i < spatial; ++i) {
      low[i + 1] = counted[i];
      high[i + 1] = counted[i + spatial];
      pads[i] -= counted[i];
      pads[i + spatial] -= counted[i + spatial];
    }
    // An argument of the function is in no function any more: what stands for it is.
    Value named = isa<BlockArgument>(op.getInput()) ? input : Value(op.getInput());
    Location loc = qnn::withValueName(op.getLoc(), qnn::valueName(named) + "_padded");
    auto pad = npu::PadOp::create(builder, loc, x, low, high, program::PadMode::constant, zeroPointOf(op.getInput()));
    // It stands for no op of the model; its numbers are the input's.
    npu::setGrid(pad, qnn::quantizedElement(op.getInput().getType()));
    return pad;
  }
};

} // namespace

void tare::addPoolingLowerings(TypeConverter &types, RewritePatternSet &patterns) {
  patterns.add<LowerMaxPool, LowerAveragePool>(types, patterns.getContext());
}
