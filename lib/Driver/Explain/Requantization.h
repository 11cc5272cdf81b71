//===- Requantization.h - What hardware's own rounding is off by -*- C++ -*-===//
//
// Rounding to the nearest step is any hardware's. What a requantization gives
// beyond that (it rounds down, or twice, or to 16 bits in between, or reads a
// table) is found from its accumulators.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_DRIVER_EXPLAIN_REQUANTIZATION_H
#define TARE_DRIVER_EXPLAIN_REQUANTIZATION_H

#include "Driver/Explain/Sites.h"
#include "tare/Runtime/Trace.h"

namespace tare::explain {

/// By a layer's element, the result in steps of its grid (with the zero point) before it is rounded: what its
/// multipliers, or its table's function, make of the accumulators of these operands. Nothing for layers that scale
/// nothing, and whose function is not known.
std::optional<std::vector<double>> exactSteps(const program::Model &model, const program::LayerT &layer,
                                              std::span<const ConstTensorView> operands);

/// The layers of a program that do not round to the nearest.
class Requantizations {
public:
  /// The sites outlive this; an error where the machine does not have the memory.
  static Result<Requantizations> create(std::shared_ptr<const runtime::Session> session, std::span<const Site> sites);

  bool empty() const { return numbers.empty(); }
  /// By site, what the layer's results on a sample (as the model takes it) are beside the nearest ones, in real
  /// numbers and in the order of `network`'s values; null where they are the nearest.
  Result<std::vector<Tensor>> of(const std::vector<Tensor> &inputs, const Replay &network,
                                 const Replay::Values &values) const;

private:
  Requantizations(runtime::Trace trace, std::span<const Site> sites);
  Tensor errorOf(const runtime::Trace::Step &step, const Site &site, const Tensor &real) const;
  const program::Model &model() const { return trace.session().model(); }

  runtime::Trace trace;
  std::span<const Site> sites;
  /// The number of the site, by layer of the program.
  std::vector<std::pair<size_t, size_t>> numbers;
};

} // namespace tare::explain

#endif // TARE_DRIVER_EXPLAIN_REQUANTIZATION_H
