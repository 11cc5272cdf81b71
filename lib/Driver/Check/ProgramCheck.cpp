//===- ProgramCheck.cpp - A program against its QDQ form ------------------===//
#include "Driver/Check/ProgramCheck.h"

#include "Driver/Check/ExactResults.h"

#include "tare/Dialect/Qnn/Names.h"
#include "tare/Dialect/Qnn/QnnInterfaces.h"
#include "tare/Evaluator/Evaluator.h"
#include "tare/Evaluator/ModelPorts.h"
#include "tare/Kernels/Registry.h"
#include "tare/Program/HostLayer.h"
#include "tare/Proof/Proof.h"
#include "tare/Tensor/Parallel.h"

#include "mlir/Dialect/Quant/IR/Quant.h"
#include "mlir/IR/Dominance.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/Transforms/CSE.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <fmt/format.h>
#include <functional>
#include <limits>
#include <map>
#include <type_traits>

using namespace mlir;
using namespace tare;

namespace {

/// Where the real number lies within float's own error of a tie, both neighbours are right.
constexpr double tieSlack = 0.25;
/// At 16 bits float32 itself is a few steps off where large products cancel.
constexpr double wideSlack = 2;
/// The same of an accumulator, as a share of the largest: float32 sums have 24 bits, less what cancels.
constexpr double accumulatorSlack = 0x1p-10;

/// How far the elements of a tensor are from the QDQ form's: how many of them, by their distances in steps.
using Distances = std::map<int64_t, int64_t>;
using DistancesByTensor = std::map<uint32_t, Distances>;

template <typename T> using Unsigned = std::make_unsigned_t<T>;

/// The distance of two integers, which fits into the unsigned type of as many bits.
template <typename T> Unsigned<T> distanceOf(T a, T b) {
  constexpr Unsigned<T> half = Unsigned<T>(1) << (8 * sizeof(T) - 1);
  Unsigned<T> x = Unsigned<T>(a) ^ half, y = Unsigned<T>(b) ^ half;
  return Unsigned<T>(x > y ? x - y : y - x);
}

template <typename T> void addDistances(Distances &distances, const Tensor &a, const Tensor &b) {
  const T *x = a.as<T>(), *y = b.as<T>();
  const int64_t count = a.count();
  // Nearly all are 0 or 1: for vectors, with counters as wide as the elements.
  constexpr int64_t block = std::numeric_limits<Unsigned<T>>::max();
  Unsigned<T> largest = 0;
  int64_t differing = 0;
  for (int64_t begin = 0; begin < count; begin += block) {
    Unsigned<T> differingHere = 0;
    for (int64_t i = begin, end = std::min(count, begin + block); i != end; ++i) {
      Unsigned<T> distance = distanceOf(x[i], y[i]);
      largest = distance > largest ? distance : largest;
      differingHere += distance != 0;
    }
    differing += differingHere;
  }
  if (differing != count)
    distances[0] += count - differing;
  if (largest > 1) {
    for (int64_t i = 0; i != count; ++i)
      if (x[i] != y[i])
        ++distances[distanceOf(x[i], y[i])];
  } else if (differing) {
    distances[1] += differing;
  }
}

/// The comparison of the one sample that a program has run on.
class Comparer {
public:
  explicit Comparer(const ProgramResults &program) : program(program) {}

  void visit(Value value, llvm::function_ref<Tensor()> result) {
    // In a loop a value comes at each step.
    const int64_t run = runs[value]++;
    if (auto cast = value.getDefiningOp<quant::QuantizeCastOp>())
      visitCast(cast, result(), run);
    else if (std::optional<uint32_t> made;
             isa_and_present<qnn::AccumulatorOpInterface>(value.getDefiningOp()) && (made = accumulatorOf(value)))
      visitAccumulator(*made, result(), run);
  }

  DistancesByTensor found;

private:
  /// The layers that may hold what is rounded there: the one of the rounding itself, or the one that computes the
  /// value.
  static std::vector<std::string> layersOf(quant::QuantizeCastOp cast) {
    std::vector<std::string> layers{qnn::layerName(cast)};
    if (Operation *maker = cast.getInput().getDefiningOp())
      layers.push_back(qnn::layerName(maker));
    return layers;
  }

  /// The integers of one value, in both: then the program's take the place.
  void visitCast(quant::QuantizeCastOp cast, Tensor tensor, int64_t run) {
    std::optional<qnn::Grid> grid = qnn::Grid::of(cast.getType());
    if (!grid || grid->bits > 16 || !grid->isSigned)
      return;
    std::optional<uint32_t> made = program.tensorOf(qnn::valueName(cast.getInput()), *grid, layersOf(cast));
    std::optional<Tensor> integers = made ? aligned(program.of(*made, sample, run), tensor) : std::nullopt;
    if (!integers)
      return;
    if (grid->bits == 8)
      compare<int8_t>(cast, tensor, *integers, found[*made]);
    else
      compare<int16_t>(cast, tensor, *integers, found[*made]);
    exact.keep(cast, *integers);
    std::memcpy(tensor.mutableAs<std::byte>(), integers->data(), tensor.type().bytes());
  }

  /// Where the QDQ form's integers are more than one step from the program's, float32 may be the reason: those that
  /// double gives count then.
  template <typename T> void beExact(quant::QuantizeCastOp cast, Tensor &tensor, const Tensor &program) const {
    const T *ours = program.as<T>();
    auto isFar = [](T a, T b) { return distanceOf(a, b) > 1; };
    if (std::equal(ours, ours + program.count(), tensor.as<T>(), std::not_fn(isFar)))
      return;
    std::optional<std::vector<int64_t>> integers = exact.of(cast);
    for (int64_t i = 0; integers && i != tensor.count(); ++i)
      if (isFar(ours[i], tensor.as<T>()[i]))
        tensor.mutableAs<T>()[i] = T((*integers)[i]);
  }

  template <typename T>
  void compare(quant::QuantizeCastOp cast, Tensor &tensor, const Tensor &program, Distances &distances) const {
    beExact<T>(cast, tensor, program);
    addDistances<T>(distances, program, tensor);
  }

  /// The tensor of accumulators that leave as a real value; nothing for other values.
  std::optional<uint32_t> accumulatorOf(Value value) const {
    auto type = dyn_cast<RankedTensorType>(value.getType());
    std::optional<uint32_t> made = program.tensorOf(qnn::valueName(value));
    if (!made || !type || !type.getElementType().isF32() || program.describe(*made).scales.empty())
      return std::nullopt;
    return sizeOf(program.describe(*made).type) < 4 ? std::nullopt : made;
  }

  /// The integers of an accumulator that leaves, on its grid per channel.
  void visitAccumulator(uint32_t made, const Tensor &tensor, int64_t run) {
    std::optional<Tensor> reals = aligned(program.realOf(made, sample, run), tensor);
    if (!reals)
      return;
    const float *a = reals->as<float>(), *b = tensor.as<float>();
    double step = *std::ranges::max_element(program.describe(made).scales), largest = 0;
    for (int64_t i = 0; i != tensor.count(); ++i)
      largest = std::max<double>(largest, std::abs(b[i]));
    for (int64_t i = 0; i != tensor.count(); ++i) {
      double beyond = std::max(0.0, std::abs(double(a[i]) - b[i]) - accumulatorSlack * largest);
      ++found[made][int64_t(std::min(std::round(beyond / step), 0x1p62))];
    }
  }

  const ProgramResults &program;
  ExactResults exact;
  llvm::DenseMap<Value, int64_t> runs;
  static constexpr size_t sample = 0;
};

/// All samples' together.
DistancesByTensor sumOf(const std::vector<DistancesByTensor> &samples) {
  DistancesByTensor all;
  for (const DistancesByTensor &sample : samples)
    for (const auto &[tensor, distances] : sample)
      for (auto [distance, count] : distances)
        all[tensor][distance] += count;
  return all;
}

/// Whether what was found is explained, layer by layer.
class Judge {
public:
  Judge(const program::Model &model, const Explanations &explanations, DistancesByTensor found)
      : model(model), explanations(explanations), found(std::move(found)), makers(model.program().tensors.size()) {
    const auto &layers = model.program().layers;
    for (size_t i = 0; i != layers.size(); ++i)
      for (uint32_t tensor : program::resultsOf(*layers[i]))
        makers[tensor] = i;
  }

  ProgramCheck check() const {
    ProgramCheck result;
    for (const auto &[tensor, distances] : found) {
      ++result.layers;
      for (auto [distance, count] : distances) {
        result.elements += count;
        result.differing += distance ? count : 0;
      }
      double largest = distances.rbegin()->first;
      result.largest = std::max(result.largest, largest);
      if (!result.mismatch && largest > 1)
        result.mismatch = mismatchOf(tensor, distances);
    }
    return result;
  }

private:
  std::optional<Mismatch> mismatchOf(uint32_t tensor, const Distances &distances) const {
    const program::ProgramT &all = model.program();
    bool isWide = sizeOf(all.tensors[tensor]->type) == 2;
    std::optional<double> explained = explainedOf(*makers[tensor]);
    double bearable = explained.value_or(HUGE_VAL) + (isWide ? wideSlack : tieSlack);
    if (distances.rbegin()->first <= bearable)
      return std::nullopt;
    Mismatch mismatch{all.layers[*makers[tensor]]->name, 0, 0, double(distances.rbegin()->first),
                      std::floor(*explained)};
    for (auto [distance, count] : distances) {
      mismatch.total += count;
      mismatch.elements += distance > bearable ? count : 0;
    }
    return mismatch;
  }

  /// The layer's own worst error and the rounding of the QDQ form; nothing where other layers lie between the two
  /// forms' common values, where the layer's error is not known, or where
  /// float32 does not hold what the QDQ form would compute.
  std::optional<double> explainedOf(size_t layer) const {
    const program::LayerT &of = *model.program().layers[layer];
    if (!standsAlone(layer) || isBelowFloat(layer))
      return std::nullopt;
    proof::LayerProof proof = proof::proveLayer(model, of);
    if (!proof.isMeasured())
      return std::nullopt;
    const program::RequantT *requant = kernels::requantOf(of.op);
    // The rounding of the stages' bias. (A41)
    double bias = requant && requant->stages ? 0.5 : 0;
    return std::max(0.5, believable(proof, of)) + 0.5 + bias;
  }

  /// The error that the proof found, as far as it comes from rounding: what no warning has told of a scaled layer is
  /// the multiplier's last bit and the rounding of its shift.
  double believable(const proof::LayerProof &proof, const program::LayerT &layer) const {
    bool isScaled = proof.method == proof::Method::steps || proof.method == proof::Method::pairs;
    if (!isScaled || explanations.told.contains(layer.name))
      return proof.worst.error;
    double levels = std::ldexp(1.0, 8 * sizeOf(model.type(layer.result).element));
    return std::min(proof.worst.error, 1 + 2 * std::ldexp(levels, -explanations.multiplierBits));
  }

  /// Whether a step of the result is below float32's normal numbers, which keep fewer bits the smaller they are.
  bool isBelowFloat(size_t layer) const {
    const program::ProgramT &all = model.program();
    return std::ranges::any_of(all.tensors[all.layers[layer]->result]->scales,
                               [](double scale) { return scale < std::numeric_limits<float>::min(); });
  }

  /// Whether the layer's operands are values that the QDQ form has taken over, or move such values.
  bool standsAlone(size_t layer) const {
    if (auto known = alone.find(layer); known != alone.end())
      return known->second;
    const program::ProgramT &all = model.program();
    return alone[layer] = std::ranges::all_of(all.layers[layer]->operands, [&](uint32_t operand) {
             // A constant, or an input.
             if (!makers[operand])
               return true;
             return found.contains(operand) || (movesOnly(*makers[operand]) && standsAlone(*makers[operand]));
           });
  }

  bool movesOnly(size_t layer) const {
    proof::Method method = proof::proveLayer(model, *model.program().layers[layer]).method;
    return method == proof::Method::exact || method == proof::Method::border;
  }

  const program::Model &model;
  const Explanations &explanations;
  /// By tensor: the QDQ form computes on all of them.
  DistancesByTensor found;
  /// By tensor, the layer that makes it.
  std::vector<std::optional<size_t>> makers;
  /// What standsAlone() has found out: several paths may lead to a layer.
  mutable std::map<size_t, bool> alone;
};

} // namespace

std::string Mismatch::message() const {
  return fmt::format(
      "layer '{}': {} of {} elements differ from the QDQ form by up to {:.4g} LSB, where rounding explains "
      "{:.4g}: this is a bug in Tare, please report it, with the model",
      layer, elements, total, largest, explained);
}

namespace {

/// Multiply-accumulates of a run, and what the QDQ form's casts take beside them, as so many.
int64_t workOf(const program::Model &model) {
  constexpr int64_t ofElement = 32;
  int64_t work = 0;
  for (const auto &layer : model.program().layers) {
    std::vector<tare::TensorType> operands;
    for (uint32_t operand : layer->operands)
      operands.push_back(model.type(operand));
    const tare::TensorType result = model.type(layer->result);
    work += kernels::lookup(layer->op.type)->macs(layer->op, operands, result) + ofElement * result.count();
  }
  return work;
}

/// Samples that one thread has done by the time that others have started stay with it.
size_t threadsFor(const program::Model &model, size_t samples, size_t threads) {
  constexpr int64_t quick = int64_t(1) << 24;
  return workOf(model) * int64_t(samples) < quick ? 1 : threads;
}

} // namespace

/// The QDQ form in which equal layers are one, the first of them, as in a program.
static OwningOpRef<ModuleOp> withoutRepetitions(ModuleOp qdq) {
  OwningOpRef<ModuleOp> merged = qdq.clone();
  IRRewriter rewriter(qdq.getContext());
  DominanceInfo dominance;
  eliminateCommonSubExpressions(rewriter, dominance, *merged);
  return merged;
}

Result<ProgramCheck> tare::checkProgram(ModuleOp whole, std::shared_ptr<const runtime::Session> session,
                                        const std::vector<std::vector<Tensor>> &inputs, size_t threads,
                                        const Explanations &explanations) {
  OwningOpRef<ModuleOp> qdq = withoutRepetitions(whole);
  FailureOr<Evaluator> evaluator = Evaluator::create(*qdq);
  if (failed(evaluator))
    return Error{"the QDQ form cannot be evaluated"};
  auto function = qdq->lookupSymbol<func::FuncOp>("main");
  std::vector<SampleRunner> runners(inputs.size());
  std::vector<DistancesByTensor> found(inputs.size());
  std::vector<std::vector<Tensor>> outputs(inputs.size());
  std::vector<Status> done(inputs.size(), tare::success());
  parallelFor(inputs.size(), threadsFor(session->model(), inputs.size(), threads), [&](size_t sample, size_t worker) {
    Result<const ProgramResults *> program = runners[worker].run(session, inputs[sample]);
    if (!program) {
      done[sample] = program.error();
      return;
    }
    outputs[sample] = (*program)->outputs().front();
    SmallVector<Tensor> arguments;
    for (BlockArgument argument : function.getArguments())
      arguments.push_back(asArgument(inputs[sample][argument.getArgNumber()], argument));
    Comparer comparer(**program);
    (void)evaluator->runEdited(arguments, [&](Value value, auto result) { comparer.visit(value, result); });
    found[sample] = std::move(comparer.found);
  });
  for (const Status &status : done)
    if (!status)
      return status.error();
  ProgramCheck check = Judge(session->model(), explanations, sumOf(found)).check();
  check.outputs = std::move(outputs);
  return check;
}
