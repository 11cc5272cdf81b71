//===- Normalization.cpp - Softmax, by a table of exponentials ------------===//
#include "Lowering/Lowering.h"
#include "tare/Kernels/Tables.h"

#include <cmath>

using namespace tare;
using namespace mlir;
using qnn::Grid;

namespace {

/// (A28) exp(-S * d) in 2^-16 (its largest entry just below), d the distance to the maximum; (A58) of 16-bit distances
/// as products in 2^-24.
Tensor makeExpTable(const Grid &input) {
  const bool isWide = input.bits == 16;
  Tensor table(ElementType::i32, {isWide ? kernels::factoredTableSize : kernels::exactTableSize});
  auto *entries = table.mutableAs<int32_t>();
  constexpr int64_t wideStep = int64_t(1) << kernels::interpolationBits;
  auto fill = [&](int64_t count, double whole, int64_t step) {
    for (int64_t i = 0; i < count; ++i)
      *entries++ = int32_t(std::nearbyint(whole * std::exp(-input.scale() * double(i * step))));
  };
  if (isWide) {
    fill(kernels::coarseExponentials, std::ldexp(1.0, kernels::exponentialBits) - 1, wideStep);
    fill(wideStep, std::ldexp(1.0, kernels::factorBits), 1);
  } else {
    fill(kernels::exactTableSize, 65535, 1);
  }
  return table;
}

struct LowerSoftmax : OpConversionPattern<qnn::SoftmaxOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult matchAndRewrite(qnn::SoftmaxOp op, OpAdaptor adaptor, ConversionPatternRewriter &rewriter) const final {
    FailureOr<npu::RequantAttr> requant = neededRequant(op);
    if (failed(requant))
      return failure();
    Value table = makeConstant(rewriter, op.getLoc(), makeExpTable(*Grid::of(op.getInput().getType())),
                               qnn::layerName(op) + ".table");
    replaceByNew<npu::SoftmaxOp>(rewriter, op, adaptor.getInput(), table, op.getAxis(), *requant);
    return mlir::success();
  }
};

} // namespace

void tare::addNormalizationLowerings(TypeConverter &types, RewritePatternSet &patterns) {
  patterns.add<LowerSoftmax>(types, patterns.getContext());
}
