//===- Activations.h - The functions of recurrent operators -----*- C++ -*-===//
#ifndef TARE_LIB_HOST_RECURRENT_ACTIVATIONS_H
#define TARE_LIB_HOST_RECURRENT_ACTIVATIONS_H

#include <optional>
#include <string_view>

namespace tare::host {

/// A function by name, with the two numbers that some of them have.
struct Activation {
  double (*function)(double x, double alpha, double beta) = nullptr;
  bool hasAlpha = false, hasBeta = false;
  double alpha = 0, beta = 0;

  double operator()(double x) const { return function(x, alpha, beta); }
};

/// The one of that name, in letters of either case, with the numbers that it has by default.
std::optional<Activation> activationOf(std::string_view name);

} // namespace tare::host

#endif // TARE_LIB_HOST_RECURRENT_ACTIVATIONS_H
