//===- Networks.cpp - The float network, and the same with all errors -----===//
#include "Driver/Explain/Networks.h"

#include "tare/Evaluator/ModelPorts.h"

using namespace mlir;
using namespace tare;
using namespace tare::explain;

/// Whether a site's op is computed anew in the fixed network: where its multipliers are in no constant.
static bool isScaledWhileRunning(const Site &site) {
  return site.op && !site.hasWeights() && !site.multipliers.empty();
}

void explain::substituteAll(Replay &network, const std::vector<Site> &sites) {
  for (const Site &site : sites) {
    if (!site.op)
      continue;
    const std::vector<Tensor> constants = constantsOf(site, {.weights = true, .bias = true, .multiplier = true});
    for (OpOperand &operand : site.op->getOpOperands())
      if (const Tensor &constant = constants[operand.getOperandNumber()])
        network.substitute(operand, constant);
  }
}

Networks::Networks(func::FuncOp function, Replay real, Replay fixed, Sites sites)
    : main(function), realNetwork(std::move(real)), fixedNetwork(std::move(fixed)), found(std::move(sites)) {
  for (size_t i = 0; i != found.all.size(); ++i) {
    const Site &site = found.all[i];
    if (isScaledWhileRunning(site))
      computing[site.op->getResult(0)].push_back(i);
    if (site.grid)
      holding[site.held].push_back(i);
  }
}

Status Networks::requantizeAs(std::shared_ptr<const runtime::Session> session) {
  Result<Requantizations> created = Requantizations::create(std::move(session), sites());
  if (!created)
    return created.error();
  requantizations.emplace(std::move(*created));
  return tare::success();
}

std::vector<Tensor> Networks::argumentsOf(const std::vector<Tensor> &inputs) const {
  std::vector<Tensor> arguments;
  func::FuncOp function = main;
  for (BlockArgument argument : function.getArguments())
    arguments.push_back(asArgument(inputs[argument.getArgNumber()], argument));
  return arguments;
}

Tensor explain::sumOf(const Tensor &a, const Tensor &b) {
  Tensor sum(ElementType::f32, a.shape());
  for (int64_t i = 0; i != a.count(); ++i)
    sum.mutableAs<float>()[i] = a.as<float>()[i] + b.as<float>()[i];
  return sum;
}

Tensor Networks::rounded(size_t site, const Tensor &exact, const Roundings &roundings) const {
  const std::optional<ActivationGrid> &grid = roundings.grids[site];
  if (!grid)
    return exact;
  Tensor result = grid->rounded(exact);
  if (const Tensor &error = roundings.errors[site])
    result = sumOf(result, error);
  return grid->clipped(result);
}

/// What the fixed network has in place of a value; null where it has the value.
Tensor Networks::edited(const Replay &network, Value value, const Replay::Values &values, const Roundings &roundings,
                        std::vector<Tensor> *exact) const {
  Tensor result;
  for (size_t i : computing.lookup(value)) {
    constexpr Switches all{.weights = true, .bias = true, .multiplier = true};
    const Site &site = found.all[i];
    if (Result<Tensor> scaled = resultOf(site, operandsOf(site, network, values, all), all))
      result = std::move(*scaled);
  }
  for (size_t i : holding.lookup(value)) {
    const Tensor before = result ? result : network.at(values, value);
    if (exact)
      (*exact)[i] = before;
    result = rounded(i, before, roundings);
  }
  return result;
}

Result<Replay::Values> Networks::runFixed(const Replay &network, const std::vector<Tensor> &inputs,
                                          const Roundings &roundings, std::vector<Tensor> *exact) const {
  return network.run(argumentsOf(inputs), [&](Value value, const Replay::Values &values) {
    return edited(network, value, values, roundings, exact);
  });
}

Result<BothRuns> Networks::run(const std::vector<Tensor> &inputs, const std::vector<Tensor> &ofProgram) const {
  BothRuns runs;
  Result<Replay::Values> real = realNetwork.run(argumentsOf(inputs), {});
  if (!real)
    return real.error();
  runs.real = std::move(*real);
  Result<std::vector<Tensor>> errors = requantizations->of(ofProgram, realNetwork, runs.real);
  if (!errors)
    return errors.error();
  runs.roundings.errors = std::move(*errors);
  for (const Site &site : sites())
    runs.roundings.grids.push_back(site.grid);
  runs.exact.resize(sites().size());
  Result<Replay::Values> fixed = runFixed(fixedNetwork, inputs, runs.roundings, &runs.exact);
  if (!fixed)
    return fixed.error();
  runs.fixed = std::move(*fixed);
  return runs;
}

Result<Replay::Values> Networks::rerunFrom(const BothRuns &runs, Value value, Tensor tensor,
                                           const Roundings &roundings) const {
  return fixedNetwork.rerun(runs.fixed, value, std::move(tensor), [&](Value each, const Replay::Values &values) {
    return edited(fixedNetwork, each, values, roundings, nullptr);
  });
}

Result<Replay::Values> Networks::rerunFixed(const BothRuns &runs, size_t number, Tensor result,
                                            const Roundings &roundings) const {
  const Site &site = sites()[number];
  const Value computed = site.op->getResult(0);
  if (computed == site.held)
    result = rounded(number, result, roundings);
  return rerunFrom(runs, computed, std::move(result), roundings);
}

Result<Replay::Values> Networks::reroundFixed(const BothRuns &runs, size_t number, const Roundings &roundings) const {
  return rerunFrom(runs, sites()[number].held, rounded(number, runs.exact[number], roundings), roundings);
}
