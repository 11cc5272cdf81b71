//===- Functions.cpp - Non-linear functions as tables ---------------------===//
//
// i8: one entry per input integer, exact. i16: an entry every 128 integers,
// between which the hardware interpolates (docs/arithmetic.md).
//
//===----------------------------------------------------------------------===//
#include "Lowering/Lowering.h"
#include "tare/Dialect/Qnn/Steps.h"

#include <algorithm>
#include <cmath>

using namespace tare;
using namespace mlir;
using qnn::Grid;

namespace {

constexpr int64_t wideEntries = 513, wideStep = 128;

int64_t entriesOf(const Grid &input) { return input.bits == 16 ? wideEntries : 256; }

/// The input integer that an entry stands for.
int64_t inputOf(const Grid &input, int64_t entry) {
  return input.bits == 16 ? -32768 + entry * wideStep : entry - 128;
}

/// [entries], or [C, entries] where the function differs by channel.
Tensor makeTable(qnn::UnaryFunctionOpInterface op, const Grid &input, const Grid &output, int64_t channels) {
  int64_t entries = entriesOf(input);
  Shape shape = channels == 0 ? Shape{entries} : Shape{channels, entries};
  Tensor table(output.bits == 16 ? ElementType::i16 : ElementType::i8, shape);
  for (int64_t c = 0; c < std::max<int64_t>(channels, 1); ++c)
    for (int64_t entry = 0; entry < entries; ++entry) {
      double x = input.scale() * double(inputOf(input, entry) - input.zeroPoint());
      int64_t y = qnn::integerOf(op.evaluate(x, c), output);
      if (output.bits == 16)
        table.mutableAs<int16_t>()[c * entries + entry] = y;
      else
        table.mutableAs<int8_t>()[c * entries + entry] = y;
    }
  return table;
}

struct LowerFunction : OpInterfaceConversionPattern<qnn::UnaryFunctionOpInterface> {
  using OpInterfaceConversionPattern::OpInterfaceConversionPattern;

  LogicalResult matchAndRewrite(qnn::UnaryFunctionOpInterface op, ArrayRef<Value> operands,
                                ConversionPatternRewriter &rewriter) const final {
    if (isa<qnn::RequantOpInterface>(op.getOperation()))
      return rewriter.notifyMatchFailure(op, "only limits its operand: a rescale does it");
    Value original = op->getOperand(0);
    std::optional<Grid> input = Grid::of(original.getType()), output = Grid::of(op->getResult(0).getType());
    if (!input || !output)
      return rewriter.notifyMatchFailure(op, "is not on quantized types");
    std::optional<int64_t> axis = op.getFunctionAxis();
    int64_t channels = axis ? cast<ShapedType>(original.getType()).getDimSize(*axis) : 0;
    Value table = makeConstant(rewriter, op->getLoc(), makeTable(op, *input, *output, channels),
                               qnn::layerName(op) + ".table");
    // A table per channel is read by the last axis.
    Value x = axis ? toChannelsLast(rewriter, op->getLoc(), operands[0]) : operands[0];
    Value y = npu::LookupOp::create(rewriter, op->getLoc(), x, table);
    rewriter.replaceOp(op, axis ? toChannelsFirst(rewriter, op->getLoc(), y) : y);
    return mlir::success();
  }
};

/// exp(-S * d) in 2^-16 (its largest entry just below), d the distance to the maximum.
Tensor makeExpTable(const Grid &input) {
  int64_t entries = entriesOf(input), step = input.bits == 16 ? wideStep : 1;
  Tensor table(ElementType::i32, {entries});
  for (int64_t entry = 0; entry < entries; ++entry)
    table.mutableAs<int32_t>()[entry] = std::nearbyint(65535.0 * std::exp(-input.scale() * double(entry * step)));
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
    rewriter.replaceOpWithNewOp<npu::SoftmaxOp>(op, adaptor.getInput(), table, op.getAxis(), *requant);
    return mlir::success();
  }
};

} // namespace

void tare::addFunctionLowerings(TypeConverter &types, RewritePatternSet &patterns) {
  patterns.add<LowerFunction, LowerSoftmax>(types, patterns.getContext());
}
