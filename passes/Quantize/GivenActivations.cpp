//===- GivenActivations.cpp - A model's own activation grids --------------===//
#include "Arithmetic/Multiplier.h"
#include "Quantize/GivenGrids.h"
#include "Quantize/GridGroups.h"
#include "Quantize/PassedErrors.h"
#include "Quantize/StepCosts.h"
#include "Remarks.h"
#include "tare/Diagnostics/Warning.h"
#include "tare/Dialect/Qnn/Constants.h"
#include "tare/Dialect/Qnn/QnnOps.h"
#include "tare/Passes/Repairs.h"

#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"

#include <cmath>

using namespace mlir;
using namespace tare;
using qnn::Grid;
using qnn::GridOpInterface;

namespace {

/// The integers of an accumulator that leaves.
constexpr unsigned accumulatorTailBits = 32;

/// "a, b, .. (31 in all)"; all of a few.
std::string firstOf(ArrayRef<std::string> values) {
  constexpr size_t shown = 4;
  std::string text = llvm::join(values.take_front(shown), ", ");
  return values.size() <= shown ? text : text + llvm::formatv(", .. ({0} in all)", values.size()).str();
}

/// "value 'x' of node 'x_q' (..)", for the integers of an activation; without what all of a list have.
std::string described(Value integers, const std::string &detail = "") {
  Operation *maker = integers.getDefiningOp();
  std::string text = "value '" + qnn::valueName(maker ? maker->getOperand(0) : integers) + "'";
  if (maker)
    text += " of node '" + qnn::layerName(maker) + "'";
  return detail.empty() ? text : text + " (" + detail + ")";
}

/// "'x' (3.0000e-02)", for the integers of an activation.
std::string scaleOf(Value integers, const Grid &grid) {
  Operation *maker = integers.getDefiningOp();
  Value value = isa_and_present<quant::QuantizeCastOp>(maker) ? maker->getOperand(0) : integers;
  return llvm::formatv("'{0}' ({1:e4})", qnn::valueName(value), grid.scale()).str();
}

/// The grid of the format that covers what `grid` does, to half of its own step; `grid` itself where that is one.
Grid nearestGrid(const Grid &grid, const ActivationFormat &format, bool powerOfTwo) {
  if (!format.symmetric)
    return grid;
  Grid near = grid;
  const int64_t limit = (int64_t(1) << (grid.bits - 1)) - 1;
  near.max = limit;
  near.min = -limit;
  if (grid.zeroPoint() == 0)
    return near;
  const double reach = double(grid.reach());
  near.scales = {powerOfTwo ? 2 * grid.scale() : double(float(grid.scale() * reach / double(limit)))};
  near.zeroPoints = {0};
  return near;
}

Value realOf(Value integers) {
  auto maker = integers.getDefiningOp<quant::QuantizeCastOp>();
  return maker ? maker.getInput() : integers;
}

/// What is between a layer and its function is no activation.
bool isInLayer(Value integers) {
  Operation *maker = realOf(integers).getDefiningOp();
  return maker && maker->hasAttr(qnn::inLayerAttrName) && isa<qnn::RequantOpInterface>(maker);
}

/// What is less becomes the least integer.
double borderOfLeast(const Grid &grid) { return grid.scale() * (double(grid.min) + 0.5 - double(grid.zeroPoint())); }

/// What no element is below, whatever the data are. Of each value it is found out once, as paths part and join again.
class LeastPossible {
public:
  double of(Value value) {
    auto [known, isNew] = leasts.try_emplace(value, 0.0);
    return isNew ? leasts[value] = find(value) : known->second;
  }

private:
  double find(Value value) {
    Operation *op = value.getDefiningOp();
    auto gridOp = dyn_cast_if_present<GridOpInterface>(op);
    if (std::optional<Grid> grid = gridBehind(value); grid && grid->isPerTensor())
      return coveredRange(*grid).first;
    if (!gridOp || !qnn::isFloatTensor(value))
      return -HUGE_VAL;
    double least = -HUGE_VAL;
    if (OperandRange operands = inheritedFrom(gridOp); !operands.empty()) {
      least = constantBorder(op).value_or(HUGE_VAL);
      for (Value operand : operands)
        least = std::min(least, of(operand));
    }
    if (auto function = dyn_cast<qnn::UnaryFunctionOpInterface>(op))
      least = function.getImage().first;
    if (gridOp.getGridRule() == qnn::GridRule::Bounded)
      least = std::max(least, gridOp.getBounds().first);
    if (auto clamped = dyn_cast<qnn::ClampOpInterface>(op); clamped && clamped.getClamp())
      least = std::max(least, clamped.getClamp()->getMin());
    return least;
  }

  DenseMap<Value, double> leasts;
};

/// The least integer of a model's that calibration saw, of what is quantized to them, or of their numbers; nothing
/// where it has said nothing.
std::optional<double> leastSeen(Value integers, const Grid &grid) {
  auto onGrid = [&](double real) { return real / grid.scale() + double(grid.zeroPoint()); };
  if (integers.getDefiningOp<quant::QuantizeCastOp>()) {
    qnn::RangeAttr range = rangeAttr(realOf(integers));
    return range ? std::optional(onGrid(range.getMin())) : std::nullopt;
  }
  std::optional<double> least;
  for (Operation *user : integers.getUsers()) {
    std::optional<double> seen;
    auto gridOp = dyn_cast<GridOpInterface>(user);
    if (auto cast = dyn_cast<quant::DequantizeCastOp>(user)) {
      if (qnn::RangeAttr range = rangeAttr(cast))
        seen = onGrid(range.getMin());
    } else if (isa<qnn::ReinterpretOp>(user) || (gridOp && gridOp.isRearrangement())) {
      std::optional<Grid> moved = Grid::of(user->getResult(0).getType());
      seen = moved && moved->isPerTensor() ? leastSeen(user->getResult(0), *moved) : std::nullopt;
    }
    if (!seen)
      return std::nullopt;
    least = std::min(least.value_or(HUGE_VAL), *seen);
  }
  return least;
}

/// Whether calibration saw numbers that become the least integer, or has said nothing.
bool isReached(Value integers, const Grid &grid) {
  std::optional<double> least = leastSeen(integers, grid);
  return !least || *least <= double(grid.min) + 0.5;
}

/// Whether some reader tells the least integer from the next, as a relu does not.
bool isLeastSeen(Value integers, const Grid &grid) {
  std::optional<ReaderCost> readers = costAtReaders(integers, grid.min, grid.min + 1);
  return !readers || readers->steps > 0;
}

class ActivationConformer {
public:
  ActivationConformer(func::FuncOp function, const Target &target, bool repair)
      : boundary(function), target(target), repair(repair) {}

  void look(Value integers) {
    std::optional<Grid> grid = Grid::of(integers.getType());
    if (!grid || isTail(integers, *grid) || isInLayer(integers))
      return;
    if (!grid->isPerTensor())
      return axes.push_back(described(
          integers, llvm::formatv("{0} scales and zero points along axis {1}", grid->scales.size(), *grid->axis)));
    const ActivationFormat *format = formatOfBits(target, grid->bits);
    // Wider integers hold them exactly, and become them last (tare-unify-widths).
    bool crossesBorder = entersMoved(integers) || leavesMoved(integers, boundary);
    if (crossesBorder && !format && grid->bits == 8 && target.activation(ElementType::i16))
      return;
    if (auto argument = dyn_cast<BlockArgument>(integers); argument && !format)
      return inputs.push_back(described(integers, integerName(argument, *grid)));
    if (!format)
      return widths[grid->bits].push_back(described(integers));
    if (!isComputedOn(integers))
      return;
    if (target.powerOfTwoScales() && !exponentOf(grid->scale()))
      return otherScales.push_back(scaleOf(integers, *grid));
    Grid near = nearestGrid(*grid, *format, target.powerOfTwoScales());
    if (sameGrid(near, *grid))
      return;
    if (near.zeroPoint() != grid->zeroPoint() && !repair)
      return zeroPoints.push_back(described(integers, "zero point " + std::to_string(grid->zeroPoint())));
    bool mayLose = isReached(integers, *grid) && leasts.of(realOf(integers)) <= borderOfLeast(*grid) &&
                   isLeastSeen(integers, *grid);
    if (near.zeroPoint() == grid->zeroPoint() && mayLose && !repair)
      return leastIntegers.push_back(leastIntegerOf(integers, *grid));
    changes.emplace_back(integers, near);
  }

  /// The errors, where there are any; otherwise all changes are made and told.
  LogicalResult finish(func::FuncOp function) {
    if (!axes.empty())
      return function.emitError() << "activations with a scale per channel: " << firstOf(axes)
                                  << "; hardware has one scale for a whole activation: quantize activations per "
                                  << "tensor, weights alone per channel";
    if (!inputs.empty())
      return function.emitError() << "target '" << target.name << "' has no activations of their width, but the model "
                                  << "takes integers: " << firstOf(inputs)
                                  << "; give the model float inputs, or take another target (tare target list)";
    for (const auto &[bits, values] : widths)
      return function.emitError()
             << "target '" << target.name << "' has no i" << bits
             << " activations, but the model quantizes to them: " << firstOf(values)
             << "; quantize them to a type that the target lists, convert the float model, or take "
             << "another target (tare target list)";
    if (!otherScales.empty())
      return refuseScales(function, target, otherScales);
    if (!zeroPoints.empty())
      return function.emitError()
             << "target '" << target.name
             << "' has symmetric activations, zero point 0, but the model quantizes to others: " << firstOf(zeroPoints)
             << "; do without --no-repair, which gives them coarser scales, or convert the float model";
    if (!leastIntegers.empty())
      return function.emitError()
             << "target '" << target.name
             << "' has symmetric activations, without the least integer, but the model quantizes to it: "
             << firstOf(leastIntegers)
             << "; do without --no-repair, which makes it the next one and says what that costs, or take a target that "
             << "has the least integer (tare target list)";
    for (auto &[integers, grid] : changes)
      change(integers, grid);
    return mlir::success();
  }

private:
  /// As the model has them: "uint8".
  static std::string integerName(BlockArgument argument, const Grid &grid) {
    auto function = cast<func::FuncOp>(argument.getOwner()->getParentOp());
    bool isUnsigned = function.getArgAttr(argument.getArgNumber(), qnn::portUnsignedAttrName) != nullptr;
    return (isUnsigned ? "uint" : "int") + std::to_string(grid.bits);
  }

  /// "value 'x' of node 'x_q' (-1.000e+00, the integer -128)", "input 'x' of uint8 (-1.000e+00, the integer 0)".
  static std::string leastIntegerOf(Value integers, const Grid &grid) {
    std::string lost =
        llvm::formatv("{0:e3}, the integer {1}", coveredRange(grid).first, grid.min + offsetOfPort(integers, grid));
    if (auto argument = dyn_cast<BlockArgument>(integers))
      return llvm::formatv("input '{0}' of {1} ({2})", qnn::valueName(integers), integerName(argument, grid), lost);
    return described(integers, lost);
  }

  /// By which the model's own integers are larger than those that stand for them.
  static int64_t offsetOfPort(Value integers, const Grid &grid) {
    auto argument = dyn_cast<BlockArgument>(integers);
    bool isUnsigned = argument && StringRef(integerName(argument, grid)).starts_with("u");
    return isUnsigned ? int64_t(1) << (grid.bits - 1) : 0;
  }

  /// An accumulator that the model itself says leaves as it is, rearranged at most: it has a scale per channel.
  bool isTail(Value integers, const Grid &grid) const {
    auto maker = integers.getDefiningOp<quant::QuantizeCastOp>();
    if (!maker || grid.bits != accumulatorTailBits || target.tail == Tail::activation || target.powerOfTwoScales())
      return false;
    return qnn::isOfAccumulators(maker.getInput()) && llvm::all_of(integers.getUsers(), [&](Operation *user) {
             return isa<quant::DequantizeCastOp>(user) && boundary.contains(user->getResult(0));
           });
  }

  /// Integers that enter, move and leave, or of which the numbers leave, may be on any grid.
  bool isComputedOn(Value integers) const {
    auto maker = integers.getDefiningOp<quant::QuantizeCastOp>();
    bool enters = !maker || isa<BlockArgument>(maker.getInput());
    return !enters || llvm::any_of(integers.getUsers(), [&](Operation *user) {
      return isa<quant::DequantizeCastOp>(user) && !boundary.contains(user->getResult(0));
    });
  }

  void change(Value integers, const Grid &grid) {
    tell(integers, grid);
    RankedTensorType before = cast<RankedTensorType>(integers.getType()), after = onGrid(before, grid);
    auto maker = integers.getDefiningOp<quant::QuantizeCastOp>();
    if (maker) {
      integers.setType(after);
      if (Grid given = *Grid::of(before); given.zeroPoint() != grid.zeroPoint())
        keepLimits(maker, given);
    }
    // The model's own integers are what leaves and enters the graph.
    for (OpOperand &use : llvm::make_early_inc_range(integers.getUses())) {
      auto cast = dyn_cast<quant::DequantizeCastOp>(use.getOwner());
      if (cast && (maker || boundary.contains(cast.getResult())))
        continue;
      OpBuilder builder(use.getOwner());
      if (maker) {
        auto real = quant::DequantizeCastOp::create(builder, maker.getLoc(), maker.getInput().getType(), integers);
        use.set(quant::QuantizeCastOp::create(builder, maker.getLoc(), before, real));
      } else if (cast) {
        builder.setInsertionPointAfter(cast);
        auto moved = quant::QuantizeCastOp::create(builder, cast.getLoc(), after, cast);
        auto real = quant::DequantizeCastOp::create(builder, cast.getLoc(), cast.getType(), moved);
        cast.getResult().replaceAllUsesExcept(real, moved);
      }
    }
  }

  /// What the model's grid cuts off stays cut off: quantizers write a relu as no more than a zero point. An input is
  /// cut behind its quantizer, as nothing computes before it.
  static void keepLimits(quant::QuantizeCastOp maker, const Grid &before) {
    auto [low, high] = coveredRange(before);
    OpBuilder builder(maker);
    auto limits = qnn::ClampAttr::get(maker.getContext(), low, high);
    Value input = maker.getInput();
    if (!isa<BlockArgument>(input) && !input.getDefiningOp<quant::DequantizeCastOp>()) {
      maker.setOperand(qnn::ClipOp::create(builder, maker.getLoc(), input.getType(), input, limits));
      return;
    }
    auto first = quant::QuantizeCastOp::create(builder, maker.getLoc(), maker.getType(), input);
    auto real = quant::DequantizeCastOp::create(builder, maker.getLoc(), input.getType(), first);
    maker.setOperand(qnn::ClipOp::create(builder, maker.getLoc(), input.getType(), real, limits));
  }

  void tell(Value integers, const Grid &grid) {
    Operation *maker = integers.getDefiningOp();
    Operation *at = maker ? maker : cast<BlockArgument>(integers).getOwner()->getParentOp();
    Grid before = *Grid::of(integers.getType());
    if (before.zeroPoint() == grid.zeroPoint())
      return tellOfLeastInteger(at, integers, before, grid);
    std::string name = qnn::valueName(maker ? maker->getOperand(0) : integers);
    // Integers that are given are multiplied, real numbers only rounded elsewhere.
    bool isGiven = isa<BlockArgument>(integers);
    double cost = 0.5 + (isGiven ? gainError(before, grid) : 0.0);
    double off = isGiven ? cost * grid.scale() : (grid.scale() + before.scale()) / 2;
    std::string text =
        llvm::formatv("value '{0}' has the zero point {1}, but target '{2}' has symmetric activations: its scale "
                      "{3:e3} is now {4:e3} with zero point 0, which costs at most {5:f1} LSB of the new grid",
                      name, before.zeroPoint(), target.name, before.scale(), grid.scale(), cost);
    if (std::optional<ReaderCost> readers = costAtReaders(integers, off); readers && readers->steps > 1) {
      cost = readers->steps;
      text += llvm::formatv(", and of '{0}' up to {1:f1} LSB", readers->result, cost);
    }
    reportRepair(at, {"SymmetricGrid", 1, cost}, text);
  }

  /// What the multiplier from one grid to the other is off at the farthest integer, in steps of the other.
  double gainError(const Grid &from, const Grid &to) const {
    double gain = from.scale() / to.scale();
    Multiplier multiplier = decompose(gain, wholeLimits(target));
    double reach = double(from.reach());
    return reach * std::abs(std::ldexp(double(multiplier.m), -multiplier.q) - gain);
  }

  /// One integer fewer, which few values ever have; those that have it are a step off, all of them the same way, and
  /// sums of them many. Where calibration saw none it costs nothing on these data.
  void tellOfLeastInteger(Operation *at, Value integers, const Grid &before, const Grid &grid) const {
    Value real = realOf(integers);
    std::string name = qnn::valueName(real);
    remarkPassed(at, "tare-conform-grids", "LeastIntegerLost")
        << remark::reason("'{0}' begins at {1} now", name, grid.min);
    if (!isLeastSeen(integers, before))
      return;
    const int64_t shown = offsetOfPort(integers, before);
    std::string text = llvm::formatv("value '{0}' ", name);
    if (auto argument = dyn_cast<BlockArgument>(integers))
      text = llvm::formatv("input '{0}' of {1} ", name, integerName(argument, before));
    const std::optional<double> least = leastSeen(integers, before);
    const bool isSeen = isReached(integers, before);
    if (!least)
      text += llvm::formatv("may be the integer {0} in the model", before.min + shown);
    else if (isSeen)
      text += llvm::formatv("goes down to {0:e3}, integer {1} of the model's",
                            before.scale() * (*least - double(before.zeroPoint())), before.min + shown);
    else
      text += llvm::formatv("has the integer {0} in the model, which calibration saw nothing of", before.min + shown);
    text += llvm::formatv(", but on target '{0}', whose activations are symmetric, it ends at {1}: what is less is a "
                          "step off",
                          target.name, grid.min + shown);
    reportWarning(at->getLoc(), leastIntegerWarning(integers, before, name, text, isSeen));
  }

  /// The cost is that of the readers, where it can be told: no less than the step itself of 8 bits, of which one is
  /// seen.
  Warning leastIntegerWarning(Value integers, const Grid &before, const std::string &name, std::string text,
                              bool isSeen) const {
    constexpr unsigned narrow = 8;
    double cost = 1;
    bool isWide = before.bits > narrow;
    std::optional<ReaderCost> readers = costAtReaders(integers, before.min, before.min + 1);
    if (readers && (readers->steps > 1 || isWide)) {
      cost = readers->steps;
      isWide = readers->isWide;
      text += llvm::formatv(", of which '{0}' is up to {1:f1} LSB off", readers->result, cost);
    }
    const char *remedy = isa<BlockArgument>(integers)
                             ? "give it other integers, or take a target that has the least one"
                             : "quantize the model symmetrically, or take a target that has the least integer";
    return {"LeastInteger", "", name, isSeen ? cost : 0, CostUnit::lsb, text, remedy, isWide};
  }

  OutputBoundary boundary;
  const Target &target;
  const bool repair;
  LeastPossible leasts;
  SmallVector<std::string> axes, zeroPoints, leastIntegers, otherScales;
  /// By their bits.
  std::map<unsigned, SmallVector<std::string>> widths;
  /// Of the model, of another width.
  SmallVector<std::string> inputs;
  SmallVector<std::pair<Value, Grid>> changes;
};

} // namespace

const ActivationFormat *tare::formatOfBits(const Target &target, unsigned bits) {
  if (bits != 8 && bits != 16)
    return nullptr;
  return target.activation(bits == 16 ? ElementType::i16 : ElementType::i8);
}

LogicalResult tare::refuseScales(func::FuncOp function, const Target &target, ArrayRef<std::string> values) {
  constexpr size_t shown = 8;
  // A value may be read by several quantizers.
  llvm::SetVector<StringRef> names;
  for (const std::string &value : values)
    names.insert(value);
  return function.emitError()
         << "target '" << target.name
         << "' only shifts, so scales must be powers of two; the model says scales that are none, of "
         << llvm::join(names.getArrayRef().take_front(shown), ", ") << (names.size() > shown ? ", .." : "") << " ("
         << names.size() << " in all); convert the float model, or one that was quantized with powers of two";
}

LogicalResult tare::conformActivations(func::FuncOp function, const Target &target, bool repair) {
  ActivationConformer conformer(function, target, repair);
  for (Value argument : function.getArguments())
    conformer.look(argument);
  function.walk([&](quant::QuantizeCastOp cast) {
    bool isTail = qnn::isAccumulator(cast.getType()) && cast.getInput().getDefiningOp<qnn::AccumulatorOpInterface>();
    if (!isTail && !qnn::constantValue(cast.getInput()))
      conformer.look(cast.getResult());
  });
  // Integers of the model's that were moved, or that a DequantizeLinear gives a meaning of its own.
  llvm::SetVector<Value> moved;
  function.walk([&](quant::DequantizeCastOp cast) {
    Operation *maker = cast.getInput().getDefiningOp();
    if (isa_and_present<GridOpInterface>(maker))
      moved.insert(cast.getInput());
  });
  for (Value integers : moved)
    conformer.look(integers);
  return conformer.finish(function);
}
