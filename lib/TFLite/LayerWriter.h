//===- LayerWriter.h - Writes one layer of a TFLite network -----*- C++ -*-===//
#ifndef TARE_LIB_TFLITE_LAYERWRITER_H
#define TARE_LIB_TFLITE_LAYERWRITER_H

#include "Activation.h"
#include "Network.h"
#include "tare/Program/Model.h"
#include "tare/Tensor/Result.h"

#include <fmt/format.h>

#include <map>
#include <optional>

namespace tare::tflite {

/// An error about a layer, as its reason.
template <typename... Args> Error refusal(fmt::format_string<Args...> format, Args &&...args) {
  return Error{fmt::format(format, std::forward<Args>(args)...)};
}

/// Where the program's tensors are in the network.
using Places = std::map<uint32_t, Index>;

/// What a layer is lowered from, and where its operators go.
class LayerWriter {
public:
  LayerWriter(const program::Model &model, size_t index, Network &network, Places &places,
              std::map<std::string, double> &coarser)
      : network(network), model(model), index(index), places(places), coarser(coarser) {}

  const program::LayerT &layer() const { return *model.program().layers[index]; }
  const program::OpUnion &op() const { return layer().op; }

  /// The same of another layer.
  LayerWriter at(size_t other) const { return {model, other, network, places, coarser}; }

  size_t operandCount() const { return layer().operands.size(); }
  const TensorType &type(size_t operand) const { return model.type(layer().operands[operand]); }
  const Shape &shape(size_t operand) const { return type(operand).shape; }
  Grid grid(size_t operand) const { return Grid::of(tensorOf(layer().operands[operand])); }
  bool isConstant(size_t operand) const { return tensorOf(layer().operands[operand]).constant; }
  /// The elements of a constant operand.
  template <typename T> std::span<const T> elements(size_t operand) const {
    const uint32_t tensor = layer().operands[operand];
    return {static_cast<const T *>(model.constant(tensor)), size_t(model.type(tensor).count())};
  }

  const TensorType &resultType() const { return model.type(layer().result); }
  Grid resultGrid() const { return Grid::of(tensorOf(layer().result)); }

  /// An operand as a tensor of the network; a constant one becomes a constant.
  Result<Index> operand(size_t number);
  /// The layer's result.
  Result<Index> result();

  /// A tensor that is in no program: between the operators of a layer that takes several.
  Index between(const std::string &role, TensorFacts facts);
  /// The layer's constant.
  Index constant(const std::string &role, TensorFacts facts, std::span<const std::byte> elements);
  Index integers(const std::string &role, const std::vector<int32_t> &values);
  /// One integer on the grid of `like`, of its type, as a tensor of one element.
  Index constantOf(const std::string &role, const TensorFacts &like, int64_t value);

  /// `from` with other dimensions, as a new tensor; itself where it has them.
  Index reshaped(Index from, const Dimensions &shape);
  /// The same into a tensor that there is.
  void reshape(Index from, Index to);
  /// `from`, on whatever grid, on that of `to`.
  void requantize(Index from, Index to) {
    network.addOperator(BuiltinOperator::QUANTIZE, {from}, to, schema::QuantizeOptionsT());
  }

  /// An error where the program does not say what the integers of its first operands, or of its result, mean.
  Status checkGrids(size_t operands) const;

  /// Has `write` give the layer's result, an activation, within limits: it is told what activation to fuse, and the
  /// tensor to write to. What no activation limits, MAXIMUM and MINIMUM do behind it.
  template <typename Write> Status withLimits(Limits limits, Fusing fusing, Write &&write) {
    if (Status known = checkGrids(1); !known)
      return known;
    Result<Index> last = result();
    if (!last)
      return last.error();
    const Activation activation = activationFor(limits, resultType().element, resultGrid(), fusing);
    const Index written = activation.isWhole() ? *last : between("unlimited", factsOf(*last));
    if (Status done = write(activation.fused, written); !done)
      return done;
    limit(written, *last, activation);
    return success();
  }

  /// What a tensor of the network is.
  TensorFacts factsOf(Index tensor) const {
    return {network.type(tensor), network.shape(tensor), network.grid(tensor)};
  }

  /// Notes that the layer's operator gives so many times the program's steps.
  void noteCoarser(double factor) { coarser[layer().name] = factor; }

  Network &network;

private:
  const program::TensorT &tensorOf(uint32_t tensor) const { return *model.program().tensors[tensor]; }
  std::string nameOf(const std::string &role) const;
  /// The model's value that the result is; the layer, where it is one of several forms of that value.
  std::string nameOfResult() const;
  void limit(Index from, Index to, const Activation &activation);
  void limitOne(BuiltinOperator code, Index from, Index to, int64_t end, const char *role);

  const program::Model &model;
  size_t index;
  Places &places;
  std::map<std::string, double> &coarser;
};

/// The network's type of elements; none where the format has none for it that a program's operators may have.
std::optional<schema::TensorType> typeOf(ElementType type);
/// What a tensor of the program is in the network. An error where it cannot be there.
Result<TensorFacts> factsOf(const program::TensorT &tensor);
Dimensions dimensionsOf(const Shape &shape);

} // namespace tare::tflite

#endif // TARE_LIB_TFLITE_LAYERWRITER_H
