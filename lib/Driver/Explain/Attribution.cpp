//===- Attribution.cpp - Whose error an output's error is -----------------===//
#include "Driver/Explain/Attribution.h"

#include "Driver/Compare/Difference.h"
#include "Driver/Execute/DiscreteValues.h"
#include "tare/Dialect/Qnn/ChannelMeans.h"
#include "tare/Dialect/Qnn/Names.h"
#include "tare/Dialect/Qnn/QnnDialect.h"
#include "tare/Dialect/Qnn/QnnInterfaces.h"

#include <cstring>

using namespace mlir;
using namespace tare;
using namespace tare::explain;

std::vector<ExplainedOutput> explain::outputsOf(func::FuncOp function) {
  std::vector<ExplainedOutput> outputs;
  for (OpOperand &result : function.front().getTerminator()->getOpOperands()) {
    const unsigned number = result.getOperandNumber();
    auto name = function.getResultAttrOfType<StringAttr>(number, qnn::portNameAttrName);
    outputs.push_back({number, name ? name.str() : qnn::valueName(result.get())});
  }
  return outputs;
}

std::vector<ExplainedOutput> explain::explainedOutputs(func::FuncOp function) {
  std::vector<ExplainedOutput> outputs = outputsOf(function);
  std::erase_if(outputs, [&](const ExplainedOutput &output) {
    return isDiscrete(function.front().getTerminator()->getOperand(output.number));
  });
  return outputs;
}

static double noiseOf(const Tensor &reference, const Tensor &other) {
  Difference difference;
  difference.add(toFloat(reference), toFloat(other));
  return difference.noise;
}

Powers explain::noiseOf(const Replay &network, const Replay::Values &values, const std::vector<Tensor> &real,
                        const std::vector<ExplainedOutput> &outputs) {
  const std::vector<Tensor> all = network.outputs(values);
  Powers powers;
  for (const ExplainedOutput &output : outputs)
    powers.push_back(::noiseOf(real[output.number], all[output.number]));
  return powers;
}

static void addTo(Powers &sum, const Powers &more) {
  for (size_t i = 0; i != more.size(); ++i)
    sum[i] += more[i];
}

Measured::Measured(size_t outputs, size_t count) : signal(outputs), program(outputs), fixed(outputs), sites(count) {
  for (SiteNoise &site : sites)
    site.bySource.fill(Powers(outputs));
}

void Measured::add(const Measured &more) {
  addTo(signal, more.signal), addTo(program, more.program), addTo(fixed, more.fixed);
  for (size_t i = 0; i != sites.size(); ++i) {
    SiteNoise &site = sites[i];
    const SiteNoise &other = more.sites[i];
    for (size_t source = 0; source != sources.size(); ++source)
      addTo(site.bySource[source], other.bySource[source]);
    site.least = std::min(site.least, other.least), site.greatest = std::max(site.greatest, other.greatest);
    site.channelSums.resize(other.channelSums.size());
    addTo(site.channelSums, other.channelSums);
    site.channelElements += other.channelElements;
  }
}

namespace {

bool areEqual(const Tensor &a, const Tensor &b) {
  return a.type() == b.type() && std::memcmp(a.data(), b.data(), a.type().bytes()) == 0;
}

/// A value of the float network, and what a source makes of it; null where it makes nothing of it.
struct Changed {
  Value value;
  Tensor tensor;
};

class SiteMeter {
public:
  SiteMeter(const Networks &networks, const BothRuns &runs, size_t number)
      : network(networks.real()), values(runs.real), site(networks.sites()[number]),
        error(runs.roundings.errors[number]), held(network.at(values, site.held)) {}

  Result<Changed> changedBy(Source source) const {
    switch (source) {
    case Source::weights:
      return site.op && site.hasConstants() ? computed({.weights = true}) : Changed();
    case Source::bias:
      return site.op && site.bias ? computed({.bias = true}) : Changed();
    case Source::multiplier:
      return site.op && !site.multipliers.empty() ? computed({.multiplier = true}) : Changed();
    case Source::clipping:
      return site.grid ? Changed{site.held, site.grid->clipped(held)} : Changed();
    case Source::rounding:
      return site.grid ? Changed{site.held, site.grid->rounded(held)} : Changed();
    case Source::requantization:
      return error ? Changed{site.held, sumOf(held, error)} : Changed();
    }
    return Changed();
  }

  void look(SiteNoise &noise) const {
    const auto [least, greatest] = std::minmax_element(held.as<float>(), held.as<float>() + held.count());
    if (held.count() > 0)
      noise.least = std::min(0.0f, *least), noise.greatest = std::max(0.0f, *greatest);
    if (site.op && site.hasWeights())
      sumChannels(noise);
  }

private:
  Result<Changed> computed(Switches on) const {
    Result<Tensor> result = resultOf(site, operandsOf(site, network, values, on), on);
    return result ? Result<Changed>(Changed{site.op->getResult(0), std::move(*result)}) : result.error();
  }

  void sumChannels(SiteNoise &noise) const {
    const Tensor &input = network.at(values, site.op->getOperand(0));
    const size_t axis = size_t(qnn::inputChannelAxis(site.op));
    int64_t inner = 1;
    for (size_t i = axis + 1; i < input.shape().size(); ++i)
      inner *= input.shape()[i];
    const int64_t channels = input.shape()[axis];
    noise.channelSums.resize(channels);
    for (int64_t i = 0; i != input.count(); ++i)
      noise.channelSums[i / inner % channels] += input.as<float>()[i];
    noise.channelElements = input.count() / std::max<int64_t>(channels, 1);
  }

  const Replay &network;
  const Replay::Values &values;
  const Site &site;
  const Tensor &error, &held;
};

} // namespace

Result<Measured> explain::measure(const Networks &networks, const BothRuns &runs, const std::vector<Tensor> &given,
                                  const std::vector<ExplainedOutput> &outputs, llvm::function_ref<Status()> advance) {
  const Replay &network = networks.real();
  const std::vector<Tensor> real = network.outputs(runs.real);
  Measured measured(outputs.size(), networks.sites().size());
  for (size_t i = 0; i != outputs.size(); ++i) {
    Difference difference;
    difference.add(toFloat(real[outputs[i].number]), given[i]);
    measured.signal[i] = difference.reference2, measured.program[i] = difference.noise;
  }
  measured.fixed = noiseOf(networks.fixed(), runs.fixed, real, outputs);
  for (size_t i = 0; i != networks.sites().size(); ++i) {
    const SiteMeter meter(networks, runs, i);
    meter.look(measured.sites[i]);
    for (Source source : sources) {
      Result<Changed> changed = meter.changedBy(source);
      if (!changed)
        return changed.error();
      if (!changed->tensor || areEqual(changed->tensor, network.at(runs.real, changed->value)))
        continue;
      auto values = network.rerun(runs.real, changed->value, changed->tensor, {});
      if (!values)
        return values.error();
      measured.sites[i].bySource[size_t(source)] = noiseOf(network, *values, real, outputs);
    }
    if (Status wanted = advance(); !wanted)
      return wanted.error();
  }
  return measured;
}
