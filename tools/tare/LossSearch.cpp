//===- LossSearch.cpp - The layer where a loss begins ---------------------===//
#include "LossSearch.h"

#include "Executable.h"
#include "LostElements.h"
#include "OutputCheck.h"
#include "mlir/Dialect/Quant/IR/Quant.h"
#include "tare/Dialect/Qnn/Names.h"
#include "tare/Dialect/Qnn/QnnInterfaces.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/DenseSet.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
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

  void add(const Tensor &reference, const Tensor &other, const BitVector &elements) {
    const float *a = reference.as<float>(), *b = other.as<float>();
    for (unsigned i : elements.set_bits()) {
      difference.add(a[i], b[i]);
      low = std::min<double>(low, a[i]), high = std::max<double>(high, a[i]);
    }
  }
};

class LossSearch {
public:
  LossSearch(const ProgramResults &program, MarkedElements marked) : program(program), marked(std::move(marked)) {}

  void compare(Value value, const SampleTensors &reference) {
    auto elements = marked.find(value);
    if (elements == marked.end() || reference.front().element() != ElementType::f32)
      return;
    std::optional<size_t> layer = program.layerOf(qnn::valueName(value));
    if (!layer || alignments(reference.front().shape(), program.of(*layer, 0).shape()).empty())
      return;
    Compared &found = compared[value];
    const std::optional<qnn::Interval> range = qnn::toldApart(value);
    for (size_t i = 0; i != reference.size(); ++i)
      found.add(within(range, copyOf(reference[i].view())),
                within(range, *aligned(program.realOf(*layer, i), reference[i])), elements->second);
    const std::vector<double> &scales = program.tensorOf(*layer).scales;
    found.step = scales.size() == 1 ? scales.front() : 0;
  }

  LossOrigin search(Value value) {
    std::optional<LossOrigin> steepest;
    while (true) {
      LossOrigin here = originOf(value);
      Value worst = worstOperand(value);
      bool isSteep = here.operandSqnr >= here.sqnr + drop;
      if ((isSteep && (worst || here.sqnr < collapsedSqnr + drop)) || (!worst && !steepest))
        return here;
      if (!steepest || here.operandSqnr - here.sqnr > steepest->operandSqnr - steepest->sqnr)
        steepest = here;
      if (!worst) {
        steepest->isGradual = true;
        steepest->cause = "each layer adds its rounding to that of those before, and the network does not bear the sum";
        return *steepest;
      }
      value = worst;
    }
  }

private:
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
        llvm::copy_if(op->getOperands(), std::back_inserter(open), [&](Value v) { return marked.contains(v); });
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
    origin.cause = causeOf(value, origin);
    return origin;
  }

  /// Who has decided on the grid on which the value's elements are lost.
  static std::string causeOf(Value value, const LossOrigin &origin) {
    // Where all that is lost fits into a few steps, the grid is too coarse; otherwise what goes in is not exact enough.
    constexpr double fewSteps = 8;
    bool isCoarse = origin.step > 0 && origin.high - origin.low < fewSteps * origin.step;
    if (isQuantizedByModel(value))
      return "the model itself says on which grid this value is, and no option changes that; quantize the model anew";
    if (!isCoarse)
      return "the layer multiplies the rounding errors of what it computes from, or cancels what is large";
    if (auto grid = dyn_cast_if_present<qnn::GridOpInterface>(value.getDefiningOp());
        grid && grid.getGridRule() == qnn::GridRule::Bounded)
      return fmt::format("what is lost is below {:.4g}, the step of the function's results", origin.step);
    if (sharesGrid(value))
      return "what is lost is small beside what it is joined with, and shares a grid with";
    return "what is lost is small beside the rest of the value, which has one grid";
  }

  static bool isQuantizedByModel(Value value) {
    return isa_and_present<quant::DequantizeCastOp>(value.getDefiningOp()) ||
           llvm::any_of(value.getUsers(), [](Operation *user) { return isa<quant::QuantizeCastOp>(user); });
  }

  static bool sharesGrid(Value value) {
    auto isJoin = [](Operation *op) {
      auto grid = dyn_cast_if_present<qnn::GridOpInterface>(op);
      return grid && grid.getGridRule() == qnn::GridRule::Unified;
    };
    return isJoin(value.getDefiningOp()) || llvm::any_of(value.getUsers(), isJoin);
  }

  const ProgramResults &program;
  MarkedElements marked;
  llvm::DenseMap<Value, Compared> compared;
};

} // namespace

Result<LossOrigin> tare::findLoss(func::FuncOp real, const ProgramResults &program,
                                  const std::vector<std::vector<Tensor>> &inputs, size_t threads, const Lost &lost) {
  Value from = real.front().getTerminator()->getOperand(lost.output);
  LossSearch search(program, originsOf(from, lost.elements));
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
  return search.search(from);
}
