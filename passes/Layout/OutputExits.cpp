//===- OutputExits.cpp - Where outputs leave the program ------------------===//
//
// A dequantize behind movements comes to the border as far as its scales can
// follow: the movements then stay in the program, on integers. What they cannot
// follow, a reshape that splits the channels or a concatenation of different
// grids, is the host's together with all that comes behind it.
//
//===----------------------------------------------------------------------===//
#include "Layout/OutputExits.h"

#include "tare/Dialect/Npu/IntegerGrid.h"
#include "tare/Dialect/Npu/Movements.h"
#include "tare/Dialect/Npu/NpuOps.h"
#include "tare/Dialect/Qnn/Names.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;

namespace tare {
namespace {

/// Integers that the model itself joins have one grid and one sign: they leave as one.
bool joinsReals(Operation *op) {
  auto concat = dyn_cast<npu::ConcatOp>(op);
  return concat && concat.getType().getElementType().isF32();
}

//===----------------------------------------------------------------------===//
// Scales that follow a movement
//===----------------------------------------------------------------------===//

struct Scales {
  SmallVector<double> list;
  int32_t axis = 0;
};

std::optional<Scales> follow(Operation *movement, npu::DequantizeOp dequantize) {
  Scales scales{SmallVector<double>(dequantize.getScales()), int32_t(dequantize.getAxis())};
  if (scales.list.size() == 1)
    return Scales{scales.list, 0};
  if (auto slice = dyn_cast<npu::SliceOp>(movement))
    return Scales{npu::sliced(scales.list, scales.axis, slice), scales.axis};
  std::optional<int32_t> axis = npu::axisAfter(movement, scales.axis);
  return axis ? std::optional(Scales{scales.list, *axis}) : std::nullopt;
}

/// One scale for all, the same list for each part, or a list of lists where the parts are joined along its axis.
std::optional<Scales> join(npu::ConcatOp concat, ArrayRef<npu::DequantizeOp> parts) {
  npu::DequantizeOp first = parts.front();
  auto isLike = [&](npu::DequantizeOp part) {
    return part.getZeroPoint() == first.getZeroPoint() &&
           part.getInput().getType().getElementType() == first.getInput().getType().getElementType();
  };
  if (!llvm::all_of(parts, isLike))
    return std::nullopt;
  auto isSame = [&](npu::DequantizeOp part) {
    return part.getScales() == first.getScales() && (part.getScales().size() == 1 || part.getAxis() == first.getAxis());
  };
  int32_t axis = concat.getAxis();
  bool isAlong = first.getScales().size() > 1 && int32_t(first.getAxis()) == axis;
  if (!isAlong && llvm::all_of(parts, isSame))
    return Scales{SmallVector<double>(first.getScales()), int32_t(first.getAxis())};
  Scales scales{{}, axis};
  for (npu::DequantizeOp part : parts) {
    int64_t count = part.getType().getDimSize(axis);
    if (part.getScales().size() == 1)
      scales.list.append(count, part.getScales()[0]);
    else if (int32_t(part.getAxis()) == axis)
      llvm::append_range(scales.list, part.getScales());
    else
      return std::nullopt;
  }
  return scales;
}

class Finder {
public:
  Finder(HostKinds kinds, OpBuilder &builder, function_ref<void(Operation *)> strip)
      : kinds(kinds), builder(builder), strip(strip) {}

  void visit(Value value) {
    Operation *op = takenOff(value);
    if (op && exitsBehind(op) <= mostExits)
      return takeOff(op);
    if (op && kinds.concat)
      return joinInProgram(value);
    exits.push_back({value, {}});
  }

  SmallVector<Exit, 1> exits;

private:
  /// An output leaves in so many parts at most. What is read several times leaves as often: where paths part and join
  /// again there are as many parts as paths.
  static constexpr double mostExits = 1024;

  /// Parts that are joined in the program, where that can be, are one.
  void joinInProgram(Value value) {
    HostKinds others = kinds;
    others.concat = false;
    Finder finder(others, builder, strip);
    finder.visit(value);
    llvm::append_range(exits, finder.exits);
  }

  /// The op, next to `value`, that is the host's; null where `value` leaves as it is.
  Operation *takenOff(Value value) {
    Operation *op = value.getDefiningOp();
    if (op && isChosen(op))
      return op;
    npu::DequantizeOp last = kinds.dequantize ? dequantizeLast(value) : nullptr;
    if (last)
      return last;
    return npu::movesElements(op) && hidesChosen(op) ? op : nullptr;
  }

  double exitsBehind(Operation *op) {
    auto [known, isNew] = exitCounts.try_emplace(op, 0.0);
    if (!isNew)
      return known->second;
    double count = 0;
    for (Value operand : op->getOperands()) {
      Operation *next = takenOff(operand);
      count += next ? exitsBehind(next) : 1;
    }
    return exitCounts[op] = count;
  }

  /// Movements that the host is to do wherever they are next to an output.
  bool isChosen(Operation *op) const {
    return (kinds.transpose && isa<npu::TransposeOp>(op)) || (kinds.concat && joinsReals(op));
  }

  /// Whether behind this movement there are ops that the host is to do, which then get no nearer to the output.
  bool hidesChosen(Operation *movement) {
    auto [known, isNew] = hiding.try_emplace(movement, false);
    if (!isNew)
      return known->second;
    return hiding[movement] = llvm::any_of(movement->getOperands(), [&](Value operand) {
             Operation *op = operand.getDefiningOp();
             return op && ((kinds.dequantize && isa<npu::DequantizeOp>(op)) || (kinds.concat && joinsReals(op)) ||
                           (npu::movesElements(op) && hidesChosen(op)));
           });
  }

  void takeOff(Operation *op) {
    for (Value operand : op->getOperands())
      visit(operand);
    exits.back().steps.push_back(hostStepFor(op));
    strip(op);
  }

  /// A dequantize whose result equals `value`, if its scales can follow all movements between; or null.
  npu::DequantizeOp dequantizeLast(Value value) {
    auto [known, isNew] = lasts.try_emplace(value, nullptr);
    return isNew ? lasts[value] = makeDequantizeLast(value) : known->second;
  }

  npu::DequantizeOp makeDequantizeLast(Value value) {
    Operation *op = value.getDefiningOp();
    if (auto dequantize = dyn_cast_or_null<npu::DequantizeOp>(op))
      return dequantize;
    if (!npu::movesElements(op) || (kinds.concat && joinsReals(op)))
      return nullptr;
    SmallVector<npu::DequantizeOp> parts;
    SmallVector<Value> integers;
    for (Value operand : op->getOperands()) {
      parts.push_back(dequantizeLast(operand));
      if (!parts.back())
        return nullptr;
      integers.push_back(parts.back().getInput());
    }
    auto concat = dyn_cast<npu::ConcatOp>(op);
    std::optional<Scales> scales = concat ? join(concat, parts) : follow(op, parts.front());
    if (!scales)
      return nullptr;
    Location loc = qnn::withValueName(parts.back().getLoc(), qnn::valueName(value));
    return npu::DequantizeOp::create(builder, loc, onIntegers(op, integers), scales->list, scales->axis,
                                     parts.front().getZeroPoint());
  }

  /// The movement, of integers.
  Value onIntegers(Operation *movement, ArrayRef<Value> operands) {
    return TypeSwitch<Operation *, Value>(movement)
        .Case([&](npu::TransposeOp op) {
          return npu::TransposeOp::create(builder, op.getLoc(), operands.front(), op.getPermutation());
        })
        .Case([&](npu::ReshapeOp op) {
          return npu::ReshapeOp::create(builder, op.getLoc(), operands.front(), op.getShape());
        })
        .Case([&](npu::SliceOp op) {
          return npu::SliceOp::create(builder, op.getLoc(), operands.front(), op.getStarts(), op.getSteps(),
                                      op.getSizes());
        })
        .Case([&](npu::ConcatOp op) { return npu::ConcatOp::create(builder, op.getLoc(), operands, op.getAxis()); });
  }

  HostKinds kinds;
  OpBuilder &builder;
  function_ref<void(Operation *)> strip;
  // What has been found out of an op or a value, which several paths may lead to.
  llvm::DenseMap<Operation *, double> exitCounts;
  llvm::DenseMap<Operation *, bool> hiding;
  llvm::DenseMap<Value, npu::DequantizeOp> lasts;
};

} // namespace

Attribute hostStepFor(Operation *op) {
  MLIRContext *context = op->getContext();
  return TypeSwitch<Operation *, Attribute>(op)
      .Case([&](npu::QuantizeOp op) {
        return npu::QuantizeStepAttr::get(context, op.getScaleAttr(), op.getZeroPoint(), op.getOutput(),
                                          op.getNarrow());
      })
      .Case([&](npu::DequantizeOp op) {
        return npu::DequantizeStepAttr::get(context, op.getScalesAttr(), op.getAxis(), op.getZeroPoint());
      })
      .Case([&](npu::TransposeOp op) { return npu::TransposeStepAttr::get(context, op.getPermutation()); })
      .Case([&](npu::ReshapeOp op) { return npu::ReshapeStepAttr::get(context, op.getShape()); })
      .Case([&](npu::SliceOp op) {
        return npu::SliceStepAttr::get(context, op.getStarts(), op.getSteps(), op.getSizes());
      })
      .Case([&](npu::ConcatOp op) { return npu::ConcatStepAttr::get(context, op.getAxis(), op.getInputs().size()); });
}

SmallVector<Exit, 1> exitsOf(Value value, HostKinds kinds, OpBuilder &builder, function_ref<void(Operation *)> strip) {
  Finder finder(kinds, builder, strip);
  finder.visit(value);
  return std::move(finder.exits);
}

} // namespace tare
