//===- ComposeMovements.cpp - Reshapes and transposes in a row ------------===//
//
// Invariant: afterwards no reshapes and transposes in a row, nor any with nothing
// but functions and single numbers between them, are more than what they do
// together needs, unless others read what is in between.
//
//===----------------------------------------------------------------------===//
#include "Graph/Affine.h"
#include "Graph/Rearrangement.h"
#include "Remarks.h"
#include "tare/Dialect/Qnn/DerivedNames.h"
#include "tare/Dialect/Qnn/QnnDialect.h"
#include "tare/Passes/Passes.h"

#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace tare {
#define GEN_PASS_DEF_COMPOSEMOVEMENTS
#include "tare/Passes/Passes.h.inc"
} // namespace tare

using namespace mlir;
using namespace tare;

namespace {

constexpr StringLiteral passName = "tare-compose-movements";

ArrayRef<int64_t> shapeOf(Value value) { return cast<RankedTensorType>(value.getType()).getShape(); }

bool isMovement(Operation *op) {
  return isa_and_present<qnn::ReshapeOp, qnn::TransposeOp>(op) &&
         cast<RankedTensorType>(op->getResult(0).getType()).getElementType().isF32();
}

/// Whether the constant is one number beside any operand that has dimensions: one of more would give the result as
/// many.
bool isNumberForAll(Value constant) {
  return scalarConstant(constant) && cast<RankedTensorType>(constant.getType()).getRank() <= 1;
}

/// The operand that decides where the result's elements are, of an op that computes each element by itself: a function,
/// or arithmetic with a number; else null.
OpOperand *movedOperand(Operation *op) {
  if (auto function = dyn_cast<qnn::UnaryFunctionOpInterface>(op))
    return function.getFunctionAxis() ? nullptr : &op->getOpOperand(0);
  if (!isa<qnn::AddOp, qnn::SubOp, qnn::MulOp, qnn::DivOp>(op))
    return nullptr;
  for (OpOperand &operand : op->getOpOperands())
    if (operand.get().getType() == op->getResult(0).getType() &&
        isNumberForAll(op->getOperand(1 - operand.getOperandNumber())))
      return &operand;
  return nullptr;
}

/// What follows of one another, the first one nearest to the inputs.
using Chain = SmallVector<Operation *>;

size_t transposesIn(ArrayRef<Operation *> chain) {
  return llvm::count_if(chain, [](Operation *op) { return isa<qnn::TransposeOp>(op); });
}

/// The movements that end in `value`.
Chain chainBefore(Value value) {
  Chain chain;
  for (Operation *op = value.getDefiningOp(); isMovement(op); op = op->getOperand(0).getDefiningOp())
    chain.insert(chain.begin(), op);
  return chain;
}

/// The same, as far as nobody else reads them.
Chain ownChainBefore(Value value) {
  Chain chain;
  for (Operation *op = value.getDefiningOp(); isMovement(op) && op->hasOneUse(); op = op->getOperand(0).getDefiningOp())
    chain.insert(chain.begin(), op);
  return chain;
}

/// The movements that `value` goes through, whatever is computed between them, as far as nobody else reads it; not very
/// far.
Chain chainBehind(Value value) {
  constexpr int most = 64;
  Chain chain;
  for (int i = 0; i != most && value.hasOneUse(); ++i) {
    Operation *user = *value.user_begin();
    if (isMovement(user))
      chain.push_back(user);
    else if (OpOperand *moved = movedOperand(user); !moved || moved->get() != value)
      break;
    value = user->getResult(0);
  }
  return chain;
}

std::optional<WrittenMovement> composed(ArrayRef<Operation *> chain) {
  Rearrangement rearrangement(shapeOf(chain.front()->getOperand(0)));
  if (!llvm::all_of(chain, [&](Operation *op) { return rearrangement.add(op); }))
    return std::nullopt;
  return rearrangement.write();
}

/// How many transposes, and how many ops.
using Cost = std::pair<size_t, size_t>;

Cost costOf(ArrayRef<Operation *> chain) { return {transposesIn(chain), chain.size()}; }
Cost costOf(const WrittenMovement &movement, Value operand) {
  return {movement.transposes(), movement.count(shapeOf(operand))};
}

void takeRange(Operation *from, Operation *to) {
  if (Attribute range = from->getDiscardableAttr(qnn::rangeAttrName))
    to->setDiscardableAttr(qnn::rangeAttrName, range);
}

/// Writes a movement of `x` in place of the op.
class Writer {
public:
  Writer(Operation *op, Value x, PatternRewriter &rewriter) : op(op), value(x), rewriter(rewriter) {}

  Value write(const WrittenMovement &movement) {
    size_t left = movement.count(shapeOf(value));
    reshape(movement.before, left);
    if (movement.transposes())
      transpose(movement.permutation, movement.after, left);
    reshape(movement.result, left);
    return value;
  }

private:
  void reshape(ArrayRef<int64_t> shape, size_t &left) {
    if (shapeOf(value) != shape)
      place(qnn::ReshapeOp::create(rewriter, location(left), typeOf(shape), value, shape), left);
  }

  void transpose(ArrayRef<int64_t> permutation, ArrayRef<int64_t> shape, size_t &left) {
    place(qnn::TransposeOp::create(rewriter, location(left), typeOf(shape), value, permutation), left);
  }

  void place(Operation *next, size_t &left) {
    takeRange(op, next);
    value = next->getResult(0);
    --left;
  }

  RankedTensorType typeOf(ArrayRef<int64_t> shape) { return cast<RankedTensorType>(value.getType()).clone(shape); }

  /// The last op gives the model's value; the others give what no node of the model does.
  Location location(size_t left) {
    if (left == 1)
      return op->getLoc();
    std::string name = qnn::derivedName(op, qnn::valueName(op->getResult(0)) + "/moved" + std::to_string(left - 1));
    return qnn::nameLoc(op->getContext(), qnn::layerName(op), name);
  }

  Operation *op;
  Value value;
  PatternRewriter &rewriter;
};

/// The last of some movements in a row.
struct ComposeChain : RewritePattern {
  explicit ComposeChain(MLIRContext *context) : RewritePattern(MatchAnyOpTypeTag(), 2, context) {}

  LogicalResult matchAndRewrite(Operation *op, PatternRewriter &rewriter) const final {
    if (!isMovement(op) || (op->hasOneUse() && isMovement(*op->user_begin())))
      return rewriter.notifyMatchFailure(op, "not the last of movements");
    Chain chain = chainBefore(op->getResult(0));
    for (ArrayRef<Operation *> rest = chain; !rest.empty(); rest = rest.drop_front()) {
      std::optional<WrittenMovement> movement = composed(rest);
      Value x = rest.front()->getOperand(0);
      if (!movement || !(costOf(*movement, x) < costOf(freed(rest))))
        continue;
      // Alone, a transpose of axes of 1 may still cancel with one that a layout needs.
      if (rest.size() == 1 && movement->count(shapeOf(x)) == 1)
        continue;
      remarkPassed(op, passName, "Composed") << remark::add("{0} movements of '{1}'", rest.size(), qnn::valueName(x));
      rewriter.replaceOp(op, Writer(op, x, rewriter).write(*movement));
      return mlir::success();
    }
    return rewriter.notifyMatchFailure(op, "needs all of its movements");
  }

private:
  /// The end of a chain that nobody else reads.
  static ArrayRef<Operation *> freed(ArrayRef<Operation *> chain) {
    size_t count = 1;
    while (count < chain.size() && chain[chain.size() - count - 1]->hasOneUse())
      ++count;
    return chain.take_back(count);
  }
};

/// f(transpose(x)) -> transpose(f(x)), where that meets movements behind it.
struct PassElementwise : RewritePattern {
  explicit PassElementwise(MLIRContext *context) : RewritePattern(MatchAnyOpTypeTag(), 1, context) {}

  LogicalResult matchAndRewrite(Operation *op, PatternRewriter &rewriter) const final {
    OpOperand *moved = isa_and_present<qnn::QnnDialect>(op->getDialect()) ? movedOperand(op) : nullptr;
    if (!moved || op->getNumResults() != 1)
      return rewriter.notifyMatchFailure(op, "not elementwise");
    Chain before = ownChainBefore(moved->get());
    Chain behind = before.empty() ? Chain() : chainBehind(op->getResult(0));
    if (behind.empty())
      return rewriter.notifyMatchFailure(op, "does not stand between movements");
    Chain all = before;
    llvm::append_range(all, behind);
    Value x = before.front()->getOperand(0);
    if (shapeOf(x).empty())
      return rewriter.notifyMatchFailure(op, "what is moved has no dimensions");
    std::optional<WrittenMovement> together = composed(all);
    std::optional<WrittenMovement> movement = composed(before);
    if (!together || !movement || !(costOf(*together, x) < costOf(all)) || !isInOneLoop(x, op, behind.back()))
      return rewriter.notifyMatchFailure(op, "the movements do not get fewer");
    pass(op, *moved, x, *movement, rewriter);
    return mlir::success();
  }

  /// The op computes on `x`, and what moved its operand moves its result.
  static void pass(Operation *op, OpOperand &moved, Value x, const WrittenMovement &movement,
                   PatternRewriter &rewriter) {
    remarkPassed(op, passName, "PassedMovement") << remark::add("of '{0}'", qnn::valueName(x));
    std::string name = qnn::derivedName(op, qnn::valueName(op->getResult(0)) + "/unmoved");
    Operation *computed = rewriter.clone(*op);
    rewriter.modifyOpInPlace(computed, [&] {
      computed->setOperand(moved.getOperandNumber(), x);
      computed->getResult(0).setType(cast<RankedTensorType>(op->getResult(0).getType()).clone(shapeOf(x)));
      computed->setLoc(qnn::nameLoc(op->getContext(), qnn::layerName(op), name));
    });
    rewriter.replaceOp(op, Writer(op, computed->getResult(0), rewriter).write(movement));
  }

private:
  /// Nothing that is computed once may come to be computed at each step.
  static bool isInOneLoop(Value x, Operation *op, Operation *last) {
    Operation *first = x.getDefiningOp();
    return llvm::none_of(*op->getBlock(), [&](Operation &other) {
      return isa<qnn::LoopBeginOp, qnn::LoopEndOp>(other) && other.isBeforeInBlock(last) &&
             (!first || first->isBeforeInBlock(&other));
    });
  }
};

/// transpose(a) + transpose(b) -> transpose(a + b)
struct JoinMoved : RewritePattern {
  explicit JoinMoved(MLIRContext *context) : RewritePattern(MatchAnyOpTypeTag(), 1, context) {}

  LogicalResult matchAndRewrite(Operation *op, PatternRewriter &rewriter) const final {
    if (!isa<qnn::AddOp, qnn::SubOp, qnn::MulOp, qnn::DivOp>(op))
      return rewriter.notifyMatchFailure(op, "not of two values");
    Operation *lhs = op->getOperand(0).getDefiningOp(), *rhs = op->getOperand(1).getDefiningOp();
    auto isOwn = [](Operation *movement) { return isMovement(movement) && movement->hasOneUse(); };
    if (!isOwn(lhs) || !isOwn(rhs) || lhs->getOperand(0).getType() != rhs->getOperand(0).getType() ||
        !OperationEquivalence::isEquivalentTo(lhs, rhs, OperationEquivalence::ignoreValueEquivalence, nullptr,
                                              OperationEquivalence::IgnoreLocations |
                                                  OperationEquivalence::IgnoreDiscardableAttrs))
      return rewriter.notifyMatchFailure(op, "the values do not move alike");
    std::optional<WrittenMovement> movement = composed(Chain{lhs});
    if (!movement)
      return rewriter.notifyMatchFailure(op, "the axes cut each other");
    Value other = rhs->getOperand(0);
    rewriter.modifyOpInPlace(op, [&] { op->setOperand(1, other); });
    PassElementwise::pass(op, op->getOpOperand(0), lhs->getOperand(0), *movement, rewriter);
    return mlir::success();
  }
};

struct ComposeMovements : tare::impl::ComposeMovementsBase<ComposeMovements> {
  void runOnFunction() final {
    RewritePatternSet patterns(&getContext());
    patterns.add<ComposeChain, PassElementwise, JoinMoved>(&getContext());
    GreedyRewriteConfig config;
    config.enableFolding(false).setRegionSimplificationLevel(GreedySimplifyRegionLevel::Disabled);
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns), config)))
      return signalPassFailure();
    eraseDeadOps(getOperation().getBody());
    getOperation().walk([](Operation *op) { reportRest(op); });
  }

private:
  static void reportRest(Operation *op) {
    if (!isMovement(op) || (op->hasOneUse() && isMovement(*op->user_begin())))
      return;
    Chain chain = chainBefore(op->getResult(0));
    if (transposesIn(chain) < 2)
      return;
    remarkMissed(op, passName, "NotComposed")
        << remark::reason("{0}", composed(chain) ? "others read what is between the transposes"
                                                 : "a reshape between the transposes cuts through axes");
  }
};

} // namespace
