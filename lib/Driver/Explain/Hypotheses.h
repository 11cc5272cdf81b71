//===- Hypotheses.h - Why another runtime has other integers ----*- C++ -*-===//
#ifndef TARE_DRIVER_EXPLAIN_HYPOTHESES_H
#define TARE_DRIVER_EXPLAIN_HYPOTHESES_H

#include "tare/Runtime/Trace.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace tare::explain {

using Integers = std::vector<int64_t>;

/// What might make a layer's integers those of another runtime, and how many of its elements it makes.
struct Hypothesis {
  /// "rounding half_even", "zero point 1 higher", ..
  std::string text;
  int64_t equal = 0;
};

/// One run of a layer of a program, beside what another runtime has there: in the order of the program's dimensions.
struct LayerRun {
  std::vector<Tensor> operands;
  Integers ours, theirs;
};

/// The integers of a tensor of up to 64 bits.
Integers integersOf(const ConstTensorView &tensor);

/// Tries on a layer of a program: other roundings, multipliers that are not rounded, other zero points, scales and
/// limits. Those that make more elements equal than there are already, the best first.
class Hypotheses {
public:
  /// An error where the machine does not have the memory.
  static Result<Hypotheses> create(std::shared_ptr<const runtime::Session> session, size_t layer);

  Result<std::vector<Hypothesis>> test(const std::vector<LayerRun> &runs) const;

private:
  /// By hypothesis, what it makes of each run.
  using Predictions = std::vector<std::pair<std::string, std::vector<Integers>>>;

  Hypotheses(std::shared_ptr<const runtime::Session> session, size_t layer)
      : session(std::move(session)), number(layer) {}
  const program::LayerT &layer() const { return *session->program().layers[number]; }
  Status addRoundings(const std::vector<LayerRun> &runs, Predictions &predictions) const;
  void addReals(const std::vector<LayerRun> &runs, Predictions &predictions) const;
  void addWideMultipliers(const std::vector<std::vector<double>> &exact, const std::vector<double> &ratios,
                          Predictions &predictions) const;
  void addZeroPoints(const std::vector<LayerRun> &runs, Predictions &predictions) const;
  void addLimits(const std::vector<LayerRun> &runs, Predictions &predictions) const;
  std::vector<double> ratios() const;
  /// In steps, before rounding; nothing where nothing says them.
  std::optional<std::vector<std::vector<double>>> exact(const std::vector<LayerRun> &runs) const;

  std::shared_ptr<const runtime::Session> session;
  size_t number;
  std::vector<std::pair<std::string, runtime::Trace>> others;
};

} // namespace tare::explain

#endif // TARE_DRIVER_EXPLAIN_HYPOTHESES_H
