//===- Requantization.cpp - What hardware's own rounding is off by --------===//
#include "Driver/Explain/Requantization.h"

#include "Driver/Check/ProgramResults.h"
#include "Driver/Execute/ProgramExecutable.h"
#include "tare/Kernels/Functions.h"
#include "tare/Kernels/Registry.h"
#include "tare/Kernels/Rounding.h"

#include <algorithm>
#include <cmath>

using namespace tare;
using namespace tare::explain;
using runtime::Trace;

namespace {

int64_t integerAt(const ConstTensorView &view, int64_t index) {
  switch (view.type.element) {
  case ElementType::i8:
    return view.as<int8_t>()[index];
  case ElementType::i16:
    return view.as<int16_t>()[index];
  case ElementType::i32:
    return view.as<int32_t>()[index];
  default:
    return view.as<int64_t>()[index];
  }
}

/// What a scaled accumulator is, in steps of the result.
class Scaler {
public:
  Scaler(const program::RequantT &requant, const program::TensorT &result) : requant(requant), result(result) {}

  double operator()(int64_t accumulator, int64_t channel) const {
    const double product = double(accumulator) * kernels::perChannel(requant.multipliers, channel);
    if (const auto &stages = requant.stages) {
      const double scaled = std::ldexp(product, -(stages->accumulator_shift + stages->product_shift));
      return std::ldexp(scaled + kernels::perChannel(stages->bias, channel), -stages->output_shift);
    }
    const double scaled = std::ldexp(product, -int(kernels::perChannel(kernels::shiftsOf(requant), channel)));
    if (!requant.function)
      return requant.zero_point + scaled;
    const program::FunctionT &function = *requant.function->function;
    const double real = scaled * requant.function->scale;
    const double y = kernels::evaluateWithin(function.kind, function.parameters, real, channel);
    return result.zero_point + y / result.scales.front();
  }

private:
  const program::RequantT &requant;
  const program::TensorT &result;
};

std::vector<double> stepsOfTable(const program::LookupT &lookup, const program::TensorT &x, const program::TensorT &y,
                                 const ConstTensorView &operand) {
  const program::FunctionT &function = *lookup.function;
  const int64_t channels = operand.type.shape.empty() ? 1 : operand.type.shape.back();
  std::vector<double> steps(operand.count());
  for (int64_t i = 0; i != operand.count(); ++i) {
    const double real = double(integerAt(operand, i) - x.zero_point) * x.scales.front();
    steps[i] = y.zero_point +
               kernels::evaluateWithin(function.kind, function.parameters, real, i % channels) / y.scales.front();
  }
  return steps;
}

/// Shares of a whole along an axis, of real numbers.
std::vector<double> stepsOfSoftmax(const program::SoftmaxT &softmax, const program::TensorT &x,
                                   const program::TensorT &y, const ConstTensorView &operand) {
  const Shape &shape = operand.type.shape;
  const int64_t size = shape[softmax.axis], inner = elementCount(Shape(shape.begin() + softmax.axis + 1, shape.end()));
  std::vector<double> steps(operand.count());
  for (int64_t row = 0; row != operand.count() / std::max<int64_t>(size, 1); ++row) {
    const int64_t first = row / inner * inner * size + row % inner;
    int64_t largest = INT64_MIN;
    for (int64_t i = 0; i != size; ++i)
      largest = std::max(largest, integerAt(operand, first + i * inner));
    double sum = 0;
    for (int64_t i = 0; i != size; ++i)
      sum += steps[first + i * inner] =
          std::exp(double(integerAt(operand, first + i * inner) - largest) * x.scales.front());
    for (int64_t i = 0; i != size; ++i)
      steps[first + i * inner] = y.zero_point + steps[first + i * inner] / sum / y.scales.front();
  }
  return steps;
}

bool roundsToNearest(program::Rounding rounding, const std::vector<uint8_t> &shifts) {
  constexpr int once = 31; // Up to there gemmlowp's two roundings are one.
  if (rounding == program::Rounding::gemmlowp_double)
    return std::ranges::all_of(shifts, [](int shift) { return shift <= once; });
  return rounding != program::Rounding::floor;
}

/// Whether the layer's results may be others than the nearest.
bool mayDiffer(const program::Model &model, const program::LayerT &layer) {
  if (layer.op.AsSoftmax())
    return true;
  if (const program::RequantT *requant = kernels::requantOf(layer.op))
    return requant->stages || requant->function || !roundsToNearest(requant->rounding, kernels::shiftsOf(*requant));
  if (const program::AddT *add = layer.op.AsAdd())
    return !roundsToNearest(add->rounding, {add->shift});
  const program::LookupT *lookup = layer.op.AsLookup();
  return lookup && model.type(layer.operands[0]).element == ElementType::i16;
}

} // namespace

std::optional<std::vector<double>> explain::exactSteps(const program::Model &model, const program::LayerT &layer,
                                                       std::span<const ConstTensorView> operands) {
  const program::TensorT &result = *model.program().tensors[layer.result];
  const program::TensorT &x = *model.program().tensors[layer.operands[0]];
  const bool haveGrids = x.scales.size() == 1 && result.scales.size() == 1;
  if (const program::LookupT *lookup = layer.op.AsLookup())
    return haveGrids && lookup->function ? std::optional(stepsOfTable(*lookup, x, result, operands[0])) : std::nullopt;
  if (const program::SoftmaxT *softmax = layer.op.AsSoftmax())
    return haveGrids ? std::optional(stepsOfSoftmax(*softmax, x, result, operands[0])) : std::nullopt;
  const kernels::OpKernel &kernel = *kernels::lookup(layer.op.type);
  const program::AddT *add = layer.op.AsAdd();
  const program::RequantT sum = add ? kernels::requantOfSum(*add) : program::RequantT();
  const program::RequantT *requant = add ? &sum : kernels::requantOf(layer.op);
  // The lists of an average that leaves borders out are of counts, which elements do not say.
  const bool isOfCounts = layer.op.AsAveragePool() && requant && kernels::entryCount(*requant) > 1;
  const bool isKnown = requant && (!requant->function || (requant->function->function && result.scales.size() == 1));
  if (!isKnown || !kernel.accumulate || isOfCounts)
    return std::nullopt;
  Tensor accumulators(kernel.accumulatorType(operands[0].type.element), model.type(layer.result).shape);
  kernel.accumulate(layer.op, operands, accumulators.mutableView());
  const int64_t channels = accumulators.shape().empty() ? 1 : accumulators.shape().back();
  const Scaler scale(*requant, result);
  std::vector<double> steps(accumulators.count());
  for (int64_t i = 0; i != accumulators.count(); ++i)
    steps[i] = scale(integerAt(accumulators.view(), i), i % channels);
  return steps;
}

Requantizations::Requantizations(Trace trace, std::span<const Site> sites) : trace(std::move(trace)), sites(sites) {
  for (size_t i = 0; i != sites.size(); ++i)
    if (sites[i].grid && sites[i].layer && mayDiffer(model(), *model().program().layers[*sites[i].layer]))
      numbers.emplace_back(*sites[i].layer, i);
}

Result<Requantizations> Requantizations::create(std::shared_ptr<const runtime::Session> session,
                                                std::span<const Site> sites) {
  auto trace = Trace::create(std::move(session));
  if (!trace)
    return trace.error();
  return Requantizations(std::move(*trace), sites);
}

Tensor Requantizations::errorOf(const Trace::Step &step, const Site &site, const Tensor &real) const {
  std::optional<std::vector<double>> exact = exactSteps(model(), *model().program().layers[step.layer], step.operands);
  if (!exact)
    return {};
  const ActivationGrid &grid = *site.grid;
  const program::TensorT &tensor = *model().program().tensors[model().program().layers[step.layer]->result];
  // Both at once: which order of dimensions is the network's, the results themselves say.
  Tensor errors(ElementType::f32, step.result.type.shape);
  for (int64_t i = 0; i != errors.count(); ++i) {
    const double nearest = std::clamp(std::nearbyint((*exact)[i]), double(grid.low), double(grid.high));
    errors.mutableAs<float>()[i] = float((double(integerAt(step.result, i)) - nearest) * grid.scale);
  }
  const std::optional<Alignment> order = alignmentOf(realNumbers(tensor, step.result), real);
  return order ? order->apply(errors) : Tensor();
}

Result<std::vector<Tensor>> Requantizations::of(const std::vector<Tensor> &inputs, const Replay &network,
                                                const Replay::Values &values) const {
  std::vector<Tensor> errors(sites.size());
  if (empty())
    return errors;
  auto ran = trace.run(trace.enter(inputs), [&](const Trace::Step &step) {
    auto found = std::ranges::find(numbers, step.layer, &std::pair<size_t, size_t>::first);
    if (found != numbers.end())
      errors[found->second] = errorOf(step, sites[found->second], network.at(values, sites[found->second].held));
  });
  return ran ? Result<std::vector<Tensor>>(std::move(errors)) : ran.error();
}
