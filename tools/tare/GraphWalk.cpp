//===- GraphWalk.cpp - A graph op by op, all samples at once --------------===//
#include "GraphWalk.h"

#include "tare/Dialect/Qnn/Constants.h"
#include "tare/Dialect/Qnn/Names.h"
#include "tare/Evaluator/Evaluator.h"
#include "tare/Evaluator/ModelPorts.h"
#include "tare/Tensor/Parallel.h"
#include "llvm/ADT/DenseMap.h"

#include <atomic>

using namespace mlir;
using namespace tare;

namespace {

struct WalkedValue {
  /// One per sample where it varies, otherwise one for all.
  SampleTensors tensors;
  bool varies = false;
  /// Readers that have not run.
  int64_t readers = 0;

  const Tensor &of(size_t sample) const { return tensors[varies ? sample : 0]; }
};

class Walk {
public:
  Walk(func::FuncOp function, const std::vector<std::vector<Tensor>> &inputs, size_t threads)
      : sampleCount(inputs.size()), threads(threads) {
    for (BlockArgument argument : function.getArguments()) {
      WalkedValue &value = add(argument, /*varies=*/true);
      for (const std::vector<Tensor> &sample : inputs)
        value.tensors.push_back(asArgument(sample[argument.getArgNumber()], argument));
    }
  }

  bool compute(Operation &op) {
    Value result = op.getResult(0);
    if (ElementsAttr constant = qnn::constantValue(result)) {
      add(result, /*varies=*/false).tensors = {qnn::toTensor(constant)};
      return true;
    }
    bool varies = llvm::any_of(op.getOperands(), [&](Value operand) { return at(operand).varies; });
    const size_t samples = varies ? sampleCount : 1;
    for (Value each : op.getResults())
      add(each, varies).tensors.resize(samples);
    std::atomic<bool> failed = false;
    parallelFor(samples, threads, [&](size_t sample, size_t) {
      FailureOr<std::vector<Tensor>> tensors = evaluateResults(&op, operandsOf(op, sample));
      if (mlir::failed(tensors))
        failed = true;
      else
        for (auto [each, tensor] : llvm::zip(op.getResults(), *tensors))
          at(each).tensors[sample] = std::move(tensor);
    });
    return !failed;
  }

  WalkedValue &at(Value value) { return values.find(value)->second; }

  /// Frees what nobody reads any more.
  void release(Operation &op) {
    for (Value operand : op.getOperands())
      if (WalkedValue &value = at(operand); --value.readers == 0)
        value.tensors.clear();
  }

private:
  WalkedValue &add(Value value, bool varies) {
    // All are known before any op runs in several threads, so no reference is lost.
    WalkedValue &added = values[value];
    added.varies = varies;
    added.readers = std::distance(value.use_begin(), value.use_end());
    return added;
  }

  SmallVector<Tensor> operandsOf(Operation &op, size_t sample) const {
    return llvm::map_to_vector(op.getOperands(),
                               [&](Value operand) { return values.find(operand)->second.of(sample); });
  }

  size_t sampleCount, threads;
  llvm::DenseMap<Value, WalkedValue> values;
};

} // namespace

Status tare::walkGraph(func::FuncOp function, const std::vector<std::vector<Tensor>> &inputs, size_t threads,
                       llvm::function_ref<void(Value, SampleTensors &)> visit) {
  Walk walk(function, inputs, threads);
  for (Operation &op : function.front().without_terminator()) {
    if (op.getNumResults() == 0 || !walk.compute(op))
      return Error{"layer '" + qnn::layerName(&op) + "' cannot be evaluated"};
    for (Value result : op.getResults())
      if (WalkedValue &value = walk.at(result); value.varies)
        visit(result, value.tensors);
    walk.release(op);
  }
  return tare::success();
}
