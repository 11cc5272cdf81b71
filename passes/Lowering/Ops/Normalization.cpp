//===- Normalization.cpp - Softmax and normalizations ---------------------===//
#include "tare/Kernels/Normalization.h"
#include "Lowering/Lowering.h"
#include "mlir/Dialect/Quant/IR/QuantTypes.h"
#include "tare/Dialect/Npu/IntegerGrid.h"
#include "tare/Dialect/Qnn/Norms.h"
#include "tare/Kernels/Tables.h"

#include "llvm/Support/Format.h"
#include "llvm/Support/FormatVariadic.h"

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

/// (A71) to (A74)
struct LowerNormalize : OpConversionPattern<qnn::NormalizeOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult matchAndRewrite(qnn::NormalizeOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const final {
    FailureOr<npu::RequantAttr> requant = neededRequant(op);
    if (failed(requant))
      return failure();
    const Grid input = *Grid::of(op.getInput().getType()), output = *Grid::of(op.getType());
    const int64_t offset = qnn::offsetOf(op, input.bits, input.scale());
    if (offset == kernels::mostOffset)
      return tooFine(op, input.scale());
    const qnn::NormIntegers integers = qnn::integersOf(op, output.bits);
    Value gamma = makeParameter(rewriter, op, ElementType::i16, integers.gamma, ".gamma", integers.scale);
    Value beta = makeParameter(rewriter, op, ElementType::i32, integers.beta, ".beta",
                               std::ldexp(integers.scale, -integers.fractionBits));
    replaceByNew<npu::NormalizeOp>(rewriter, op, adaptor.getInput(), gamma, beta, narrow(op.getAxes()),
                                   int32_t(op.getAxis().value_or(0)), offset, op.getKeepMean(),
                                   int32_t(input.zeroPoint()), *requant);
    return mlir::success();
  }

private:
  /// A smaller offset would make the results larger than they are, of all of which epsilon is the most.
  static LogicalResult tooFine(qnn::NormalizeOp op, double step) {
    return op->emitError() << "layer '" << qnn::layerName(op) << "': the steps of its input, "
                           << llvm::formatv("{0}", llvm::format("%g", step)).str()
                           << ", are too fine beside its epsilon, "
                           << llvm::formatv("{0}", llvm::format("%g", op.getEpsilon().convertToDouble())).str()
                           << "; scale the numbers before it up, keep 8-bit activations where it has 16, or take a "
                              "target without 'normalize', which computes it in steps";
  }

  template <typename T>
  static Value makeParameter(OpBuilder &builder, qnn::NormalizeOp op, ElementType element, const std::vector<T> &values,
                             StringRef suffix, double scale) {
    Tensor tensor(element, {int64_t(values.size())});
    llvm::copy(values, tensor.mutableAs<T>());
    Value constant = makeConstant(builder, op.getLoc(), tensor, qnn::layerName(op) + suffix.str());
    constexpr unsigned bits = 8 * sizeof(T);
    npu::setGrid(constant.getDefiningOp(),
                 quant::UniformQuantizedType::get(quant::QuantizationFlags::Signed, builder.getIntegerType(bits),
                                                  builder.getF32Type(), scale, 0, llvm::minIntN(bits),
                                                  llvm::maxIntN(bits)));
    return constant;
  }
};

} // namespace

void tare::addNormalizationLowerings(TypeConverter &types, RewritePatternSet &patterns) {
  patterns.add<LowerSoftmax, LowerNormalize>(types, patterns.getContext());
}
