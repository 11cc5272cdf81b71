//===- Activations.cpp - The functions of recurrent operators -------------===//
#include "Activations.h"

#include "tare/Kernels/Functions.h"

#include <algorithm>
#include <cctype>
#include <cmath>

using namespace tare;
using namespace tare::host;

static bool isSameName(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

std::optional<Activation> host::activationOf(std::string_view name) {
  struct Named {
    std::string_view name;
    Activation activation;
  };
  static constexpr Named all[] = {
      {"Relu", {[](double x, double, double) { return x < 0 ? 0.0 : x; }}},
      {"Tanh", {[](double x, double, double) { return std::tanh(x); }}},
      {"Sigmoid", {[](double x, double, double) { return 1 / (1 + std::exp(-x)); }}},
      {"Affine", {[](double x, double alpha, double beta) { return alpha * x + beta; }, true, true, 1, 0}},
      {"LeakyRelu", {[](double x, double alpha, double) { return x < 0 ? alpha * x : x; }, true, false, 0.01}},
      {"ThresholdedRelu", {[](double x, double alpha, double) { return x >= alpha ? x : 0.0; }, true, false, 1}},
      {"ScaledTanh",
       {[](double x, double alpha, double beta) { return alpha * std::tanh(beta * x); }, true, true, 1, 1}},
      {"HardSigmoid",
       {[](double x, double alpha, double beta) { return std::clamp(alpha * x + beta, 0.0, 1.0); }, true, true, 0.2,
        0.5}},
      {"Elu", {[](double x, double alpha, double) { return x < 0 ? alpha * std::expm1(x) : x; }, true, false, 1}},
      {"Softsign", {[](double x, double, double) { return kernels::softsign(x); }}},
      {"Softplus", {[](double x, double, double) { return kernels::softplus(x); }}},
  };
  for (const Named &each : all)
    if (isSameName(each.name, name))
      return each.activation;
  return std::nullopt;
}
