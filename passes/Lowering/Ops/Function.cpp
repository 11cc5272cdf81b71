//===- Function.cpp - Non-linear functions as tables ----------------------===//
//
// i8: one entry per input integer, exact. i16: an entry every 128 integers,
// between which the hardware interpolates (docs/arithmetic.md).
//
//===----------------------------------------------------------------------===//
#include "Arithmetic/TableFit.h"
#include "Arithmetic/TableReach.h"
#include "Arithmetic/ValueRanges.h"
#include "Lowering/Ops/Rescale.h"
#include "tare/Diagnostics/Warning.h"
#include "tare/Dialect/Qnn/Steps.h"
#include "tare/Kernels/Functions.h"
#include "tare/Kernels/Tables.h"
#include "tare/Proof/Tables.h"

#include "llvm/Support/Format.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/raw_ostream.h"
#include <algorithm>
#include <cmath>

using namespace tare;
using namespace mlir;
using qnn::Grid;

namespace {

constexpr int64_t wideInputs = int64_t(1) << 16, wideStep = int64_t(1) << kernels::interpolationBits;

/// A function of one channel between two grids.
struct Channel {
  const qnn::Function &function;
  int64_t channel;
  const Grid &input, &output;

  /// What a table of it is to give, for the proof.
  proof::TableFunction meaning() const {
    return {function.kind,  function.parameters, channel,    input.scale(), input.zeroPoint(),
            output.scale(), output.zeroPoint(),  output.min, output.max};
  }
  /// f(x) for input integer x, beyond the grid's ends, too.
  double real(int64_t x) const {
    return kernels::evaluateWithin(function.kind, function.parameters,
                                   kernels::readAt(input.scale(), x - input.zeroPoint()), channel);
  }
  /// The entry for input integer x; 0 where f gives no number.
  int64_t entry(int64_t x) const {
    double y = real(x);
    return std::isnan(y) ? output.zeroPoint() : qnn::integerOf(y, output);
  }
};

/// (A23)
void fillExact(const Channel &channel, int8_t *table) {
  for (int64_t entry = 0; entry < kernels::exactTableSize; ++entry)
    table[entry] = int8_t(channel.entry(entry - kernels::exactTableSize / 2));
}

/// (A49) Whether the integers of a value lie at the entries of an interpolated table alone: those of 8 bits, in steps
/// as far apart as the entries.
bool liesAtEntries(Value value) {
  auto widened = value.getDefiningOp<qnn::RequantizeOp>();
  if (!widened)
    return false;
  Grid narrow = *Grid::of(widened.getInput().getType()), wide = *Grid::of(widened.getType());
  return narrow.bits == 8 && wide.bits == 16 && wide.zeroPoint() == 0 && narrow.scale() == wide.scale() * wideStep;
}

/// With what the function of one channel does at the ends.
Reach withEnds(const Channel &channel, Reach reach) {
  auto isFlat = [&](int64_t end, int64_t beyond) {
    constexpr double fewSteps = 0.5;
    double change = channel.real(beyond - wideInputs / 2) - channel.real(end - wideInputs / 2);
    return std::abs(change) <= fewSteps * channel.output.scale();
  };
  reach.isFlatBefore = isFlat(reach.first, reach.first - wideStep);
  reach.isFlatBehind = isFlat(reach.last, reach.last + wideStep);
  return reach;
}

/// (A24)
void fillInterpolated(const Channel &channel, bool atEntries, const Reach &reach, int16_t *table) {
  const proof::TableFunction meaning = channel.meaning();
  std::vector<double> wanted;
  std::vector<int64_t> rounded;
  for (int64_t index = 0; index <= wideInputs; index += wideStep)
    rounded.push_back(channel.entry(index - wideInputs / 2));
  if (atEntries) {
    llvm::copy(rounded, table);
    return;
  }
  for (int64_t index = 0; index <= wideInputs; ++index)
    wanted.push_back(meaning.real(index - wideInputs / 2));
  llvm::copy(fitTable(std::move(rounded), wanted, channel.output.min, channel.output.max, reach), table);
}

/// Four digits.
std::string shortNumber(double value) {
  std::string text;
  llvm::raw_string_ostream(text) << llvm::format("%.4g", value);
  return text;
}

/// The integers of what is known of a function's results; all of the grid where nothing is.
std::pair<int64_t, int64_t> resultsOf(Value result, const Grid &grid) {
  qnn::RangeAttr range = rangeAttr(result);
  if (!range)
    return {grid.min, grid.max};
  auto integer = [&](double real) { return std::clamp(qnn::integerOf(real, grid), grid.min, grid.max); };
  return {integer(range.getMin()), integer(range.getMax())};
}

/// So much of a table's error is worth a word: half a step that 8 bits would have, which is nothing beside what the
/// layers around it round.
double tolerableError(Value result, const Grid &output) {
  constexpr double halfSteps = 2 * 255;
  auto [least, greatest] = resultsOf(result, output);
  return double(greatest - least) / halfSteps;
}

/// Whether the result's grid ends between the two entries around x: between the last one within and the first one
/// beyond the line is cut.
bool isAtEnd(const proof::TableFunction &meaning, int64_t x) {
  const int64_t before = (x + wideInputs / 2) / wideStep * wideStep - wideInputs / 2;
  auto isCut = [&](int64_t at) {
    constexpr double rounding = 0.5;
    double y = kernels::evaluate(meaning.kind, meaning.parameters,
                                 meaning.inputScale * double(at - meaning.inputZeroPoint), meaning.channel);
    double real = double(meaning.outputZeroPoint) + y / meaning.outputScale;
    return real < double(meaning.clampMin) - rounding || real > double(meaning.clampMax) + rounding;
  };
  return isCut(before) != isCut(before + wideStep);
}

/// One line on a layer whose interpolation is noticeably off at an input that data reach.
void tellError(qnn::UnaryFunctionOpInterface op, const proof::Deviation &worst, const proof::TableFunction &meaning,
               const Grid &input, const Grid &output) {
  if (worst.error <= tolerableError(op->getResult(0), output))
    return;
  auto real = [&](int64_t x) { return shortNumber(input.scale() * double(x - input.zeroPoint())); };
  std::string text =
      llvm::formatv("layer '{0}': its interpolated table is off by up to {1:f1} LSB, at x = {2}: with x in [{3}, {4}] "
                    "its entries are {5} apart, and ",
                    qnn::layerName(op), worst.error, real(worst.accumulator), real(input.min), real(input.max),
                    shortNumber(input.scale() * double(wideStep)));
  const char *calibrate = "give --calibration DATA, which says what x comes to: its own grid says no more";
  const bool isKnown = isReachKnown(op->getOperand(0));
  if (isAtEnd(meaning, worst.accumulator))
    return reportWarning(op->getLoc(),
                         {"CoarseTable", "EndOfGrid", qnn::layerName(op), worst.error, CostUnit::lsb,
                          text + "the result's grid ends between them: only results next to that end are off",
                          isKnown ? "a range of the result that all of x's stays within has no such end" : calibrate,
                          true});
  std::string why = kernels::definitionOf(meaning.kind).hasCorner()
                        ? "the function has a corner between them; half the range has about half the error"
                        : "the function bends between them; half the range has about a quarter of the error";
  reportWarning(op->getLoc(), {"CoarseTable", "", qnn::layerName(op), worst.error, CostUnit::lsb, text + why,
                               isKnown ? "calibrate x without outliers (--method mse), or clip it in the model where "
                                         "the function is flat"
                                       : calibrate,
                               true});
}

/// [entries], or [C, entries] where the function differs by channel.
Tensor makeTable(qnn::UnaryFunctionOpInterface op, const Grid &input, const Grid &output, int64_t channels) {
  const bool isWide = input.bits == 16;
  const int64_t entries = isWide ? kernels::interpolatedTableSize : kernels::exactTableSize;
  Tensor table(isWide ? ElementType::i16 : ElementType::i8, channels == 0 ? Shape{entries} : Shape{channels, entries});
  const qnn::Function function = op.getFunction();
  const bool atEntries = liesAtEntries(op->getOperand(0));
  const Reach reach = isWide ? reachOf(op->getOperand(0), input) : Reach();
  const auto [least, greatest] = isWide ? resultsOf(op->getResult(0), output) : std::pair<int64_t, int64_t>();
  proof::Deviation worst;
  int64_t worstChannel = 0;
  for (int64_t c = 0; c < std::max<int64_t>(channels, 1); ++c) {
    const Channel channel{function, c, input, output};
    if (!isWide) {
      fillExact(channel, table.mutableAs<int8_t>() + c * entries);
      continue;
    }
    int16_t *wide = table.mutableAs<int16_t>() + c * entries;
    fillInterpolated(channel, atEntries, withEnds(channel, reach), wide);
    if (atEntries)
      continue; // Nobody reads between them.
    const proof::TableReach counts{reach.first - wideInputs / 2, reach.last - wideInputs / 2, double(least),
                                   double(greatest)};
    if (proof::Deviation found = proof::worstOfTable(channel.meaning(), wide, counts); found.error > worst.error)
      worst = found, worstChannel = c;
  }
  if (isWide)
    tellError(op, worst, Channel{function, worstChannel, input, output}.meaning(), input, output);
  return table;
}

npu::FunctionAttr functionAttr(qnn::UnaryFunctionOpInterface op, const Grid &output) {
  qnn::Function function = op.getFunction();
  return npu::FunctionAttr::get(op.getContext(), function.kind,
                                DenseF64ArrayAttr::get(op.getContext(), function.parameters), int32_t(output.min),
                                int32_t(output.max));
}

/// What calibration came to; null where that is not known, and of a table that is exact anyway.
DenseI32ArrayAttr reachAttr(qnn::UnaryFunctionOpInterface op, const Grid &input, const Grid &output) {
  if (input.bits != 16 || !isReachKnown(op->getOperand(0)) || !rangeAttr(op->getResult(0)))
    return nullptr;
  const Reach reach = reachOf(op->getOperand(0), input);
  const auto [least, greatest] = resultsOf(op->getResult(0), output);
  return DenseI32ArrayAttr::get(
      op.getContext(),
      {int32_t(reach.first - wideInputs / 2), int32_t(reach.last - wideInputs / 2), int32_t(least), int32_t(greatest)});
}

struct LowerFunction : OpInterfaceConversionPattern<qnn::UnaryFunctionOpInterface> {
  using OpInterfaceConversionPattern::OpInterfaceConversionPattern;

  LogicalResult matchAndRewrite(qnn::UnaryFunctionOpInterface op, ArrayRef<Value> operands,
                                ConversionPatternRewriter &rewriter) const final {
    if (isa<qnn::RequantOpInterface>(op.getOperation()))
      return rewriter.notifyMatchFailure(op, "only limits its operand: a rescale does it");
    Value original = op->getOperand(0);
    std::optional<Grid> input = Grid::of(original.getType()), output = Grid::of(op->getResult(0).getType());
    if (!input || !output || input->bits != output->bits)
      return rewriter.notifyMatchFailure(op, "is not on quantized types of one width");
    std::optional<int64_t> axis = op.getFunctionAxis();
    int64_t channels = axis ? cast<ShapedType>(original.getType()).getDimSize(*axis) : 0;
    Value table =
        makeConstant(rewriter, op->getLoc(), makeTable(op, *input, *output, channels), qnn::layerName(op) + ".table");
    // A table per channel is read by the last axis.
    Value x = axis ? toChannelsLast(rewriter, op->getLoc(), operands[0]) : operands[0];
    Value y = npu::LookupOp::create(rewriter, op->getLoc(), x, table, functionAttr(op, *output),
                                    reachAttr(op, *input, *output));
    axis ? replaceByChannelsLast(rewriter, op, y) : replaceBy(rewriter, op, y);
    return mlir::success();
  }
};

} // namespace

void tare::addFunctionLowerings(TypeConverter &types, RewritePatternSet &patterns) {
  patterns.add<LowerFunction, LowerRescale<qnn::ReluOp>, LowerRescale<qnn::ClipOp>>(types, patterns.getContext());
}
