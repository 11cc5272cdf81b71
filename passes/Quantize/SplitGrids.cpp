//===- SplitGrids.cpp - One grid for each value ---------------------------===//
//
// Invariant: afterwards all quantizers of what an op computes have one grid.
// Values that are integers already may be requantized to any number of grids,
// and inputs quantized to any.
//
//===----------------------------------------------------------------------===//
#include "Graph/Limits.h"
#include "Quantize/ActivationChoice.h"
#include "Quantize/Tails.h"
#include "Remarks.h"
#include "tare/Diagnostics/Warning.h"
#include "tare/Dialect/Npu/NpuAttributes.h"
#include "tare/Dialect/Qnn/Constants.h"
#include "tare/Dialect/Qnn/DerivedNames.h"
#include "tare/Dialect/Qnn/Movements.h"
#include "tare/Passes/Passes.h"

#include "llvm/ADT/StringExtras.h"
#include <algorithm>

namespace tare {
#define GEN_PASS_DEF_SPLITGRIDS
#include "tare/Passes/Passes.h.inc"
} // namespace tare

using namespace mlir;
using namespace tare;
using qnn::Grid;
using qnn::GridOpInterface;
using qnn::GridRule;

namespace {

constexpr StringLiteral passName = "tare-split-grids";

/// A grid serves readers that have no quantizer of their own if it cuts off no more than this share of the value's
/// range ..
constexpr double harmlessCut = 1.0 / 32;
/// .. and its step is no larger than this many steps of an 8-bit grid of that range.
constexpr double harmlessSteps = 2.0;

/// What a reader wants of a float value: a grid, to leave the graph as it is, or nothing.
struct Wish {
  /// A grid per tensor, or null.
  Type grid;
  bool leaves = false;

  bool operator==(const Wish &) const = default;
};

/// The readers of a value that have one wish.
struct Readers {
  Wish wish;
  SmallVector<OpOperand *> uses;

  bool wantGrid() const { return bool(wish.grid); }
};

bool isQuantizer(OpOperand *use) { return isa<quant::QuantizeCastOp>(use->getOwner()); }

/// Whether rounding the operand of `op` to a grid gives what rounding its result to that grid does.
bool commutesWithRounding(GridOpInterface op) {
  return op.getGridRule() == GridRule::Same || op.getGridRule() == GridRule::Unified || limitsOf(op);
}

/// The products that `op` sums; 0 for ops that are no layers with weights.
int64_t multiplications(Operation *op) {
  auto accumulator = dyn_cast<qnn::AccumulatorOpInterface>(op);
  if (!accumulator)
    return 0;
  auto count = [](Value value) { return cast<ShapedType>(value.getType()).getNumElements(); };
  // A transposed convolution's input elements each meet all weights, an ordinary one's results.
  Value each = accumulator.foldsZeroPoint() ? op->getResult(0) : accumulator.getActivationOperand().get();
  return count(each) * count(accumulator.getWeightOperand().get()) / accumulator.getOutputChannels();
}

/// Splits the ops of one function, from its results to its inputs.
class Splitter {
public:
  Splitter(func::FuncOp function, const Tails &tails) : function(function), tails(tails) {}

  void run() {
    SmallVector<Operation *> ops;
    for (Operation &op : function.getBody().front())
      ops.push_back(&op);
    for (Operation *op : llvm::reverse(ops))
      if (isa<GridOpInterface>(op) && qnn::isFloatTensor(op->getResult(0)) && !op->use_empty())
        splitOp(op);
    for (Value argument : function.getArguments())
      if (qnn::isFloatTensor(argument))
        castInput(argument);
    if (!unserved.empty())
      reportWarning(
          function.getLoc(),
          {"NoRange", "", "", 0, CostUnit::none,
           "no range is known for " + llvm::join(llvm::reverse(unserved), ", ") + ": who reads " +
               (unserved.size() == 1 ? "it" : "them") +
               " without a quantizer gets the widest grid of the other readers' quantizers, which may cut off "
               "values",
           "give --calibration for a grid of their own"});
  }

private:
  void splitOp(Operation *op) {
    Value value = op->getResult(0);
    SmallVector<Readers> groups = readersOf(value);
    serveOthers(value, groups);
    if (groups.size() > 1)
      remarkPassed(op, passName, "ComputedPerGrid")
          << remark::add("{0} times: its readers want as many grids", groups.size())
          << remark::metric("Multiplications", multiplications(op) * int64_t(groups.size()));
    if (groups.size() == 1)
      return settle(value, groups.front());
    // The op itself stays with the last ones: readers that want no grid, where there are any.
    OpBuilder builder(op);
    for (auto [number, readers] : llvm::enumerate(llvm::drop_end(groups))) {
      Operation *copy = builder.clone(*op);
      for (OpOperand *use : readers.uses)
        use->set(copy->getResult(0));
      nameCopy(copy, readers, number);
      settle(copy->getResult(0), readers);
    }
    nameCopy(op, groups.back(), groups.size() - 1);
    settle(value, groups.back());
  }

  /// Of a value that has several forms, the rounded ones are known by their quantizers.
  static void nameCopy(Operation *op, const Readers &readers, size_t number) {
    if (!readers.wantGrid())
      return;
    auto *quantizer = llvm::find_if(readers.uses, isQuantizer);
    std::string name = quantizer != readers.uses.end()
                           ? qnn::valueName((*quantizer)->getOwner()->getResult(0))
                           : qnn::derivedName(op, qnn::valueName(op->getResult(0)) + ":" + std::to_string(number));
    op->setLoc(qnn::nameLoc(op->getContext(), qnn::layerName(op), name));
  }

  /// All readers of `value` have one wish: notes it, and quantizes in front of those that want it to.
  void settle(Value value, const Readers &readers) {
    wishes[value] = readers.wish;
    bool takesOver = readers.uses.size() == 1 && adopts(*readers.uses.front());
    if (readers.wantGrid() && !takesOver)
      quantize(value, readers);
  }

  /// Whether the op that computes the value takes the grid over from its one reader anyway.
  static bool adopts(OpOperand &use) {
    auto reader = dyn_cast<GridOpInterface>(use.getOwner());
    if (!reader)
      return false;
    Operation *maker = use.get().getDefiningOp();
    return limitsOf(reader) ? maker && (isa<qnn::ClampOpInterface>(maker) || limitsOf(maker))
                            : commutesWithRounding(reader);
  }

  /// Readers that are no quantizers read the value through the grid that they want.
  static void quantize(Value value, const Readers &readers) {
    if (llvm::all_of(readers.uses, isQuantizer))
      return;
    OpBuilder builder(value.getContext());
    builder.setInsertionPointAfterValue(value);
    Operation *maker = value.getDefiningOp();
    Value rounded = castBothWays(builder, value, *Grid::of(readers.wish.grid),
                                 maker ? qnn::layerName(maker) : qnn::valueName(value));
    for (OpOperand *use : readers.uses)
      if (!isQuantizer(use))
        use->set(rounded);
  }

  /// An input is quantized for each grid.
  void castInput(Value argument) {
    SmallVector<Readers> groups = readersOf(argument);
    serveOthers(argument, groups);
    bool alone = groups.size() == 1 && groups.front().uses.size() == 1;
    for (const Readers &readers : groups)
      if (readers.wantGrid() && !alone)
        quantize(argument, readers);
  }

  //===--------------------------------------------------------------------===//
  // What readers want
  //===--------------------------------------------------------------------===//

  /// One step of a walk that `wishes` remembers. It goes on through all that commutes with rounding, a pooling too, and
  /// asks whether readers want the same.
  Wish wishOf(OpOperand &use) const {
    Operation *user = use.getOwner();
    if (isQuantizer(&use))
      return {qnn::quantizedElement(user->getResult(0).getType())};
    if (user->hasTrait<OpTrait::IsTerminator>())
      return {nullptr, /*leaves=*/true};
    auto op = dyn_cast<GridOpInterface>(user);
    // What interpolates between numbers that a grid has cut off is off by far; without a range there is nothing better.
    if (!op || !commutesWithRounding(op) || (op.interpolates() && findRange(use.get())))
      return {};
    Wish wish = wishes.lookup(user->getResult(0));
    // An axis of scales would have to move along.
    bool passes = wish.leaves ? op.movesElements() : wish.grid && !Grid::of(wish.grid)->axis;
    return passes ? wish : Wish();
  }

  /// By wishes, in the order of the uses.
  SmallVector<Readers> readersOf(Value value) const {
    SmallVector<OpOperand *> uses = llvm::map_to_vector(value.getUses(), [](OpOperand &use) { return &use; });
    SmallVector<Readers> groups;
    for (OpOperand *use : llvm::reverse(uses)) {
      Wish wish = wishOf(*use);
      auto found = llvm::find_if(groups, [&](const Readers &readers) { return readers.wish == wish; });
      if (found == groups.end())
        found = groups.insert(groups.end(), {wish, {}});
      found->uses.push_back(use);
    }
    return groups;
  }

  //===--------------------------------------------------------------------===//
  // Readers without a quantizer
  //===--------------------------------------------------------------------===//

  /// Gives readers that want no grid one of the others', where that serves them. What is left of them is the last
  /// group; it leaves the graph if all of it does.
  void serveOthers(Value value, SmallVector<Readers> &groups) {
    auto isOther = [](const Readers &readers) { return !readers.wantGrid(); };
    SmallVector<Readers> others(llvm::make_filter_range(groups, isOther));
    llvm::erase_if(groups, isOther);
    std::optional<Readers> left;
    // There are two at most, and those that leave are last.
    if (!others.empty() && others.front().wish.leaves)
      std::reverse(others.begin(), others.end());
    for (Readers &readers : others) {
      Readers *serving = left ? &*left : servingGrid(value, groups, readers.wish.leaves);
      if (serving)
        serving->uses.append(readers.uses);
      else
        left = std::move(readers);
    }
    if (left)
      groups.push_back(std::move(*left));
  }

  /// The readers whose grid serves others: the finest of those that hold the value. Null where none does.
  Readers *servingGrid(Value value, SmallVector<Readers> &groups, bool leaves) {
    Readers *best = nullptr;
    std::optional<qnn::Interval> range = findRange(value);
    if (leaves && (isa<BlockArgument>(value) || (!range && mayLeaveAsAccumulator(value))))
      return nullptr;
    auto step = [](const Readers &readers) { return Grid::of(readers.wish.grid)->scale(); };
    auto span = [](const Readers &readers) {
      auto [min, max] = coveredRange(*Grid::of(readers.wish.grid));
      return max - min;
    };
    for (Readers &readers : groups) {
      if (!readers.wantGrid() || !Grid::of(readers.wish.grid)->isPerTensor())
        continue;
      if (range ? serves(readers.wish.grid, *range) && (!best || step(readers) < step(*best))
                : !best || span(readers) > span(*best))
        best = &readers;
    }
    if (best && !range)
      unserved.push_back("'" + qnn::valueName(value) + "'");
    return best;
  }

  static bool serves(Type type, std::pair<double, double> range) {
    Grid grid = *Grid::of(type);
    auto [min, max] = coveredRange(grid);
    double width = range.second - range.first;
    if (width == 0)
      return true;
    return std::max(min - range.first, range.second - max) <= harmlessCut * width &&
           grid.scale() <= harmlessSteps * width / 255.0;
  }

  /// Whether the value, or what it moves, may be an accumulator that leaves the graph.
  bool mayLeaveAsAccumulator(Value value) const {
    auto movesOne = [](Operation *op) { return qnn::movesElements(op) && op->getNumOperands() == 1; };
    return !qnn::allMadeFrom(value, movesOne, [&](Value made) {
      Operation *op = made.getDefiningOp();
      return !op || !tails.mayKeepAccumulator(op);
    });
  }

  func::FuncOp function;
  const Tails &tails;
  /// Of values all of whose readers have the same.
  DenseMap<Value, Wish> wishes;
  /// Values of which no range is known, whose readers got a grid that may not hold them.
  SmallVector<std::string> unserved;
};

struct SplitGrids : tare::impl::SplitGridsBase<SplitGrids> {
  using SplitGridsBase::SplitGridsBase;

  void runOnFunction() final {
    func::FuncOp function = getOperation();
    FailureOr<Target> target = npu::getTarget(function);
    const ActivationFormat *format = failed(target) ? nullptr : activationFormat(function, *target, activations);
    if (!format)
      return signalPassFailure();
    completeRanges(function);
    OutputBoundary boundary(function);
    Splitter(function, Tails(*target, *format, boundary)).run();
  }
};

} // namespace
