//===- Activations.h - The functions of recurrent operators -----*- C++ -*-===//
#ifndef TARE_HOST_ACTIVATIONS_H
#define TARE_HOST_ACTIVATIONS_H

#include "tare/Host/Attributes.h"
#include "tare/Tensor/Result.h"

#include <optional>
#include <string_view>
#include <vector>

namespace tare::host {

/// A function by name, with the two numbers that some of them have.
struct Activation {
  /// As ONNX writes it.
  std::string_view name;
  double (*function)(double x, double alpha, double beta) = nullptr;
  bool hasAlpha = false, hasBeta = false;
  double alpha = 0, beta = 0;

  double operator()(double x) const { return function(x, alpha, beta); }
};

/// The one of that name, in letters of either case, with the numbers that it has by default.
std::optional<Activation> activationOf(std::string_view name);

/// The functions of all directions of a recurrent layer: those that `activations` lists, or else `defaults`, one list
/// for each direction. The numbers of `activation_alpha` and `activation_beta` go, in order, to those functions that
/// have them. An error where the list names another function, or has another length.
/// (https://onnx.ai/onnx/operators/onnx__LSTM.html)
Result<std::vector<Activation>> activationsOf(const Attributes &attributes, const std::vector<std::string> &defaults,
                                              int64_t directions);

} // namespace tare::host

#endif // TARE_HOST_ACTIVATIONS_H
