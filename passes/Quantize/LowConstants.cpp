//===- LowConstants.cpp - Borders and masks in their plainest form --------===//
#include "Quantize/LowConstants.h"
#include "Graph/Affine.h"
#include "Remarks.h"
#include "tare/Dialect/Qnn/Constants.h"
#include "tare/Kernels/Functions.h"

#include "mlir/IR/Verifier.h"
#include "llvm/Support/Format.h"
#include <algorithm>
#include <cmath>
#include <functional>

using namespace mlir;
using namespace tare;

namespace {

constexpr StringLiteral passName = "tare-bound-ranges";

/// The pooling's pads and the padding's together; nothing where that reaches beyond the spatial axes.
std::optional<SmallVector<int64_t>> commonPads(qnn::MaxPoolOp pool, qnn::PadOp pad) {
  size_t spatial = pool.getKernel().size();
  ArrayRef<int64_t> low = pad.getLow(), high = pad.getHigh();
  auto isZero = [](int64_t size) { return size == 0; };
  if (!llvm::all_of(low.take_front(2), isZero) || !llvm::all_of(high.take_front(2), isZero))
    return std::nullopt;
  SmallVector<int64_t> pads(2 * spatial, 0);
  if (pool.getPads())
    llvm::copy(*pool.getPads(), pads.begin());
  for (size_t i = 0; i < spatial; ++i) {
    pads[i] += low[i + 2];
    pads[i + spatial] += high[i + 2];
  }
  return pads;
}

/// The pooling with these pads, if it is one, and has the same result; silent where not.
qnn::MaxPoolOp poolWith(qnn::MaxPoolOp pool, Value input, ArrayRef<int64_t> pads, OpBuilder &builder) {
  ScopedDiagnosticHandler quiet(pool.getContext(), [](Diagnostic &) { return mlir::success(); });
  auto merged = cast<qnn::MaxPoolOp>(builder.clone(*pool));
  merged.getInputMutable().assign(input);
  merged.setPads(pads);
  SmallVector<Type> types;
  auto infer = cast<InferTypeOpInterface>(merged.getOperation());
  bool fits = succeeded(infer.inferReturnTypes(merged.getContext(), merged.getLoc(), merged->getOperands(),
                                               merged->getDiscardableAttrDictionary(), merged->getPropertiesStorage(),
                                               merged->getRegions(), types)) &&
              types.front() == pool.getType() && succeeded(mlir::verify(merged));
  if (fits)
    return merged;
  merged->erase();
  return nullptr;
}

/// The function of what the pooling finds in place of what it finds of the function's results, which is the same where
/// the function never falls: of a function of each channel a floor, one number, says less. Null where there is none.
qnn::MaxPoolOp poolFirst(qnn::MaxPoolOp pool) {
  auto function = pool.getInput().getDefiningOp<qnn::UnaryFunctionOpInterface>();
  auto floor = pool.getInput().getDefiningOp<qnn::FloorOpInterface>();
  if (!function || !floor || !function.getFunctionAxis() || !floor.isMonotone() || !function->hasOneUse() ||
      !function->getOperand(0).getDefiningOp<qnn::PadOp>())
    return nullptr;
  OpBuilder builder(pool);
  auto first = cast<qnn::MaxPoolOp>(builder.clone(*pool));
  first.getInputMutable().assign(function->getOperand(0));
  if (std::optional<qnn::Interval> range = inheritedRange(first))
    setRange(first, range->first, range->second, qnn::RangeLabel::Inherited);
  Operation *after = builder.clone(*function);
  after->setOperand(0, first);
  after->getResult(0).setType(pool.getType());
  pool.replaceAllUsesWith(after->getResult(0));
  pool.erase();
  function.erase();
  return first;
}

/// The range of a function that never falls, of each channel, is that of its operand's ends.
void takeRangeOf(qnn::MaxPoolOp pool, Operation *reader) {
  auto function = cast<qnn::UnaryFunctionOpInterface>(reader);
  std::optional<qnn::Interval> operand = findRange(pool), seen = findRange(reader->getResult(0));
  if (!operand || !seen)
    return;
  qnn::Function f = function.getFunction();
  qnn::Interval range(0, 0);
  for (int64_t c = 0, channels = pool.getType().getDimSize(*function.getFunctionAxis()); c < channels; ++c) {
    range.first = std::min(range.first, kernels::evaluate(f.kind, f.parameters, operand->first, c));
    range.second = std::max(range.second, kernels::evaluate(f.kind, f.parameters, operand->second, c));
  }
  setRange(reader->getResult(0), std::max(range.first, seen->first), std::min(range.second, seen->second),
           rangeAttr(reader->getResult(0)).getLabel());
}

/// The pooling that does a padding before it by itself, and replaces both; null where there is none.
qnn::MaxPoolOp absorbPad(qnn::MaxPoolOp pool) {
  auto pad = pool.getInput().getDefiningOp<qnn::PadOp>();
  std::optional<double> border = pad ? constantBorder(pad) : std::nullopt;
  std::optional<SmallVector<int64_t>> pads = border ? commonPads(pool, pad) : std::nullopt;
  if (!pads || *border > knownRange(pad.getInput()).first)
    return nullptr;
  OpBuilder builder(pool);
  qnn::MaxPoolOp merged = poolWith(pool, pad.getInput(), *pads, builder);
  if (!merged)
    return nullptr;
  remarkPassed(pool, passName, "BorderAbsorbed")
      << remark::reason("{0} is never the largest", llvm::format("%g", *border));
  if (std::optional<std::pair<double, double>> range = inheritedRange(merged))
    setRange(merged, range->first, range->second, qnn::RangeLabel::Inherited);
  pool.replaceAllUsesWith(merged.getResult());
  pool.erase();
  if (pad->use_empty())
    pad.erase();
  return merged;
}

/// Whether the slice takes elements of the padding's operand alone.
bool cutsAway(qnn::SliceOp slice, qnn::PadOp pad) {
  ArrayRef<int64_t> dims = cast<ShapedType>(pad.getInput().getType()).getShape();
  for (auto [dim, low, start, step, size] :
       llvm::zip(dims, pad.getLow(), slice.getStarts(), slice.getSteps(), slice.getSizes())) {
    int64_t last = start + (size - 1) * step;
    if (std::min(start, last) < low || std::max(start, last) >= low + dim)
      return false;
  }
  return true;
}

void skipPad(qnn::SliceOp slice) {
  auto pad = slice.getInput().getDefiningOp<qnn::PadOp>();
  if (!pad || !cutsAway(slice, pad))
    return;
  SmallVector<int64_t> starts;
  for (auto [start, low] : llvm::zip(slice.getStarts(), pad.getLow()))
    starts.push_back(start - low);
  remarkPassed(slice, passName, "BorderCutAway");
  slice.getInputMutable().assign(pad.getInput());
  slice.setStarts(starts);
  if (std::optional<std::pair<double, double>> range = inheritedRange(slice))
    setRange(slice.getResult(), range->first, range->second, qnn::RangeLabel::Inherited);
  if (pad->use_empty())
    pad.erase();
}

/// Only constants that make the result far lower than the operand: others are no masks.
void addNegated(qnn::SubOp op) {
  ElementsAttr constant = qnn::constantValue(op.getRhs());
  auto [least, greatest] = knownRange(op.getLhs());
  if (!constant || !constant.getElementType().isF32() || rangeOf(constant).second < greatest - least)
    return;
  Tensor elements = qnn::toTensor(constant), negated(elements.type());
  std::transform(elements.as<float>(), elements.as<float>() + elements.count(), negated.mutableAs<float>(),
                 std::negate<>());
  IRRewriter builder(op);
  Value subtracted = op.getRhs();
  std::string name = qnn::valueName(subtracted) + "_negated";
  Value added = qnn::ConstantOp::create(builder, qnn::nameLoc(op.getContext(), name, name),
                                        qnn::toAttr(op.getContext(), negated, name));
  auto [low, high] = rangeOf(qnn::constantValue(added));
  setRange(added, low, high, qnn::RangeLabel::Constant);
  auto sum = qnn::AddOp::create(builder, op.getLoc(), op.getType(), op.getLhs(), added, op.getClampAttr());
  if (Attribute range = op->getDiscardableAttr(qnn::rangeAttrName))
    sum->setDiscardableAttr(qnn::rangeAttrName, range);
  op.replaceAllUsesWith(sum.getResult());
  op.erase();
  eraseDeadConstants(builder, subtracted);
}

/// The rows of a constant along `axis` of a result of `rank`: lists of the indices of their elements.
std::vector<std::vector<int64_t>> rowsOf(const Tensor &constant, int64_t axis, int64_t rank) {
  const Shape &shape = constant.shape();
  const int64_t own = axis - (rank - int64_t(shape.size()));
  std::vector<std::vector<int64_t>> rows;
  int64_t size = own < 0 ? 1 : shape[own];
  int64_t inner = own < 0 ? 1 : elementCount(Shape(shape.begin() + own + 1, shape.end()));
  for (int64_t row = 0; row < constant.count() / std::max<int64_t>(size, 1); ++row) {
    rows.emplace_back();
    for (int64_t i = 0; i < size; ++i)
      rows.back().push_back(row / inner * inner * size + row % inner + i * inner);
  }
  return rows;
}

/// A softmax of x + k is that of x + k - c for any number c: of a row that is masked from its first element to its last
/// the mask's largest element goes, so that the grid need not reach down to it. But where float32 adds nothing to the
/// mask, every element of the row is the same, and stays so.
void shiftMaskedRows(qnn::SoftmaxOp softmax) {
  auto add = softmax.getInput().getDefiningOp<qnn::AddOp>();
  if (!add || !add->hasOneUse())
    return;
  const unsigned index = floatConstantValue(add.getRhs()) ? 1 : 0;
  ElementsAttr constant = floatConstantValue(add->getOperand(index));
  qnn::RangeAttr range = rangeAttr(add.getResult());
  auto [least, greatest] = knownRange(add->getOperand(1 - index));
  if (!constant || !range || !std::isfinite(greatest - least))
    return;
  Tensor elements = qnn::toTensor(constant), shifted(elements.type());
  float *data = shifted.mutableAs<float>();
  std::copy_n(elements.as<float>(), elements.count(), data);
  double highest = range.getMax();
  bool isShifted = false;
  for (const std::vector<int64_t> &row : rowsOf(elements, softmax.getAxis(), add.getType().getRank())) {
    float largest = -HUGE_VALF, smallest = HUGE_VALF;
    bool isAbsorbed = true;
    for (int64_t i : row) {
      largest = std::max(largest, data[i]);
      smallest = std::min(smallest, data[i]);
      isAbsorbed &= data[i] + float(least) == data[row.front()] + float(greatest);
    }
    if (row.empty() || double(largest) > least - greatest || largest >= 0 || isAbsorbed)
      continue;
    // Neither now nor before may a fused activation limit the row.
    double lowest = std::min(double(smallest) + least, double(smallest) - largest + least);
    if (add.getClamp() && (add.getClamp()->getMin() > lowest || add.getClamp()->getMax() < greatest))
      continue;
    for (int64_t i : row)
      data[i] -= largest;
    isShifted = true;
    highest = std::max(highest, greatest);
  }
  if (!isShifted)
    return;
  IRRewriter builder(add);
  Value before = add->getOperand(index);
  std::string name = qnn::valueName(before) + "_shifted";
  remarkPassed(add, passName, "MaskShifted") << remark::reason("rows that are masked from end to end");
  Value after = qnn::ConstantOp::create(builder, qnn::nameLoc(add.getContext(), name, name),
                                        qnn::toAttr(add.getContext(), shifted, name));
  add->setOperand(index, after);
  auto [low, high] = rangeOf(qnn::constantValue(after));
  setRange(after, low, high, qnn::RangeLabel::Constant);
  setRange(add.getResult(), std::max(range.getMin(), least + low), highest, range.getLabel());
  eraseDeadConstants(builder, before);
}

} // namespace

void tare::simplifyLowConstants(func::FuncOp function) {
  for (qnn::SubOp op : llvm::make_early_inc_range(function.getOps<qnn::SubOp>()))
    addNegated(op);
  for (qnn::SoftmaxOp op : function.getOps<qnn::SoftmaxOp>())
    shiftMaskedRows(op);
  for (qnn::SliceOp op : llvm::make_early_inc_range(function.getOps<qnn::SliceOp>()))
    skipPad(op);
  for (qnn::MaxPoolOp op : llvm::make_early_inc_range(function.getOps<qnn::MaxPoolOp>()))
    while (op) {
      qnn::MaxPoolOp first = poolFirst(op);
      op = absorbPad(first ? first : op);
      if (first && op)
        takeRangeOf(op, *op->getUsers().begin());
    }
}
