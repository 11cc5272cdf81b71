//===- EqualizeChannels.cpp - Weights of like size ------------------------===//
//
// Invariant: the function computes what it did, bit for bit, as far as no number
// leaves float32's range: factors are powers of two, and each meets its
// reciprocal before anything but scaling happens to it.
//
//===----------------------------------------------------------------------===//
#include "Graph/Affine.h"
#include "Remarks.h"
#include "tare/Dialect/Qnn/ChannelMeans.h"
#include "tare/Dialect/Qnn/Constants.h"
#include "tare/Dialect/Qnn/QnnDialect.h"
#include "tare/Dialect/Qnn/QnnOps.h"
#include "tare/Passes/Passes.h"

#include "llvm/ADT/MapVector.h"
#include <algorithm>
#include <cmath>
#include <cstring>

namespace tare {
#define GEN_PASS_DEF_EQUALIZECHANNELS
#include "tare/Passes/Passes.h.inc"
} // namespace tare

using namespace mlir;
using namespace tare;
using qnn::AccumulatorOpInterface;

namespace {

constexpr StringLiteral passName = "tare-equalize-channels";

/// Whether a positive factor before `op` is as good as one behind it, channel by channel.
bool passesFactors(Operation *op) { return isa<qnn::ReluOp, qnn::PReluOp, qnn::MaxPoolOp, qnn::AveragePoolOp>(op); }

bool limitsToPositive(Operation *op) {
  auto clamped = dyn_cast<qnn::ClampOpInterface>(op);
  std::optional<qnn::ClampAttr> clamp = clamped ? clamped.getClamp() : std::nullopt;
  return !clamp || (clamp->getMin() == 0 && clamp->getMax() == HUGE_VAL) ||
         (clamp->getMin() == -HUGE_VAL && clamp->getMax() == HUGE_VAL);
}

Tensor copyOf(const Tensor &tensor) {
  Tensor copy(tensor.type());
  std::memcpy(copy.mutableAs<float>(), tensor.as<float>(), tensor.type().bytes());
  return copy;
}

/// The weights and the bias of one layer, as they become.
struct Parameters {
  Tensor weights, bias;
  bool isChanged = false;

  /// Calls `visit(weight, input)` for each of them, `input` the channel of the activation.
  template <typename Visit> void visitInputs(int64_t inputs, Visit visit) {
    const int64_t outputs = weights.shape()[0], own = weights.shape()[1];
    const int64_t groups = inputs / own, taps = weights.count() / outputs / own;
    float *data = weights.mutableAs<float>();
    for (int64_t o = 0; o < outputs; ++o)
      for (int64_t i = 0; i < own; ++i)
        for (int64_t t = 0; t < taps; ++t)
          visit(*data++, o / (outputs / groups) * own + i);
  }
};

/// A layer, and those that alone read its result.
struct Pair {
  AccumulatorOpInterface first;
  SmallVector<AccumulatorOpInterface> readers;
};

class Equalizer {
public:
  explicit Equalizer(func::FuncOp function) : function(function) {}

  void run() {
    for (auto op : function.getOps<AccumulatorOpInterface>())
      if (std::optional<Pair> pair = pairOf(op))
        pairs.push_back(std::move(*pair));
    // Layers between two others change with both.
    constexpr int mostRounds = 16;
    for (int round = 0; round < mostRounds && equalizeAll(); ++round)
      ;
    for (auto &[op, parameters] : layers)
      if (parameters.isChanged)
        store(cast<AccumulatorOpInterface>(op), parameters);
  }

private:
  std::optional<Pair> pairOf(AccumulatorOpInterface op) {
    if (!limitsToPositive(op) || !load(op))
      return std::nullopt;
    Pair pair{op, {}};
    SmallVector<Value> open{op->getResult(0)};
    while (!open.empty()) {
      Value value = open.pop_back_val();
      for (OpOperand &use : value.getUses()) {
        Operation *user = use.getOwner();
        auto reader = dyn_cast<AccumulatorOpInterface>(user);
        if (reader && &reader.getActivationOperand() == &use && load(reader) && readsChannels(op, reader))
          pair.readers.push_back(reader);
        else if (passesFactors(user) && use.getOperandNumber() == 0 && limitsToPositive(user))
          open.push_back(user->getResult(0));
        else
          return std::nullopt;
      }
    }
    return pair.readers.empty() ? std::nullopt : std::optional(std::move(pair));
  }

  /// Whether the input channels of `reader` are the output channels of `op`.
  static bool readsChannels(AccumulatorOpInterface op, AccumulatorOpInterface reader) {
    auto input = cast<ShapedType>(reader.getActivationOperand().get().getType());
    const int64_t axis = qnn::inputChannelAxis(reader);
    return axis == op.getResultChannelAxis() && input.getDimSize(axis) == op.getOutputChannels();
  }

  /// Whether a layer has float constants, which are in `layers` then.
  bool load(AccumulatorOpInterface op) {
    if (layers.contains(op))
      return true;
    ElementsAttr weights = floatConstantValue(op.getWeightOperand().get());
    ElementsAttr bias = op.getBiasValue() ? floatConstantValue(op.getBiasValue()) : ElementsAttr();
    if (!weights || (op.getBiasValue() && !bias))
      return false;
    layers[op] = {copyOf(qnn::toTensor(weights)), bias ? copyOf(qnn::toTensor(bias)) : Tensor()};
    qnn::forgetPages(weights);
    return true;
  }

  bool equalizeAll() {
    bool isChanged = false;
    for (Pair &pair : pairs)
      isChanged |= equalize(pair);
    return isChanged;
  }

  /// (A78)
  bool equalize(Pair &pair) {
    const int64_t channels = pair.first.getOutputChannels();
    std::vector<float> given(channels), read(channels);
    Parameters &first = layers[pair.first];
    const int64_t count = first.weights.count() / channels;
    for (int64_t i = 0; i < first.weights.count(); ++i)
      given[i / count] = std::max(given[i / count], std::abs(first.weights.as<float>()[i]));
    for (AccumulatorOpInterface reader : pair.readers)
      layers[reader].visitInputs(channels,
                                 [&](float &weight, int64_t c) { read[c] = std::max(read[c], std::abs(weight)); });
    std::vector<int> exponents(channels);
    for (int64_t c = 0; c < channels; ++c)
      if (given[c] > 0 && read[c] > 0 && std::isfinite(given[c]) && std::isfinite(read[c]))
        exponents[c] = int(std::lrint(std::log2(double(given[c]) / double(read[c])) / 2));
    if (llvm::all_of(exponents, [](int exponent) { return exponent == 0; }))
      return false;
    scaleOutputs(first, exponents);
    for (AccumulatorOpInterface reader : pair.readers) {
      layers[reader].isChanged = true;
      layers[reader].visitInputs(channels,
                                 [&](float &weight, int64_t c) { weight = std::ldexp(weight, exponents[c]); });
    }
    return true;
  }

  static void scaleOutputs(Parameters &layer, ArrayRef<int> exponents) {
    layer.isChanged = true;
    const int64_t count = layer.weights.count() / int64_t(exponents.size());
    for (int64_t i = 0; i < layer.weights.count(); ++i)
      layer.weights.mutableAs<float>()[i] = std::ldexp(layer.weights.as<float>()[i], -exponents[i / count]);
    for (size_t c = 0; layer.bias && c < exponents.size(); ++c)
      layer.bias.mutableAs<float>()[c] = std::ldexp(layer.bias.as<float>()[c], -exponents[c]);
  }

  void store(AccumulatorOpInterface op, const Parameters &parameters) {
    IRRewriter rewriter(op);
    auto replace = [&](unsigned number, const Tensor &tensor) {
      Value before = op->getOperand(number);
      op->setOperand(number, qnn::ConstantOp::create(rewriter, before.getLoc(),
                                                     qnn::toAttr(op->getContext(), tensor, qnn::valueName(before))));
      eraseDeadConstants(rewriter, before);
    };
    rewriter.setInsertionPoint(op);
    replace(1, parameters.weights);
    if (parameters.bias)
      replace(2, parameters.bias);
    remarkPassed(op, passName, "Equalized");
  }

  func::FuncOp function;
  llvm::MapVector<Operation *, Parameters> layers;
  std::vector<Pair> pairs;
};

struct EqualizeChannels : tare::impl::EqualizeChannelsBase<EqualizeChannels> {
  using EqualizeChannelsBase::EqualizeChannelsBase;
  void runOnFunction() final { Equalizer(getOperation()).run(); }
};

} // namespace
