//===- PlaceMoves.cpp - Movements that the target has no operator for -----===//
//
// Invariant: afterwards every transpose, slice, concatenation, padding and choice
// by indices is one of the target's operators, for the elements that it moves.
//
//===----------------------------------------------------------------------===//
#include "Remarks.h"
#include "tare/Dialect/Npu/ActivationTypes.h"
#include "tare/Dialect/Npu/IntegerGrid.h"
#include "tare/Dialect/Npu/NpuOps.h"
#include "tare/Dialect/Qnn/Constants.h"
#include "tare/Dialect/Qnn/Host.h"
#include "tare/Passes/Passes.h"

#include "llvm/ADT/TypeSwitch.h"
#include <algorithm>
#include <limits>

namespace tare {
#define GEN_PASS_DEF_PLACEMOVES
#include "tare/Passes/Passes.h.inc"
} // namespace tare

using namespace mlir;
using namespace tare;

namespace {

/// A node that moves the same, and the constants that it reads behind the op's operands.
struct MovingNode {
  host::Node node;
  std::vector<Tensor> constants;
};

using List = std::vector<int64_t>;

List wide(ArrayRef<int32_t> list) { return List(list.begin(), list.end()); }

Tensor integers(const List &list) {
  Tensor tensor(ElementType::i64, {int64_t(list.size())});
  llvm::copy(list, tensor.mutableAs<int64_t>());
  return tensor;
}

MovingNode nodeOf(npu::TransposeOp op) {
  return {{"Transpose", 13, host::Attributes({{"perm", wide(op.getPermutation())}})}, {}};
}

MovingNode nodeOf(npu::ConcatOp op) {
  return {{"Concat", 13, host::Attributes({{"axis", int64_t(op.getAxis())}})}, {}};
}

MovingNode nodeOf(npu::SliceOp op) {
  List ends, axes;
  for (auto [axis, size] : llvm::enumerate(op.getSizes())) {
    int64_t step = op.getSteps()[axis], end = op.getStarts()[axis] + size * step;
    // Before the first element: a negative end would count from the last.
    ends.push_back(end < 0 ? std::numeric_limits<int64_t>::min() : end);
    axes.push_back(int64_t(axis));
  }
  return {{"Slice", 13},
          {integers(wide(op.getStarts())), integers(ends), integers(axes), integers(wide(op.getSteps()))}};
}

template <typename T> Tensor scalar(ElementType element, int64_t number) {
  Tensor tensor(element, {});
  *tensor.mutableAs<T>() = T(number);
  return tensor;
}

/// What fills a border of such elements.
Tensor fillOf(ElementType element, int64_t number) {
  switch (element) {
  case ElementType::i8:
    return scalar<int8_t>(element, number);
  case ElementType::i16:
    return scalar<int16_t>(element, number);
  case ElementType::i32:
    return scalar<int32_t>(element, number);
  case ElementType::f32:
    return scalar<float>(element, number);
  // What the op takes beside these.
  default:
    return scalar<int64_t>(ElementType::i64, number);
  }
}

MovingNode nodeOf(npu::PadOp op) {
  List pads = wide(op.getLow());
  llvm::append_range(pads, op.getHigh());
  const ElementType element = qnn::toHost(op.getType()).element;
  return {{"Pad", 13, host::Attributes({{"mode", std::string(program::EnumNamePadMode(op.getMode()))}})},
          {integers(pads), fillOf(element, op.getValue())}};
}

MovingNode nodeOf(npu::GatherOp op) {
  return {{"Gather", 13, host::Attributes({{"axis", int64_t(op.getAxis())}})}, {}};
}

std::optional<MovingNode> moving(Operation *op) {
  return llvm::TypeSwitch<Operation *, std::optional<MovingNode>>(op)
      .Case<npu::TransposeOp, npu::ConcatOp, npu::SliceOp, npu::PadOp, npu::GatherOp>(
          [](auto each) { return nodeOf(each); })
      .Default([](Operation *) { return std::nullopt; });
}

/// Why the target does not move them; nothing where it does.
std::optional<std::string> whyNot(Operation *op, const Target &target) {
  const StringRef name = op->getName().stripDialect();
  if (!target.hasOp(name))
    return "the target has no " + name.str();
  std::optional<ElementType> type = npu::missingType(op, target);
  if (!type)
    return std::nullopt;
  return "the target has no " + name.str() + " of " + EnumNameElementType(*type) + " activations";
}

struct PlaceMoves : tare::impl::PlaceMovesBase<PlaceMoves> {
  void runOnFunction() final {
    FailureOr<Target> target = npu::getTarget(getOperation());
    if (failed(target))
      return signalPassFailure();
    for (Operation &op : llvm::make_early_inc_range(getOperation().front()))
      if (std::optional<MovingNode> node = moving(&op))
        if (std::optional<std::string> why = whyNot(&op, *target))
          place(&op, *node, *why);
  }

private:
  static void place(Operation *op, const MovingNode &moving, StringRef reason) {
    OpBuilder builder(op);
    MLIRContext *context = op->getContext();
    SmallVector<Value> inputs(op->getOperands());
    for (auto [index, constant] : llvm::enumerate(moving.constants)) {
      std::string name = qnn::layerName(op) + "_" + std::to_string(1 + index);
      inputs.push_back(
          npu::ConstantOp::create(builder, qnn::nameLoc(context, name, name), qnn::toAttr(context, constant, name)));
    }
    auto placed = npu::HostOp::create(builder, op->getLoc(), op->getResultTypes(), moving.node.op, moving.node.opset,
                                      inputs, DenseI64ArrayAttr(), qnn::toDictionary(context, moving.node.attributes),
                                      builder.getStringAttr(reason));
    if (quant::QuantizedType grid = npu::gridOf(op->getResult(0)))
      npu::setGrid(placed, grid);
    remarkPassed(op, "tare-place-moves", "OnHost") << remark::reason("{0}", reason);
    op->replaceAllUsesWith(placed);
    op->erase();
  }
};

} // namespace
