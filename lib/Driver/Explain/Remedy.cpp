//===- Remedy.cpp - What would make an error smaller, and by how much -----===//
#include "Driver/Explain/Remedy.h"

#include "tare/Dialect/Qnn/ChannelMeans.h"
#include "tare/Dialect/Qnn/Constants.h"
#include "tare/Dialect/Qnn/Names.h"
#include "tare/Dialect/Qnn/QnnInterfaces.h"
#include "tare/Dialect/Qnn/Steps.h"
#include "tare/Evaluator/Evaluator.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <numeric>

using namespace mlir;
using namespace tare;
using namespace tare::explain;

namespace {

/// A source that makes less than this share of a layer's error is not worth a rule.
constexpr double worthwhile = 0.1;

/// A name as a scalar of YAML.
std::string yamlName(const std::string &name) {
  const bool isPlain = !name.empty() && std::isalpha(static_cast<unsigned char>(name[0])) &&
                       std::ranges::all_of(name, [](unsigned char c) { return std::isalnum(c) || c == '_'; });
  const bool isWord = name == "true" || name == "false" || name == "null" || name == "yes" || name == "no";
  if (isPlain && !isWord)
    return name;
  std::string quoted = "\"";
  for (char c : name)
    quoted += c == '"' || c == '\\' ? std::string{'\\', c} : std::string{c};
  return quoted + "\"";
}

/// A limit with four digits, no nearer to 0 than it is.
double awayFromZero(double limit) {
  if (limit == 0)
    return 0;
  const double unit = std::pow(10, std::floor(std::log10(std::abs(limit))) - 3);
  return std::copysign(std::ceil(std::abs(limit) / unit) * unit, limit);
}

/// The same integers over another range, 0 on one of them.
ActivationGrid spread(ActivationGrid grid, double least, double greatest) {
  const int64_t limit = int64_t(1) << (grid.bits - 1);
  grid.low = -limit, grid.high = limit - 1;
  grid.scale = (greatest - least) / double(2 * limit - 1);
  grid.zero = int64_t(std::nearbyint(double(grid.low) - least / grid.scale));
  return grid;
}

/// 16 bits over what the grid holds.
ActivationGrid widened(const ActivationGrid &grid) {
  constexpr int64_t finer = 256;
  return {grid.scale / finer, grid.zero * finer, grid.low * finer, grid.high * finer + finer - 1, 16};
}

/// Weights with a scale for each output channel of their own: the largest is the integer 127.
Tensor ofChannels(const Tensor &weights, int64_t channels) {
  constexpr double greatest = 127;
  Tensor result(ElementType::f32, weights.shape());
  const int64_t run = weights.count() / channels;
  for (int64_t first = 0; first < weights.count(); first += run) {
    const float *w = weights.as<float>() + first;
    double largest = 0;
    for (int64_t i = 0; i != run; ++i)
      largest = std::max<double>(largest, std::abs(w[i]));
    const double scale = largest > 0 ? largest / greatest : 1;
    for (int64_t i = 0; i != run; ++i)
      result.mutableAs<float>()[first + i] = float(qnn::nearestStep(w[i], scale) * scale);
  }
  return result;
}

Tensor differenceOf(const Tensor &a, const Tensor &b) {
  Tensor result(ElementType::f32, a.shape());
  std::transform(a.as<float>(), a.as<float>() + a.count(), b.as<float>(), result.mutableAs<float>(), std::minus<>());
  return result;
}

/// (A77) What rounded weights shift each output channel by, on average: the op without its limits on the means alone.
Result<Tensor> shiftOf(const Site &site, const SiteNoise &noise) {
  auto op = cast<qnn::AccumulatorOpInterface>(site.op);
  Tensor input(qnn::toHost(op.getActivationOperand().get().getType()));
  const int64_t channels = int64_t(noise.channelSums.size());
  int64_t inner = 1;
  const Shape &shape = input.shape();
  for (size_t axis = size_t(qnn::inputChannelAxis(site.op)) + 1; axis < shape.size(); ++axis)
    inner *= shape[axis];
  for (int64_t i = 0; i != input.count(); ++i)
    input.mutableAs<float>()[i] = float(noise.channelSums[i / inner % channels] / double(noise.channelElements));
  const Tensor weights = qnn::toTensor(qnn::constantValue(op.getWeightOperand().get()));
  Tensor bias(ElementType::f32, {op.getOutputChannels()});
  std::fill_n(bias.mutableAs<float>(), bias.count(), 0.0f);
  Operation *unlimited = site.op->clone();
  unlimited->removeAttr("clamp");
  FailureOr<Tensor> result = evaluateOp(unlimited, {input, differenceOf(site.constants[1], weights), bias});
  unlimited->destroy();
  if (failed(result))
    return Error{"layer '" + site.name + "': the float network cannot compute it alone"};
  std::vector<double> sums(bias.count());
  int64_t behind = 1;
  for (size_t axis = size_t(op.getResultChannelAxis()) + 1; axis < result->shape().size(); ++axis)
    behind *= result->shape()[axis];
  for (int64_t i = 0; i != result->count(); ++i)
    sums[i / behind % bias.count()] += result->as<float>()[i];
  for (int64_t c = 0; c != bias.count(); ++c)
    bias.mutableAs<float>()[c] = float(sums[c] * double(bias.count()) / double(result->count()));
  return bias;
}

class RemedyFinder {
public:
  RemedyFinder(const Networks &networks, const Measured &measured, size_t output, const Allowed &allowed)
      : networks(networks), measured(measured), output(output), allowed(allowed) {}

  Status addSite(size_t number) {
    const Site &site = networks.sites()[number];
    if (site.isCopy)
      return tare::success();
    double total = 0;
    for (const Powers &powers : measured.sites[number].bySource)
      total += powers[output];
    for (Source source : sources) {
      const double power = measured.sites[number].bySource[size_t(source)][output];
      if (!(power > 0) || power < worthwhile * total)
        continue;
      if (Status added = add(site, number, source); !added)
        return added;
    }
    return tare::success();
  }

  Status addGlobal(ModuleOp module) {
    addWideActivations();
    return addCorrectedBiases(module);
  }

  std::vector<Remedy> take() { return std::move(remedies); }

private:
  /// By its operator's layer, or, of activations, by the value that the rule is about.
  static std::string ruleOf(const Site &site, const std::string &what) {
    const std::string layer = site.op ? qnn::layerName(site.op) : site.name;
    return fmt::format("{{layer: {}, {}}}", yamlName(layer), what);
  }
  static std::string ruleOfValue(const Site &site, const std::string &what) {
    return fmt::format("{{value: {}, activations: {}}}", yamlName(site.value), what);
  }

  Remedy &addRemedy(size_t number, Source source, std::string text) {
    Remedy &remedy = remedies.emplace_back();
    remedy.site = number, remedy.source = source, remedy.text = std::move(text);
    return remedy;
  }

  Status add(const Site &site, size_t number, Source source) {
    switch (source) {
    case Source::rounding:
      if (allowed.wideActivations && site.grid->bits == 8)
        addRemedy(number, source, ruleOfValue(site, "{bits: 16}")).grid = widened(*site.grid);
      return tare::success();
    case Source::clipping:
      return addRange(site, number), tare::success();
    case Source::weights:
      addKeepFloat(site, number, source);
      addChannelScales(site, number);
      return addCorrection(site, number);
    default:
      return addKeepFloat(site, number, source), tare::success();
    }
  }

  void addRange(const Site &site, size_t number) {
    const SiteNoise &noise = measured.sites[number];
    const double least = awayFromZero(noise.least), greatest = awayFromZero(noise.greatest);
    if (least < greatest)
      addRemedy(number, Source::clipping,
                ruleOfValue(site, fmt::format("{{range: [{:.4g}, {:.4g}]}}", least, greatest)))
          .grid = spread(*site.grid, least, greatest);
  }

  void addKeepFloat(const Site &site, size_t number, Source source) {
    const std::string text = ruleOf(site, "keep_float: true");
    if (!site.op || std::ranges::any_of(remedies, [&](const Remedy &other) { return other.text == text; }))
      return;
    Remedy &remedy = addRemedy(number, source, text);
    remedy.computesAnew = remedy.roundsToNearest = true;
    remedy.constants.resize(site.op->getNumOperands());
  }

  void addChannelScales(const Site &site, size_t number) {
    if (!site.hasWeights() || !allowed.channelScales || !site.hasOneScale)
      return;
    auto op = cast<qnn::AccumulatorOpInterface>(site.op);
    if (op.getOutputChannels() == 1)
      return;
    Remedy &remedy = addRemedy(number, Source::weights, ruleOf(site, "weights: {per_channel: true}"));
    remedy.computesAnew = true;
    remedy.constants = constantsOf(site, {.bias = true});
    remedy.constants[1] =
        ofChannels(qnn::toTensor(qnn::constantValue(op.getWeightOperand().get())), op.getOutputChannels());
  }

  Status addCorrection(const Site &site, size_t number) {
    if (!canCorrect(site))
      return tare::success();
    Result<Tensor> shift = shiftOf(site, measured.sites[number]);
    if (!shift)
      return shift.error();
    Remedy &remedy = addRemedy(number, Source::weights, ruleOf(site, "weights: {bias_correction: true}"));
    remedy.computesAnew = true;
    remedy.constants = constantsOf(site, {.weights = true, .bias = true});
    remedy.constants[2] = corrected(site, *shift);
    return tare::success();
  }

  /// Whether there is a bias to take the shift from.
  static bool canCorrect(const Site &site) {
    return site.op && site.hasWeights() && site.constants.size() > 2 && site.constants[1] && site.bias;
  }

  static Tensor corrected(const Site &site, const Tensor &shift) {
    return differenceOf(qnn::toTensor(qnn::constantValue(site.op->getOperand(2))), shift);
  }

  void addWideActivations() {
    auto isNarrow = [](const Site &site) { return site.grid && site.grid->bits == 8; };
    if (!allowed.wideActivations || std::ranges::none_of(networks.sites(), isNarrow))
      return;
    Remedy &remedy = remedies.emplace_back();
    remedy.text = "--activations i16", remedy.isRule = false;
    for (size_t i = 0; i != networks.sites().size(); ++i) {
      const Site &site = networks.sites()[i];
      const SiteNoise &noise = measured.sites[i];
      remedy.grids.push_back(site.grid);
      if (!isNarrow(site))
        continue;
      // At 16 bits nothing is cut off.
      ActivationGrid wide = *site.grid;
      wide.bits = 16;
      const double least = std::min<double>(noise.least, site.grid->least()),
                   greatest = std::max<double>(noise.greatest, site.grid->greatest());
      remedy.grids.back() = spread(wide, least, greatest);
    }
  }

  Status addCorrectedBiases(ModuleOp module) {
    std::vector<Site> sites = networks.sites();
    bool anyCorrected = false;
    for (size_t i = 0; i != sites.size(); ++i) {
      if (!canCorrect(sites[i]))
        continue;
      Result<Tensor> shift = shiftOf(sites[i], measured.sites[i]);
      if (!shift)
        return shift.error();
      sites[i].bias = corrected(sites[i], *shift);
      anyCorrected = true;
    }
    FailureOr<Replay> network = anyCorrected ? Replay::create(module) : FailureOr<Replay>(failure());
    if (failed(network))
      return tare::success();
    substituteAll(*network, sites);
    Remedy &remedy = remedies.emplace_back();
    remedy.text = "--bias-correction on", remedy.isRule = false;
    remedy.source = Source::weights;
    remedy.network = std::make_shared<const Replay>(std::move(*network));
    return tare::success();
  }

  const Networks &networks;
  const Measured &measured;
  size_t output;
  const Allowed &allowed;
  std::vector<Remedy> remedies;
};

} // namespace

Result<std::vector<Remedy>> explain::remediesFor(const Networks &networks, const Measured &measured,
                                                 const std::vector<size_t> &sites, size_t output,
                                                 const Allowed &allowed, ModuleOp module) {
  RemedyFinder finder(networks, measured, output, allowed);
  for (size_t site : sites)
    if (Status added = finder.addSite(site); !added)
      return added.error();
  if (Status added = finder.addGlobal(module); !added)
    return added.error();
  return finder.take();
}

/// The values of the fixed network with the remedy.
static Result<Replay::Values> valuesWith(const Remedy &remedy, const Networks &networks, const BothRuns &runs,
                                         const std::vector<Tensor> &inputs) {
  Roundings roundings = runs.roundings;
  if (!remedy.site) {
    if (!remedy.grids.empty())
      roundings.grids = remedy.grids;
    return networks.runFixed(remedy.network ? *remedy.network : networks.fixed(), inputs, roundings);
  }
  const size_t number = *remedy.site;
  const Site &site = networks.sites()[number];
  if (remedy.roundsToNearest)
    roundings.errors[number] = Tensor();
  if (!remedy.computesAnew) {
    roundings.grids[number] = remedy.grid;
    return networks.reroundFixed(runs, number, roundings);
  }
  std::vector<Tensor> operands = operandsOf(site, networks.fixed(), runs.fixed, {});
  for (size_t i = 0; i != operands.size(); ++i)
    if (remedy.constants[i])
      operands[i] = remedy.constants[i];
  Result<Tensor> result = resultOf(site, operands, {});
  return result ? networks.rerunFixed(runs, number, std::move(*result), roundings) : result.error();
}

Result<Powers> explain::noiseWith(const Remedy &remedy, const Networks &networks, const BothRuns &runs,
                                  const std::vector<Tensor> &inputs, const std::vector<ExplainedOutput> &outputs) {
  Result<Replay::Values> values = valuesWith(remedy, networks, runs, inputs);
  if (!values)
    return values.error();
  const Replay &network = remedy.network ? *remedy.network : networks.fixed();
  return noiseOf(network, *values, networks.real().outputs(runs.real), outputs);
}
