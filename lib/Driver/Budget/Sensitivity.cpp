//===- Sensitivity.cpp - What rounding single values costs ----------------===//
#include "Driver/Budget/Sensitivity.h"

#include "Driver/Budget/Behind.h"
#include "Driver/Compare/Difference.h"
#include "Driver/Execute/DiscreteValues.h"
#include "Driver/Execute/Executable.h"
#include "Driver/Progress.h"

#include "tare/Dialect/Qnn/Constants.h"
#include "tare/Evaluator/Evaluator.h"
#include "tare/Evaluator/ModelPorts.h"
#include "tare/Tensor/Parallel.h"

#include <algorithm>
#include <cmath>

using namespace mlir;
using namespace tare;

namespace {

/// So many bytes of values are kept, on whatever machine: how many samples that are must not depend on it.
constexpr int64_t mostKept = int64_t(1) << 29;

/// A sample's values in float.
using Kept = llvm::DenseMap<Value, Tensor>;

bool isConstant(Value value) {
  Operation *op = value.getDefiningOp();
  return op && op->hasTrait<OpTrait::ConstantLike>();
}

int64_t bytesOfValues(func::FuncOp function) {
  int64_t bytes = 0;
  function.walk([&](Operation *op) {
    for (Value result : op->getResults())
      bytes += isConstant(result) ? 0 : int64_t(qnn::toHost(result.getType()).bytes());
  });
  return bytes;
}

Tensor realOf(const Tensor &tensor, Type type) { return toFloat(dequantized(tensor, type)); }

class Measurement {
public:
  Measurement(ModuleOp real, const std::vector<std::vector<Tensor>> &inputs, size_t threads)
      : real(real), function(real.lookupSymbol<func::FuncOp>("main")), inputs(inputs), threads(threads) {
    const int64_t fitting = mostKept / std::max<int64_t>(bytesOfValues(function), 1);
    samples.resize(std::clamp<int64_t>(fitting, 1, int64_t(inputs.size())));
  }

  Status keep() {
    FailureOr<Evaluator> evaluator = Evaluator::create(real);
    if (failed(evaluator))
      return Error{"the float form cannot be evaluated"};
    parallelFor(samples.size(), threads, [&](size_t sample, size_t) {
      SmallVector<Tensor> arguments;
      for (BlockArgument argument : function.getArguments()) {
        arguments.push_back(asArgument(inputs[sample][argument.getArgNumber()], argument));
        samples[sample][argument] = arguments.back();
      }
      (void)evaluator->run(arguments,
                           [&](Value value, const Tensor &tensor) { samples[sample][value] = copyOf(tensor.view()); });
    });
    for (Value output : outputs())
      powers.push_back(powerOf(output));
    return tare::success();
  }

  Result<NoiseByOutput> measure(const Candidate &candidate) const {
    Behind part = behind(function, candidate);
    FailureOr<Evaluator> evaluator = Evaluator::create(*part.module);
    if (failed(evaluator))
      return Error{"what lies behind '" + candidate.layer + "' cannot be evaluated"};
    std::vector<std::vector<double>> noise(samples.size());
    parallelFor(samples.size(), threads, [&](size_t sample, size_t) {
      SmallVector<Tensor> operands =
          llvm::map_to_vector(part.operands, [&](Value value) { return samples[sample].lookup(value); });
      std::vector<Tensor> given = evaluator->run(operands);
      for (auto [output, tensor] : llvm::zip(part.outputs, given))
        noise[sample].push_back(noiseOf(outputs()[output], samples[sample], tensor));
    });
    NoiseByOutput sums(powers.size());
    // In the samples' order.
    for (const std::vector<double> &each : noise)
      for (auto [output, power] : llvm::zip(part.outputs, each))
        sums[output] += power;
    for (auto [sum, power] : llvm::zip(sums, powers))
      sum = power > 0 ? sum / power : 0;
    return sums;
  }

private:
  OperandRange outputs() const { return func::FuncOp(function).front().getTerminator()->getOperands(); }

  /// 0 of what is computed from constants alone, and of what is no number.
  double powerOf(Value output) const {
    if (isDiscrete(output) || !samples.front().contains(output))
      return 0;
    Difference all;
    for (const Kept &kept : samples) {
      const Tensor reference = realOf(kept.lookup(output), output.getType());
      all.add(reference, reference);
    }
    return all.isFinite() ? all.reference2 : 0;
  }

  /// What is not finite any more is lost as a whole.
  static double noiseOf(Value output, const Kept &kept, const Tensor &given) {
    Difference difference;
    difference.add(realOf(kept.lookup(output), output.getType()), realOf(given, output.getType()));
    return difference.isFinite() ? difference.noise : difference.reference2;
  }

  ModuleOp real;
  func::FuncOp function;
  const std::vector<std::vector<Tensor>> &inputs;
  size_t threads;
  std::vector<Kept> samples;
  NoiseByOutput powers;
};

} // namespace

Result<std::vector<NoiseByOutput>> tare::sensitivitiesOf(ModuleOp real, const std::vector<Candidate> &candidates,
                                                         const std::vector<std::vector<Tensor>> &inputs, size_t threads,
                                                         const Listener &listener) {
  Measurement measurement(real, inputs, threads);
  if (Status kept = measurement.keep(); !kept)
    return kept.error();
  Progress progress(listener, "measuring layer", int64_t(candidates.size()));
  std::vector<NoiseByOutput> all;
  for (const Candidate &candidate : candidates) {
    if (Status goesOn = progress.mayGoOn(); !goesOn)
      return goesOn.error();
    Result<NoiseByOutput> noise = measurement.measure(candidate);
    if (!noise)
      return noise.error();
    all.push_back(std::move(*noise));
    progress.advance();
  }
  return all;
}
