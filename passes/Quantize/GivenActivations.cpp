//===- GivenActivations.cpp - A model's own activation grids --------------===//
#include "Quantize/GivenGrids.h"
#include "Quantize/GridGroups.h"
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

/// "value 'x' of node 'x_q' (..)", for the integers of an activation.
std::string described(Value integers, const std::string &detail) {
  Operation *maker = integers.getDefiningOp();
  std::string text = "value '" + qnn::valueName(maker ? maker->getOperand(0) : integers) + "'";
  if (maker)
    text += " of node '" + qnn::layerName(maker) + "'";
  return text + " (" + detail + ")";
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
  const double reach = double(std::max(grid.max - grid.zeroPoint(), grid.zeroPoint() - grid.min));
  near.scales = {powerOfTwo ? 2 * grid.scale() : double(float(grid.scale() * reach / double(limit)))};
  near.zeroPoints = {0};
  return near;
}

class ActivationConformer {
public:
  ActivationConformer(func::FuncOp function, const Target &target, bool repair)
      : boundary(function), target(target), repair(repair) {}

  void look(Value integers) {
    std::optional<Grid> grid = Grid::of(integers.getType());
    if (!grid || isTail(integers, *grid))
      return;
    if (!grid->isPerTensor())
      return axes.push_back(described(
          integers, llvm::formatv("{0} scales and zero points along axis {1}", grid->scales.size(), *grid->axis)));
    const ActivationFormat *format = formatOfBits(target, grid->bits);
    if (auto argument = dyn_cast<BlockArgument>(integers); argument && !format)
      return inputs.push_back(described(integers, integerName(argument, *grid)));
    if (!format)
      return widths[grid->bits].push_back(described(integers, "i" + std::to_string(grid->bits)));
    if (!isComputedOn(integers))
      return;
    if (target.powerOfTwoScales() && !exponentOf(grid->scale()))
      return otherScales.push_back(scaleOf(integers, *grid));
    Grid near = nearestGrid(*grid, *format, target.powerOfTwoScales());
    if (sameGrid(near, *grid))
      return;
    if (near.zeroPoint() != grid->zeroPoint() && !repair)
      return zeroPoints.push_back(described(integers, "zero point " + std::to_string(grid->zeroPoint())));
    changes.emplace_back(integers, near);
  }

  /// The errors, where there are any; otherwise all changes are made and told.
  LogicalResult finish(func::FuncOp function) {
    if (!axes.empty())
      return function.emitError() << "activations with a scale per channel: " << llvm::join(axes, ", ")
                                  << "; hardware has one scale for a whole activation: quantize activations per "
                                  << "tensor, weights alone per channel";
    if (!inputs.empty())
      return function.emitError() << "target '" << target.name << "' has no activations of their width, but the model "
                                  << "takes integers: " << llvm::join(inputs, ", ")
                                  << "; give the model float inputs, or take another target (tare target list)";
    for (const auto &[bits, values] : widths)
      return function.emitError()
             << "target '" << target.name << "' has no i" << bits
             << " activations, but the model quantizes to them: " << llvm::join(values, ", ")
             << "; quantize them to a type that the target lists, convert the float model, or take "
             << "another target (tare target list)";
    if (!otherScales.empty())
      return refuseScales(function, target, otherScales);
    if (!zeroPoints.empty())
      return function.emitError()
             << "target '" << target.name
             << "' has symmetric activations, zero point 0, but the model quantizes to others: "
             << llvm::join(zeroPoints, ", ")
             << "; do without --no-repair, which gives them coarser scales, or convert the float model";
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
    std::string name = qnn::valueName(maker ? maker->getOperand(0) : integers);
    if (before.zeroPoint() == grid.zeroPoint())
      return tellOfLeastInteger(at, maker ? maker->getOperand(0) : integers, before, grid);
    reportRepair(
        at, {"SymmetricGrid", 1, 0.5},
        llvm::formatv("value '{0}' has the zero point {1}, but target '{2}' has symmetric activations: its scale "
                      "{3:e3} is now {4:e3} with zero point 0, which costs at most 0.5 LSB of the new grid",
                      name, before.zeroPoint(), target.name, before.scale(), grid.scale())
            .str());
  }

  /// One integer fewer, which symmetric quantizers leave out as a rule, so that few values ever have it; of those that
  /// calibration saw to have it, or, of 8 bits, of which it saw nothing, that one number is a step off.
  void tellOfLeastInteger(Operation *at, Value real, const Grid &before, const Grid &grid) const {
    std::string name = qnn::valueName(real);
    remarkPassed(at, "tare-conform-grids", "LeastIntegerLost")
        << remark::reason("'{0}' begins at {1} now", name, grid.min);
    qnn::RangeAttr range = rangeAttr(real);
    double border = before.scale() * (double(before.min) + 0.5 - double(before.zeroPoint()));
    constexpr unsigned narrow = 8;
    if (range ? range.getMin() > border : before.bits > narrow)
      return;
    std::string reach = llvm::formatv("may be the integer {0} in the model", before.min);
    if (range)
      reach = llvm::formatv("goes down to {0:e3}, integer {1} of the model's", range.getMin(), before.min);
    std::string text =
        llvm::formatv("value '{0}' {1}, but on target '{2}', whose activations are symmetric, it ends at "
                      "{3}: what is less is a step off",
                      name, reach, target.name, grid.min);
    reportWarning(at->getLoc(), {"LeastInteger", "", name, 1, CostUnit::lsb, text,
                                 "quantize the model symmetrically, or take a target that has the least integer"});
  }

  OutputBoundary boundary;
  const Target &target;
  const bool repair;
  SmallVector<std::string> axes, zeroPoints, otherScales;
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
