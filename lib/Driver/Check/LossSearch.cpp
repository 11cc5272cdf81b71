//===- LossSearch.cpp - The layer where a loss begins ---------------------===//
#include "Driver/Check/LossSearch.h"

#include "Driver/Check/LostElements.h"
#include "Driver/Check/OutputCheck.h"
#include "Driver/Execute/Executable.h"
#include "mlir/Dialect/Quant/IR/Quant.h"
#include "tare/Dialect/Qnn/Names.h"
#include "tare/Dialect/Qnn/QnnInterfaces.h"
#include "tare/Evaluator/Evaluator.h"
#include "tare/Evaluator/ModelPorts.h"
#include "tare/Tensor/Parallel.h"
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
/// What is better than that is not lost yet.
constexpr double good = collapsedSqnr + 10;

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

  /// Adds another sample's.
  void add(const Compared &more) {
    difference.add(more.difference);
    low = std::min(low, more.low), high = std::max(high, more.high), step = more.step;
  }
};

using ComparedValues = llvm::DenseMap<Value, Compared>;

/// What a search looks at of one sample.
class SampleComparison {
public:
  SampleComparison(const ProgramResults &program, ArrayRef<MarkedElements> marked)
      : found(marked.size()), program(program), marked(marked) {}

  void compare(Value value, const Tensor &reference) {
    if (reference.element() != ElementType::f32 ||
        llvm::none_of(marked, [&](const MarkedElements &each) { return each.contains(value); }))
      return;
    // In a loop a value comes at each step.
    const int64_t run = runs[value]++;
    std::optional<uint32_t> made = program.tensorOf(qnn::valueName(value));
    if (!made || alignments(reference.shape(), program.of(*made, 0).shape()).empty())
      return;
    const std::optional<qnn::Interval> range = qnn::toldApart(value);
    const Tensor real = within(range, copyOf(reference.view())),
                 ours = within(range, *aligned(program.realOf(*made, 0, run), reference));
    const std::vector<double> &scales = program.describe(*made).scales;
    for (auto [each, values] : llvm::zip(marked, found))
      if (auto elements = each.find(value); elements != each.end()) {
        values[value].add(real, ours, elements->second);
        values[value].step = scales.size() == 1 ? scales.front() : 0;
      }
  }

  /// One for each search.
  std::vector<ComparedValues> found;

private:
  const ProgramResults &program;
  ArrayRef<MarkedElements> marked;
  llvm::DenseMap<Value, int64_t> runs;
};

class LossSearch {
public:
  LossSearch(const MarkedElements &marked) : marked(marked) {}

  /// Samples are added in their order.
  void add(const ComparedValues &sample) {
    for (const auto &[value, found] : sample)
      compared[value].add(found);
  }

  /// A layer that makes bad what was good ends the walk. Where its operands are bad, too, it may have made them worse
  /// only, as an exponential does with what a normalization has lost: of all layers on the way that one counts in which
  /// most is lost.
  LossOrigin search(Value value) {
    std::optional<LossOrigin> steepest;
    auto dropOf = [](const LossOrigin &origin) { return origin.operandSqnr - origin.sqnr; };
    while (true) {
      LossOrigin here = originOf(value);
      Value worst = worstOperand(value);
      // What comes from the input was exact before.
      const bool isFirst = !worst, isLostAtOnce = isFirst && here.sqnr < collapsedSqnr + drop;
      if (!steepest || isLostAtOnce || (!isFirst && dropOf(here) > dropOf(*steepest)))
        steepest = here;
      const bool isSteep = dropOf(*steepest) >= drop;
      if (isSteep && (isFirst || here.operandSqnr >= good))
        return *steepest;
      if (isFirst) {
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
      return "what is lost is small beside what it is joined with, and shares a grid with; leave it apart in the "
             "model, "
             "or scale it alike";
    if (origin.high - origin.low < origin.step)
      return "all of it is less than one of its steps, which are those of the sums that make it; bring the numbers of "
             "what it is made from closer together";
    return "what is lost is small beside the rest of the value, which has one grid; bring its numbers closer together, "
           "or split the value by their size";
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

  const MarkedElements &marked;
  ComparedValues compared;
};

} // namespace

Result<std::vector<LossOrigin>> tare::findLosses(ModuleOp real, std::shared_ptr<const runtime::Session> program,
                                                 const std::vector<std::vector<Tensor>> &inputs, size_t threads,
                                                 ArrayRef<Lost> lost) {
  auto function = real.lookupSymbol<func::FuncOp>("main");
  FailureOr<Evaluator> evaluator = Evaluator::create(real);
  if (failed(evaluator))
    return Error{"the float form cannot be evaluated"};
  auto outputOf = [&](const Lost &each) { return function.front().getTerminator()->getOperand(each.output); };
  std::vector<MarkedElements> marked;
  for (const Lost &each : lost)
    marked.push_back(originsOf(outputOf(each), each.elements));
  std::vector<SampleRunner> runners(inputs.size());
  std::vector<std::vector<ComparedValues>> samples(inputs.size());
  std::vector<Status> done(inputs.size(), tare::success());
  parallelFor(inputs.size(), threads, [&](size_t sample, size_t worker) {
    Result<const ProgramResults *> results = runners[worker].run(program, inputs[sample]);
    if (!results) {
      done[sample] = results.error();
      return;
    }
    SampleComparison comparison(**results, marked);
    SmallVector<Tensor> arguments;
    for (BlockArgument argument : function.getArguments()) {
      comparison.compare(argument, inputs[sample][argument.getArgNumber()]);
      arguments.push_back(asArgument(inputs[sample][argument.getArgNumber()], argument));
    }
    (void)evaluator->run(arguments, [&](Value value, const Tensor &tensor) { comparison.compare(value, tensor); });
    samples[sample] = std::move(comparison.found);
  });
  for (const Status &status : done)
    if (!status)
      return status.error();
  std::vector<LossOrigin> origins;
  for (auto [i, each] : llvm::enumerate(lost)) {
    LossSearch search(marked[i]);
    for (const std::vector<ComparedValues> &sample : samples)
      search.add(sample[i]);
    origins.push_back(search.search(outputOf(each)));
  }
  return origins;
}
