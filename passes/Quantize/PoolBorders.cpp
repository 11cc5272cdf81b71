//===- PoolBorders.cpp - Paddings that a pooling can do -------------------===//
#include "Quantize/PoolBorders.h"
#include "Remarks.h"

#include "mlir/IR/Verifier.h"

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

} // namespace

void tare::absorbPoolBorders(func::FuncOp function) {
  for (qnn::MaxPoolOp pool : llvm::make_early_inc_range(function.getOps<qnn::MaxPoolOp>())) {
    auto pad = pool.getInput().getDefiningOp<qnn::PadOp>();
    std::optional<double> border = pad ? constantBorder(pad) : std::nullopt;
    std::optional<SmallVector<int64_t>> pads = border ? commonPads(pool, pad) : std::nullopt;
    if (!pads || *border > knownRange(pad.getInput()).first)
      continue;
    OpBuilder builder(pool);
    qnn::MaxPoolOp merged = poolWith(pool, pad.getInput(), *pads, builder);
    if (!merged)
      continue;
    remarkPassed(pool, passName, "BorderAbsorbed") << remark::reason("{0} is never the largest", *border);
    if (std::optional<std::pair<double, double>> range = inheritedRange(merged))
      setRange(merged, range->first, range->second, qnn::RangeLabel::Inherited);
    pool.replaceAllUsesWith(merged.getResult());
    pool.erase();
    if (pad->use_empty())
      pad.erase();
  }
}
