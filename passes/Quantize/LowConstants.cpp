//===- LowConstants.cpp - Borders and masks in their plainest form --------===//
#include "Quantize/LowConstants.h"
#include "Graph/Affine.h"
#include "Remarks.h"
#include "tare/Dialect/Qnn/Constants.h"
#include "tare/Kernels/Functions.h"

#include "mlir/IR/Verifier.h"
#include "llvm/Support/Format.h"
#include <algorithm>
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

} // namespace

void tare::simplifyLowConstants(func::FuncOp function) {
  for (qnn::SubOp op : llvm::make_early_inc_range(function.getOps<qnn::SubOp>()))
    addNegated(op);
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
