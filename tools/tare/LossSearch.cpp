//===- LossSearch.cpp - The layer where a loss begins ---------------------===//
#include "LossSearch.h"

#include "OutputCheck.h"
#include "tare/Dialect/Qnn/Names.h"
#include "tare/Dialect/Qnn/QnnInterfaces.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/DenseSet.h"

#include <algorithm>
#include <cmath>
#include <optional>

using namespace mlir;
using namespace tare;

namespace {

/// A layer whose operands are better by so many dB is where a loss begins.
constexpr double drop = 6;

/// A value in float beside the program's.
struct Compared {
  Difference difference;
  double low = 0, high = 0, step = 0;
};

class LossSearch {
public:
  explicit LossSearch(const ProgramResults &program) : program(program) {}

  void compare(Value value, const SampleTensors &reference) {
    if (reference.front().element() != ElementType::f32)
      return;
    std::optional<size_t> layer = program.layerOf(qnn::valueName(value));
    if (!layer || alignments(reference.front().shape(), program.of(*layer, 0).shape()).empty())
      return;
    Compared &found = compared[value];
    for (size_t i = 0; i != reference.size(); ++i) {
      found.difference.add(reference[i], *aligned(program.realOf(*layer, i), reference[i]));
      auto [low, high] = std::minmax_element(reference[i].as<float>(), reference[i].as<float>() + reference[i].count());
      found.low = std::min<double>(found.low, *low), found.high = std::max<double>(found.high, *high);
    }
    const std::vector<double> &scales = program.tensorOf(*layer).scales;
    found.step = scales.size() == 1 ? scales.front() : 0;
  }

  LossOrigin search(Value value, bool isWhole) {
    // The value itself is fine: some of its slices are too small for its grid, or whoever joins it with others has lost
    // it.
    if (sqnrOf(value) >= collapsedSqnr + drop)
      return originOf(isWhole ? joined(value) : value);
    std::optional<LossOrigin> steepest;
    while (true) {
      LossOrigin here = originOf(value);
      Value worst = worstOperand(value);
      bool isSteep = here.operandSqnr >= here.sqnr + drop;
      if (isSteep && (worst || here.sqnr < collapsedSqnr + drop))
        return here;
      if (!worst && steepest) {
        steepest->isGradual = true;
        return *steepest;
      }
      if (!steepest || here.operandSqnr - here.sqnr > steepest->operandSqnr - steepest->sqnr)
        steepest = here;
      if (!worst)
        return here;
      value = worst;
    }
  }

private:
  /// What puts the value on one grid with others; the value itself where nothing does.
  static Value joined(Value value) {
    for (Operation *user : value.getUsers())
      if (auto grid = dyn_cast<qnn::GridOpInterface>(user); grid && grid.getGridRule() == qnn::GridRule::Unified)
        return user->getResult(0);
    return value;
  }

  double sqnrOf(Value value) const {
    auto found = compared.find(value);
    return found == compared.end() ? HUGE_VAL : found->second.difference.sqnr();
  }

  /// The operand that is farthest from float, behind those that the program does not have; null where there is none.
  Value worstOperand(Value value) const {
    Value worst;
    SmallVector<Value> open;
    DenseSet<Value> seen;
    auto addOperands = [&](Value of) {
      if (Operation *op = of.getDefiningOp())
        llvm::append_range(open, op->getOperands());
    };
    addOperands(value);
    while (!open.empty()) {
      Value operand = open.pop_back_val();
      if (!seen.insert(operand).second)
        continue;
      if (!compared.contains(operand))
        addOperands(operand);
      else if (!worst || sqnrOf(operand) < sqnrOf(worst))
        worst = operand;
    }
    return worst;
  }

  LossOrigin originOf(Value value) const {
    LossOrigin origin;
    Operation *op = value.getDefiningOp();
    origin.layer = op ? qnn::layerName(op) : qnn::valueName(value);
    origin.isInput = !op;
    Value worst = worstOperand(value);
    origin.operandSqnr = worst ? sqnrOf(worst) : HUGE_VAL;
    origin.sqnr = std::min(sqnrOf(value), origin.operandSqnr);
    if (auto found = compared.find(value); found != compared.end())
      origin.step = found->second.step, origin.low = found->second.low, origin.high = found->second.high;
    return origin;
  }

  const ProgramResults &program;
  llvm::DenseMap<Value, Compared> compared;
};

Value valueNamed(func::FuncOp function, StringRef name) {
  Value found;
  for (Operation &op : function.front().without_terminator())
    for (Value result : op.getResults())
      if (qnn::valueName(result) == name)
        found = result;
  return found;
}

} // namespace

Result<LossOrigin> tare::findLoss(func::FuncOp real, const ProgramResults &program,
                                  const std::vector<std::vector<Tensor>> &inputs, size_t threads, const Lost &lost) {
  LossSearch search(program);
  for (BlockArgument argument : real.getArguments()) {
    SampleTensors tensors;
    for (const std::vector<Tensor> &sample : inputs)
      tensors.push_back(sample[argument.getArgNumber()]);
    search.compare(argument, tensors);
  }
  Status walked =
      walkGraph(real, inputs, threads, [&](Value v, SampleTensors &tensors) { search.compare(v, tensors); });
  if (!walked)
    return walked.error();
  Value from = valueNamed(real, lost.value);
  return search.search(from ? from : real.front().getTerminator()->getOperand(lost.output), lost.isWhole);
}
