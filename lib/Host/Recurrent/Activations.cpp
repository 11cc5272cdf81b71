//===- Activations.cpp - The functions of recurrent operators -------------===//
#include "tare/Host/Activations.h"
#include "tare/Kernels/Functions.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>

using namespace tare;
using namespace tare::host;

static bool isSameName(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

static constexpr Activation known[] = {
    {"Relu", [](double x, double, double) { return x < 0 ? 0.0 : x; }},
    {"Tanh", [](double x, double, double) { return std::tanh(x); }},
    {"Sigmoid", [](double x, double, double) { return 1 / (1 + std::exp(-x)); }},
    {"Affine", [](double x, double alpha, double beta) { return alpha * x + beta; }, true, true},
    {"LeakyRelu", [](double x, double alpha, double) { return x < 0 ? alpha * x : x; }, true, false, 0.01},
    {"ThresholdedRelu", [](double x, double alpha, double) { return x >= alpha ? x : 0.0; }, true, false, 1},
    {"ScaledTanh", [](double x, double alpha, double beta) { return alpha * std::tanh(beta * x); }, true, true},
    {"HardSigmoid", [](double x, double alpha, double beta) { return std::clamp(alpha * x + beta, 0.0, 1.0); }, true,
     true, 0.2, 0.5},
    {"Elu", [](double x, double alpha, double) { return x < 0 ? alpha * std::expm1(x) : x; }, true, false, 1},
    {"Softsign", [](double x, double, double) { return kernels::softsign(x); }},
    {"Softplus", [](double x, double, double) { return kernels::softplus(x); }},
};

std::optional<Activation> host::activationOf(std::string_view name) {
  for (const Activation &each : known)
    if (isSameName(each.name, name))
      return each;
  return std::nullopt;
}

static std::string knownNames() {
  std::string all;
  for (const Activation &each : known)
    all += (all.empty() ? "" : &each == std::end(known) - 1 ? " or " : ", ") + std::string(each.name);
  return all;
}

Result<std::vector<Activation>> host::activationsOf(const Attributes &attributes,
                                                    const std::vector<std::string> &defaults, int64_t directions) {
  std::vector<std::string> names = attributes.texts("activations");
  // Some exporters write the default's names once for both directions.
  if (names == defaults || !attributes.has("activations"))
    for (names.clear(); int64_t(names.size()) < directions * int64_t(defaults.size());)
      names.insert(names.end(), defaults.begin(), defaults.end());
  std::vector<double> alphas = attributes.numbers("activation_alpha"), betas = attributes.numbers("activation_beta");
  size_t usedAlphas = 0, usedBetas = 0;
  std::vector<Activation> all;
  for (const std::string &name : names) {
    std::optional<Activation> found = activationOf(name);
    if (!found)
      return Error{fmt::format("has the activation '{}', expected {}", name, knownNames())};
    if (found->hasAlpha && usedAlphas < alphas.size())
      found->alpha = alphas[usedAlphas++];
    if (found->hasBeta && usedBetas < betas.size())
      found->beta = betas[usedBetas++];
    all.push_back(*found);
  }
  if (size_t wanted = directions * defaults.size(); all.size() != wanted)
    return Error{fmt::format("has {} activations, expected {}", all.size(), wanted)};
  return all;
}
