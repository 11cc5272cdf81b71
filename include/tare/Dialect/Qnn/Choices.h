//===- Choices.h - What a user chooses for values and layers ----*- C++ -*-===//
//
// A configuration's choices stand in a function's attribute, by the user's names
// of layers and values: names survive every pass, ops do not.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_DIALECT_QNN_CHOICES_H
#define TARE_DIALECT_QNN_CHOICES_H

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/Operation.h"

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tare::qnn {

/// The discardable attribute of a function: {layers = {NAME = {..}}, values = {NAME = {..}}}, of which each setting is
/// optional:
///   of a layer: keep_float, per_channel, bias_correction, adaptive_rounding (bool), weight_scales (array<f64>: one, or
///   one per channel);
///   of a value: bits (i64: 8 or 16), symmetric (bool), method (string), percentile (f64), range (array<f64: min,
///   max>), scale (f64), zero_point (i64).
inline constexpr llvm::StringLiteral choicesAttrName = "qnn.choices";

/// The grid of an activation, and how its range is found.
struct ValueChoice {
  std::optional<unsigned> bits;
  std::optional<bool> symmetric;
  /// By the names of `--method`.
  std::optional<std::string> method;
  std::optional<double> percentile;
  /// Real numbers; contains 0.
  std::optional<std::pair<double, double>> range;
  std::optional<double> scale;
  /// Of integers with a sign; only with a scale.
  std::optional<int64_t> zeroPoint;

  /// Whether the grid's ends are given.
  bool hasGrid() const { return range || scale; }
  bool operator==(const ValueChoice &) const = default;
};

struct LayerChoice {
  /// Whether the host computes it.
  std::optional<bool> keepFloat;
  /// Whether each output channel of the weights has a scale of its own.
  std::optional<bool> perChannel;
  /// One for all channels, or one for each; empty where they are not given.
  std::vector<double> weightScales;
  std::optional<bool> biasCorrection;
  /// Whether each weight is rounded so that the layer's results lose least on the calibration data; to the nearest
  /// step otherwise.
  std::optional<bool> adaptiveRounding;

  bool operator==(const LayerChoice &) const = default;
};

/// What a function's user chose.
struct Choices {
  std::map<std::string, LayerChoice, std::less<>> layers;
  std::map<std::string, ValueChoice, std::less<>> values;

  /// Those of a function; none where it has no such attribute. `function` may be null.
  static Choices of(mlir::Operation *function);
  mlir::DictionaryAttr toAttr(mlir::MLIRContext *context) const;

  bool empty() const { return layers.empty() && values.empty(); }
  /// Null where nothing is chosen.
  const LayerChoice *ofLayer(mlir::Operation *op) const;
  const ValueChoice *ofValue(mlir::Value value) const;
};

/// Why an attribute is no `qnn.choices`; empty where it is one.
std::string misfitOfChoices(mlir::Attribute attribute);

} // namespace tare::qnn

#endif // TARE_DIALECT_QNN_CHOICES_H
