//===- Behind.cpp - The part of a network that a rounding changes ---------===//
#include "Driver/Budget/Behind.h"

#include "tare/Dialect/Qnn/QnnOps.h"

#include "mlir/Dialect/Quant/IR/Quant.h"
#include "mlir/IR/IRMapping.h"
#include "llvm/ADT/DenseSet.h"

using namespace mlir;
using namespace tare;

namespace {

/// Whether a value is a constant, or computed from such alone.
bool isFixed(Value value) {
  Operation *op = value.getDefiningOp();
  return op && !isa<qnn::LoopBeginOp, qnn::LoopEndOp>(op) && llvm::all_of(op->getOperands(), isFixed);
}

/// The ops that read what has changed.
class ChangedOps {
public:
  ChangedOps(func::FuncOp real, const Candidate &candidate) {
    values.insert(candidate.values.begin(), candidate.values.end());
    for (Operation &op : real.front().without_terminator()) {
      all.push_back(&op);
      if (llvm::any_of(op.getOperands(), [&](Value operand) { return values.contains(operand); }))
        add(&op);
      if (auto end = dyn_cast<qnn::LoopEndOp>(op))
        completeLoop(end.getBegin());
    }
  }

  /// In the order of the network.
  std::vector<Operation *> inOrder() const {
    std::vector<Operation *> order;
    llvm::copy_if(all, std::back_inserter(order), [&](Operation *op) { return changed.contains(op); });
    return order;
  }

  bool contains(Value value) const { return values.contains(value); }

private:
  void add(Operation *op) {
    changed.insert(op);
    values.insert(op->result_begin(), op->result_end());
  }

  /// Each of its steps reads what the one before has made.
  void completeLoop(Operation *begin) {
    ArrayRef<Operation *> loop = ArrayRef(all).drop_front(llvm::find(all, begin) - all.begin());
    if (llvm::any_of(loop, [&](Operation *op) { return changed.contains(op); }))
      llvm::for_each(loop, [&](Operation *op) { add(op); });
  }

  std::vector<Operation *> all;
  llvm::DenseSet<Operation *> changed;
  llvm::DenseSet<Value> values;
};

/// Copies them into a function of their own.
class Writer {
public:
  Writer(func::FuncOp real, const Candidate &candidate)
      : real(real), candidate(candidate), builder(real.getContext()), ops(real, candidate) {}

  Behind write() {
    result.module = ModuleOp::create(builder, real.getLoc());
    builder.setInsertionPointToEnd(result.module->getBody());
    function = func::FuncOp::create(builder, real.getLoc(), "main", builder.getFunctionType({}, {}));
    body = function.addEntryBlock();
    builder.setInsertionPointToEnd(body);
    // Those that nothing in here makes come as they are.
    const std::vector<Operation *> changed = ops.inOrder();
    const llvm::DenseSet<Operation *> made(changed.begin(), changed.end());
    for (Value value : candidate.values)
      if (!made.contains(value.getDefiningOp()))
        enter(value);
    for (Operation *op : changed)
      copy(op);
    finish();
    return std::move(result);
  }

private:
  void copy(Operation *op) {
    for (Value operand : op->getOperands())
      if (!copies.contains(operand))
        enter(operand);
    builder.clone(*op, copies);
    for (Value value : op->getResults())
      round(value);
  }

  /// Constants come along; anything else is an operand.
  void enter(Value value) {
    if (isFixed(value))
      return copy(value.getDefiningOp());
    copies.map(value, body->addArgument(value.getType(), value.getLoc()));
    result.operands.push_back(value);
    round(value);
  }

  /// Puts a value of the candidate's on its grid.
  void round(Value value) {
    auto found = llvm::find(candidate.values, value);
    if (found == candidate.values.end())
      return;
    const qnn::Grid &grid = candidate.grids[found - candidate.values.begin()];
    auto type = cast<RankedTensorType>(value.getType());
    auto cast = quant::QuantizeCastOp::create(builder, value.getLoc(), type.clone(grid.type(builder.getContext())),
                                              copies.lookup(value));
    copies.map(value, quant::DequantizeCastOp::create(builder, value.getLoc(), type, cast).getResult());
  }

  void finish() {
    SmallVector<Value> results;
    for (OpOperand &output : real.front().getTerminator()->getOpOperands())
      if (ops.contains(output.get())) {
        result.outputs.push_back(output.getOperandNumber());
        results.push_back(copies.lookup(output.get()));
      }
    func::ReturnOp::create(builder, real.getLoc(), results);
    function.setType(builder.getFunctionType(body->getArgumentTypes(), ValueRange(results).getTypes()));
  }

  func::FuncOp real;
  const Candidate &candidate;
  OpBuilder builder;
  const ChangedOps ops;
  Behind result;
  func::FuncOp function;
  Block *body = nullptr;
  IRMapping copies;
};

} // namespace

Behind tare::behind(func::FuncOp real, const Candidate &candidate) { return Writer(real, candidate).write(); }
