//===- CanonicalizeGraph.cpp - Identities vanish, movements merge ---------===//
//
// Invariant: afterwards no op of the graph dialect folds to one of its
// operands, none of its canonicalization patterns applies, no slice takes
// nothing but whole parts of concatenations, no function reads an infinite border
// that it has no number for, no node puts an infinity where it only hides an
// element, no masks add up to -inf, no variance is a difference of means, no sum,
// product or quotient reads a value repeated that broadcasts by itself, and no op
// is dead.
// Casts to and from grids are untouched: MLIR's own canonicalizer would take a
// dequantized quantization for the identity, and undo what a model says.
//
//===----------------------------------------------------------------------===//
#include "Graph/FiniteBorders.h"
#include "Graph/FiniteFills.h"
#include "Graph/FiniteMasks.h"
#include "Graph/Repeats.h"
#include "Graph/SliceParts.h"
#include "Graph/Variance.h"
#include "Graph/WholeNumbers.h"
#include "tare/Dialect/Qnn/QnnOps.h"
#include "tare/Passes/Passes.h"

#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace tare {
#define GEN_PASS_DEF_CANONICALIZEGRAPH
#include "tare/Passes/Passes.h.inc"
} // namespace tare

using namespace mlir;
using namespace tare;

namespace {

/// An op that folds to a value that is there already.
struct FoldToOperand : RewritePattern {
  explicit FoldToOperand(MLIRContext *context) : RewritePattern(MatchAnyOpTypeTag(), 1, context) {}

  LogicalResult matchAndRewrite(Operation *op, PatternRewriter &rewriter) const final {
    if (!isa_and_present<qnn::QnnDialect>(op->getDialect()) || op->hasTrait<OpTrait::ConstantLike>())
      return rewriter.notifyMatchFailure(op, "not an op of the graph dialect that computes");
    SmallVector<OpFoldResult> results;
    if (failed(op->fold(results)) || results.size() != 1 || !isa<Value>(results.front()))
      return rewriter.notifyMatchFailure(op, "does not fold to a value");
    rewriter.replaceOp(op, cast<Value>(results.front()));
    return mlir::success();
  }
};

struct CanonicalizeGraph : tare::impl::CanonicalizeGraphBase<CanonicalizeGraph> {
  void runOnFunction() final {
    MLIRContext *context = &getContext();
    RewritePatternSet patterns(context);
    patterns.add<FoldToOperand>(context);
    addSlicePartsPattern(patterns);
    addFiniteBordersPattern(patterns);
    addFiniteFillsPattern(patterns);
    addWholeNumbersPatterns(patterns);
    addVariancePattern(patterns);
    addRepeatsPatterns(patterns);
    for (RegisteredOperationName op : context->getRegisteredOperationsByDialect("qnn"))
      op.getCanonicalizationPatterns(patterns, context);
    GreedyRewriteConfig config;
    config.enableFolding(false).setRegionSimplificationLevel(GreedySimplifyRegionLevel::Disabled);
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns), config)))
      return signalPassFailure();
    boundMasks(getOperation());
  }
};

} // namespace
