//===- ProgramCheck.cpp - A program against its QDQ form ------------------===//
#include "ProgramCheck.h"

#include "Difference.h"
#include "tare/Dialect/Qnn/Names.h"
#include "tare/Kernels/Registry.h"
#include "tare/Proof/Proof.h"

#include "mlir/Dialect/Quant/IR/Quant.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

using namespace mlir;
using namespace tare;

namespace {

/// Where the real number lies within float's own error of a tie, both neighbours are right.
constexpr double tieSlack = 0.25;
/// At 16 bits float32 itself is a few steps off where large products cancel.
constexpr double wideSlack = 2;
/// The same of an accumulator, as a share of the largest: float32 sums have 24 bits, less what cancels.
constexpr double accumulatorSlack = 0x1p-10;

template <typename T> std::vector<double> distances(const Tensor &a, const Tensor &b) {
  std::vector<double> result(a.count());
  for (int64_t i = 0; i != a.count(); ++i)
    result[i] = std::abs(double(a.as<T>()[i]) - double(b.as<T>()[i]));
  return result;
}

class Comparer {
public:
  Comparer(const ProgramResults &program) : program(program), isMatched(program.session().program().layers.size()) {}

  void visit(Value value, SampleTensors &tensors) {
    if (auto cast = value.getDefiningOp<quant::QuantizeCastOp>())
      visitCast(cast, tensors);
    else if (isa<RankedTensorType>(value.getType()) && tensors.front().element() == ElementType::f32)
      visitAccumulator(value, tensors);
  }

  ProgramCheck found;

private:
  /// The integers of one value, in both: then the program's take the place.
  void visitCast(quant::QuantizeCastOp cast, SampleTensors &tensors) {
    std::optional<qnn::Grid> grid = qnn::Grid::of(cast.getType());
    if (!grid || grid->bits > 16 || !grid->isSigned)
      return;
    std::optional<size_t> layer = program.layerOf(qnn::valueName(cast.getInput()), *grid);
    std::optional<SampleTensors> integers = layer ? aligned(program.of(*layer), tensors) : std::nullopt;
    if (!integers)
      return;
    std::vector<double> apart;
    for (size_t i = 0; i != tensors.size(); ++i) {
      auto more = grid->bits == 8 ? distances<int8_t>((*integers)[i], tensors[i])
                                  : distances<int16_t>((*integers)[i], tensors[i]);
      apart.insert(apart.end(), more.begin(), more.end());
    }
    judge(*layer, apart, grid->bits > 8);
    isMatched[*layer] = true;
    tensors = std::move(*integers);
  }

  /// The integers of an accumulator that leaves, on its grid per channel.
  void visitAccumulator(Value value, SampleTensors &tensors) {
    std::optional<size_t> layer = program.layerOf(qnn::valueName(value));
    if (!layer || sizeOf(program.tensorOf(*layer).type) < 4 || program.tensorOf(*layer).scales.empty())
      return;
    std::optional<SampleTensors> reals = aligned(program.realOf(*layer), tensors);
    if (!reals)
      return;
    const std::vector<double> &scales = program.tensorOf(*layer).scales;
    double step = *std::ranges::max_element(scales), largest = 0;
    for (const Tensor &tensor : tensors)
      for (int64_t i = 0; i != tensor.count(); ++i)
        largest = std::max(largest, std::abs(double(tensor.as<float>()[i])));
    std::vector<double> apart;
    for (size_t i = 0; i != tensors.size(); ++i)
      for (double distance : distances<float>((*reals)[i], tensors[i]))
        apart.push_back(std::max(0.0, distance - accumulatorSlack * largest) / step);
    judge(*layer, apart, /*isWide=*/false);
    isMatched[*layer] = true;
    tensors = std::move(*reals);
  }

  void judge(size_t layer, const std::vector<double> &apart, bool isWide) {
    double largest = 0;
    ++found.layers;
    found.elements += apart.size();
    for (double distance : apart) {
      found.differing += distance >= 0.5;
      largest = std::max(largest, distance);
    }
    found.largest = std::max(found.largest, largest);
    double slack = isWide ? wideSlack : tieSlack;
    if (found.mismatch || largest <= 1 + slack)
      return;
    std::optional<double> explained = explainedOf(layer);
    if (!explained || largest <= *explained + slack)
      return;
    found.mismatch = {program.session().program().layers[layer]->name,
                      std::ranges::count_if(apart, [&](double d) { return d > *explained + slack; }),
                      int64_t(apart.size()), largest, std::floor(*explained)};
  }

  /// The layer's own worst error and the rounding of the QDQ form; nothing where other layers lie between the two
  /// forms' common values, or where the layer's error is not known.
  std::optional<double> explainedOf(size_t layer) const {
    const program::Model &model = program.session().model();
    const program::LayerT &of = *model.program().layers[layer];
    if (!standsAlone(layer))
      return std::nullopt;
    proof::LayerProof proof = proof::proveLayer(model, of);
    if (!proof.isMeasured())
      return std::nullopt;
    const program::RequantT *requant = kernels::requantOf(of.op);
    // The rounding of the stages' bias. (A41)
    double bias = requant && requant->stages ? 0.5 : 0;
    return std::max(0.5, proof.worst.error) + 0.5 + bias;
  }

  /// Whether the layer's operands are values that the QDQ form has taken over, or move such values.
  bool standsAlone(size_t layer) const {
    const program::ProgramT &all = program.session().program();
    return std::ranges::all_of(all.layers[layer]->operands, [&](uint32_t operand) {
      for (size_t other = 0; other != layer; ++other)
        if (all.layers[other]->result == operand)
          return isMatched[other] || (movesOnly(other) && standsAlone(other));
      return true; // A constant, or an input.
    });
  }

  bool movesOnly(size_t layer) const {
    const program::Model &model = program.session().model();
    proof::Method method = proof::proveLayer(model, *model.program().layers[layer]).method;
    return method == proof::Method::exact || method == proof::Method::border;
  }

  const ProgramResults &program;
  /// The layers whose results the QDQ form computes on.
  std::vector<bool> isMatched;
};

} // namespace

std::string Mismatch::message() const {
  return fmt::format(
      "layer '{}': {} of {} elements differ from the QDQ form by up to {:.4g} LSB, where rounding explains "
      "{:.4g}: this is a bug in Tare, please report it, with the model",
      layer, elements, total, largest, explained);
}

Result<ProgramCheck> tare::checkProgram(func::FuncOp qdq, const ProgramResults &program,
                                        const std::vector<std::vector<Tensor>> &inputs, size_t threads) {
  Comparer comparer(program);
  Status walked =
      walkGraph(qdq, inputs, threads, [&](Value value, SampleTensors &tensors) { comparer.visit(value, tensors); });
  if (!walked)
    return walked.error();
  return comparer.found;
}
