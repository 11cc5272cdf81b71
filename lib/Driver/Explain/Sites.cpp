//===- Sites.cpp - Where a program is not its float network ---------------===//
#include "Driver/Explain/Sites.h"

#include "Driver/Explain/ProgramNumbers.h"
#include "tare/Dialect/Qnn/Constants.h"
#include "tare/Dialect/Qnn/Names.h"
#include "tare/Dialect/Qnn/QnnInterfaces.h"
#include "tare/Dialect/Qnn/QnnOps.h"
#include "tare/Evaluator/Evaluator.h"
#include "tare/Kernels/Registry.h"
#include "tare/Program/HostLayer.h"

#include <algorithm>
#include <cmath>
#include <map>

using namespace mlir;
using namespace tare;
using namespace tare::explain;
using kernels::Meaning;

std::string_view explain::nameOf(Source source) {
  constexpr std::string_view names[] = {"weights", "clipping", "rounding", "bias", "multiplier", "requantization"};
  return names[size_t(source)];
}

template <typename F> static Tensor mapped(const Tensor &reals, F f) {
  Tensor result(ElementType::f32, reals.shape());
  std::transform(reals.as<float>(), reals.as<float>() + reals.count(), result.mutableAs<float>(), f);
  return result;
}

Tensor ActivationGrid::clipped(const Tensor &reals) const {
  const float from = float(least()), to = float(greatest());
  return mapped(reals, [=](float real) { return std::clamp(real, from, to); });
}

Tensor ActivationGrid::rounded(const Tensor &reals) const {
  return mapped(reals, [step = scale](float real) { return float(std::nearbyint(double(real) / step) * step); });
}

bool Site::isSum() const { return isa_and_present<qnn::AddOp, qnn::SubOp>(op); }
bool Site::hasWeights() const { return isa_and_present<qnn::AccumulatorOpInterface>(op); }
bool Site::hasConstants() const {
  return llvm::any_of(constants, [](const Tensor &constant) { return bool(constant); });
}

/// Each run of elements along the first axis times the factor that belongs to it.
static Tensor scaled(const Tensor &reals, ArrayRef<double> factors) {
  Tensor result(ElementType::f32, reals.shape());
  const int64_t run = std::max<int64_t>(reals.count() / int64_t(factors.size()), 1);
  for (int64_t i = 0; i != reals.count(); ++i)
    result.mutableAs<float>()[i] = float(reals.as<float>()[i] * factors[i / run]);
  return result;
}

std::vector<Tensor> explain::constantsOf(const Site &site, Switches on) {
  std::vector<Tensor> constants(site.op->getNumOperands());
  for (auto [index, value] : llvm::enumerate(site.op->getOperands())) {
    if (on.weights)
      constants[index] = site.constants[index];
    if (on.bias && index == 2 && site.bias)
      constants[index] = site.bias;
    if (!on.multiplier || site.multipliers.empty() || !site.hasWeights() || index == 0)
      continue;
    ElementsAttr own = qnn::constantValue(value);
    if (constants[index] || own)
      constants[index] = scaled(constants[index] ? constants[index] : qnn::toTensor(own), site.multipliers);
  }
  return constants;
}

std::vector<Tensor> explain::operandsOf(const Site &site, const Replay &network, const Replay::Values &values,
                                        Switches on) {
  std::vector<Tensor> operands = constantsOf(site, on);
  for (auto [index, value] : llvm::enumerate(site.op->getOperands())) {
    if (!operands[index])
      operands[index] = network.at(values, value);
    if (on.multiplier && site.isSum() && !site.multipliers.empty())
      operands[index] = scaled(operands[index], site.multipliers[index]);
  }
  return operands;
}

Result<Tensor> explain::resultOf(const Site &site, const std::vector<Tensor> &operands, Switches on) {
  FailureOr<Tensor> result = evaluateOp(site.op, operands);
  if (failed(result))
    return Error{"layer '" + site.name + "': the float network cannot compute it alone"};
  const bool isScaledBehind = on.multiplier && !site.multipliers.empty() && !site.isSum() && !site.hasWeights();
  return isScaledBehind ? scaled(*result, site.multipliers[0]) : *result;
}

namespace {

class SiteFinder {
public:
  SiteFinder(const program::Model &model, func::FuncOp real, const Replay &network, const RescaledValues &rescaled)
      : model(model), network(network), rescaled(rescaled) {
    for (BlockArgument argument : real.getArguments())
      values[qnn::valueName(argument)] = argument;
    for (Operation &op : real.front().without_terminator())
      for (Value result : op.getResults())
        if (!qnn::constantValue(result))
          add(op, result);
  }

  Sites find() {
    for (const auto &port : model.program().inputs)
      addStripped(*port);
    for (size_t i = 0; i != model.program().layers.size(); ++i)
      visit(i, *model.program().layers[i]);
    return std::move(sites);
  }

private:
  void add(Operation &op, Value result) {
    values[qnn::valueName(result)] = result;
    if (isa<qnn::AccumulatorOpInterface>(op) && qnn::constantValue(op.getOperand(1)))
      products[qnn::layerName(&op)] = &op;
  }

  /// What the host quantizes, of an input.
  void addStripped(const program::PortT &port) {
    Value held = values.lookup(port.name);
    const bool isQuantized =
        std::ranges::any_of(port.host_steps, [](const auto &step) { return step->op.AsQuantize(); });
    if (!isQuantized || !held || port.scales.size() != 1 || !isReal(held))
      return;
    const ElementType type = model.type(port.tensor).element;
    Site site{{}, port.name, port.name, "quantize", held, false, nullptr, {}, {}, false, {}, {}};
    const int64_t limit = int64_t(1) << (8 * sizeOf(type) - 1);
    site.grid = ActivationGrid{port.scales.front(), port.zero_point, -limit, limit - 1, unsigned(8 * sizeOf(type))};
    sites.all.push_back(std::move(site));
  }

  static bool isReal(Value value) { return qnn::toHost(value.getType()).element == ElementType::f32; }

  /// Whether a layer gives other numbers than the float network of the same operands: not where it moves elements, but
  /// for constants among them.
  bool hasError(const program::LayerT &layer) const {
    auto isRounded = [&](uint32_t operand) {
      return model.constant(operand) && !model.program().tensors[operand]->scales.empty();
    };
    switch (kernels::lookup(layer.op.type)->facts.meaning) {
    case Meaning::movement:
      return std::ranges::any_of(layer.operands, isRounded);
    case Meaning::dequantize:
    case Meaning::host:
    case Meaning::loop:
      return false;
    default:
      return !model.program().tensors[layer.result]->scales.empty();
    }
  }

  void visit(size_t number, const program::LayerT &layer) {
    const program::TensorT &result = *model.program().tensors[layer.result];
    if (!hasError(layer))
      return;
    Site site{number, layer.name, result.name, program::kindOf(layer.op), {}, false, nullptr, {}, {}, false, {}, {}};
    auto copy = rescaled.find(number);
    site.isCopy = copy != rescaled.end();
    site.held = site.isCopy ? copy->second : values.lookup(result.name);
    if (!site.held || elementCount(qnn::toHost(site.held.getType()).shape) != model.type(layer.result).count() ||
        !isReal(site.held)) {
      sites.unknown.push_back(layer.name);
      return;
    }
    if (network.isInLoop(site.held)) {
      sites.inLoops.push_back(layer.name);
      return;
    }
    // What is moved is on its grid already.
    if (kernels::lookup(layer.op.type)->facts.meaning != Meaning::movement)
      site.grid = gridOf(model, layer);
    if (!layer.op.AsQuantize() && !site.isCopy)
      addOp(site, layer);
    sites.all.push_back(std::move(site));
  }

  void addOp(Site &site, const program::LayerT &layer) {
    auto product = products.find(layer.name);
    const bool isProduct = layer.op.AsConv() || layer.op.AsConvTranspose() || layer.op.AsLinear();
    Operation *op = isProduct && product != products.end() ? product->second : site.held.getDefiningOp();
    if (!op || op->getNumResults() != 1 || isProduct != isa<qnn::AccumulatorOpInterface>(op))
      return;
    site.op = op;
    site.constants.resize(op->getNumOperands());
    site.multipliers = multipliersOf(model, layer, op->getNumOperands());
    for (OpOperand &operand : op->getOpOperands())
      if (!addConstant(site, layer, operand)) {
        sites.otherWeights.push_back(layer.name);
        site.op = nullptr;
        return;
      }
  }

  /// The operand as the program has it, where it is a constant; false where that is another one.
  bool addConstant(Site &site, const program::LayerT &layer, OpOperand &operand) {
    const size_t index = operand.getOperandNumber();
    ElementsAttr constant = qnn::constantValue(operand.get());
    if (!constant || !constant.getElementType().isF32() || index >= layer.operands.size())
      return true;
    if (index == 2 && site.hasWeights()) {
      site.bias = biasOf(model, layer, qnn::toTensor(constant).count());
      return true;
    }
    const uint32_t tensor = layer.operands[index];
    const size_t bytes = sizeOf(model.type(tensor).element);
    if (!model.constant(tensor) || model.program().tensors[tensor]->scales.empty() || bytes > 2)
      return true;
    std::optional<Tensor> rounded = roundedAs(model, tensor, qnn::toTensor(constant));
    if (!rounded)
      return !site.hasWeights();
    site.constants[index] = *rounded;
    site.hasOneScale = llvm::all_equal(model.program().tensors[tensor]->scales);
    return true;
  }

  const program::Model &model;
  const Replay &network;
  const RescaledValues &rescaled;
  llvm::StringMap<Value> values;
  std::map<std::string, Operation *> products;
  Sites sites;
};

} // namespace

Sites explain::findSites(const program::Model &model, func::FuncOp real, const Replay &network,
                         const RescaledValues &rescaled) {
  return SiteFinder(model, real, network, rescaled).find();
}
