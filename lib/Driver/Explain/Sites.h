//===- Sites.h - Where a program is not its float network -------*- C++ -*-===//
//
// A program has rounded weights, biases and multipliers, and puts results on
// grids. Each layer that does is found again in the float network, with the
// numbers that take the place of the real ones.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_DRIVER_EXPLAIN_SITES_H
#define TARE_DRIVER_EXPLAIN_SITES_H

#include "Driver/Explain/Rescaled.h"
#include "tare/Evaluator/Replay.h"
#include "tare/Program/Model.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tare::explain {

/// What makes a layer's result another one than in float.
enum class Source { weights, clipping, rounding, bias, multiplier, requantization };
inline constexpr std::array sources = {Source::weights, Source::clipping,   Source::rounding,
                                       Source::bias,    Source::multiplier, Source::requantization};
/// "weights", "clipping", ..
std::string_view nameOf(Source source);

/// The grid of a whole tensor of activations: scale * (q - zero), q in [low, high].
struct ActivationGrid {
  double scale = 0;
  int64_t zero = 0, low = 0, high = 0;
  unsigned bits = 8;

  /// The numbers limited to what the grid holds.
  Tensor clipped(const Tensor &reals) const;
  /// The nearest of the grid's numbers, as if it went on beyond its ends.
  Tensor rounded(const Tensor &reals) const;
  double least() const { return scale * double(low - zero); }
  double greatest() const { return scale * double(high - zero); }
};

/// A layer of the program that has an error of its own.
struct Site {
  /// The layer's number in the program, nothing where the host quantizes an input; its name, its value's in the model,
  /// and its operator.
  std::optional<size_t> layer;
  std::string name, value, kind;
  /// What the layer gives, in the float network: an op's result, or an input.
  mlir::Value held;
  /// Whether that is a copy for some readers (Rescaled.h): rules are of the value itself.
  bool isCopy = false;
  /// What computes it of the layer's operands; null where there is nothing but a grid. A function may stand between.
  mlir::Operation *op = nullptr;
  /// None where real numbers or accumulators leave.
  std::optional<ActivationGrid> grid;
  /// By operand of the op: a constant as the program has it; null where it has none.
  std::vector<Tensor> constants;
  /// Whether all its weights are on one grid.
  bool hasOneScale = false;
  /// The bias as the program has it; null where it has none of its own.
  Tensor bias;
  /// The multiplier over the real number that it stands for: one, or one for each output channel; of a sum one for each
  /// operand. Empty where nothing is multiplied.
  std::vector<double> multipliers;

  bool isSum() const;
  /// Whether op has weights, so that multipliers are those of channels.
  bool hasWeights() const;
  bool hasConstants() const;
};

/// Which of a layer's sources are on where its op is computed.
struct Switches {
  bool weights = false, bias = false, multiplier = false;
};

/// By operand of a layer's op, the constant that what is switched on makes of it; null where it changes nothing.
std::vector<Tensor> constantsOf(const Site &site, Switches on);
/// The operands of a layer's op: of `values`, but for what is switched on.
std::vector<Tensor> operandsOf(const Site &site, const Replay &network, const Replay::Values &values, Switches on);
/// The op's result of these operands; an error where it does not take their elements.
Result<Tensor> resultOf(const Site &site, const std::vector<Tensor> &operands, Switches on);

/// All layers of a program with errors of their own, in the order in which they run.
struct Sites {
  std::vector<Site> all;
  /// Layers that a loop runs at each step, and such whose value the float network does not have.
  std::vector<std::string> inLoops, unknown;
  /// Layers whose weights are not the model's, rounded.
  std::vector<std::string> otherWeights;
};
/// `rescaled`: the copies that the float network has been given of rescaled values.
Sites findSites(const program::Model &model, mlir::func::FuncOp real, const Replay &network,
                const RescaledValues &rescaled);

} // namespace tare::explain

#endif // TARE_DRIVER_EXPLAIN_SITES_H
