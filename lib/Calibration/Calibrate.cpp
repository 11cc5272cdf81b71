//===- Calibrate.cpp - Ranges of a graph's values from data ---------------===//
#include "tare/Calibration/Calibrate.h"
#include "JoinedRanges.h"
#include "RowMaxima.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "tare/Dialect/Qnn/Constants.h"
#include "tare/Dialect/Qnn/Grid.h"
#include "tare/Dialect/Qnn/Movements.h"
#include "tare/Dialect/Qnn/Names.h"
#include "tare/Dialect/Qnn/QnnInterfaces.h"
#include "tare/Dialect/Qnn/QnnOps.h"
#include "tare/Evaluator/Evaluator.h"
#include "tare/Tensor/Parallel.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/MapVector.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <mutex>

using namespace tare;
using namespace tare::calibration;

namespace {

/// The value whose grid `value` keeps, or null where it has its own.
mlir::Value gridSource(mlir::Value value) {
  auto op = value.getDefiningOp<qnn::GridOpInterface>();
  return op && op.getGridRule() == qnn::GridRule::Same ? op->getOperand(0) : mlir::Value();
}

/// Whether `value` comes from a function that has an upper and a lower end; what only limits its operand does not
/// count.
bool isBounded(mlir::Value value) {
  auto op = value.getDefiningOp<qnn::GridOpInterface>();
  if (op && op.getGridRule() == qnn::GridRule::Bounded)
    return true;
  auto function = value.getDefiningOp<qnn::UnaryFunctionOpInterface>();
  if (!function || mlir::isa<qnn::RequantOpInterface>(function.getOperation()))
    return false;
  auto [low, high] = function.getImage();
  return std::isfinite(low) && std::isfinite(high);
}

/// (A55) Whether an op is a function of single elements: of what such alone read, the range of their results says which
/// of it they need.
bool isFunction(mlir::Operation *op) {
  auto function = mlir::dyn_cast<qnn::UnaryFunctionOpInterface>(op);
  return function && !function.getFunctionAxis();
}

/// What ops compute from constants alone (the dequantized weights of a quantized model). Values are noted in the order
/// in which they are computed: looking for constants from each value on would cost the square of the graph's depth.
class ConstantValues {
public:
  /// The elements of the result of an op that depends on constants alone, nothing for others. To be asked of every op,
  /// in their order.
  std::optional<Tensor> note(mlir::Operation *op) {
    std::optional<Tensor> tensor;
    if (isConstant(op) || dependsOnConstants(op))
      tensor = evaluate(op);
    release(op);
    if (tensor && !op->use_empty())
      known.insert({op->getResult(0), {isConstant(op) ? Tensor() : *tensor, usesOf(op)}});
    return tensor;
  }

private:
  /// Constants are at hand wherever they are read; what is computed from them is kept while it has readers to come.
  struct Known {
    Tensor computed;
    int64_t readers;
  };

  static int64_t usesOf(mlir::Operation *op) { return std::distance(op->use_begin(), op->use_end()); }

  void release(mlir::Operation *op) {
    for (mlir::Value operand : op->getOperands())
      if (auto entry = known.find(operand); entry != known.end() && --entry->second.readers == 0)
        entry->second.computed = Tensor();
  }

  static bool isConstant(mlir::Operation *op) { return op->hasTrait<mlir::OpTrait::ConstantLike>(); }
  bool dependsOnConstants(mlir::Operation *op) const {
    return op->getNumOperands() > 0 &&
           llvm::all_of(op->getOperands(), [&](mlir::Value operand) { return known.contains(operand); });
  }

  /// Of an op that is a constant or depends on known ones.
  std::optional<Tensor> evaluate(mlir::Operation *op) const {
    if (op->getNumResults() != 1)
      return std::nullopt;
    if (mlir::ElementsAttr attr = qnn::constantValue(op->getResult(0)))
      return qnn::toTensor(attr);
    std::vector<Tensor> operands;
    for (mlir::Value operand : op->getOperands()) {
      mlir::ElementsAttr attr = qnn::constantValue(operand);
      operands.push_back(attr ? qnn::toTensor(attr) : known.find(operand)->second.computed);
    }
    mlir::FailureOr<Tensor> result = evaluateOp(op, operands);
    return mlir::failed(result) ? std::nullopt : std::optional(std::move(*result));
  }

  llvm::DenseMap<mlir::Value, Known> known;
};

ValueRange summarizeConstant(const Tensor &tensor) {
  Histogram extremes(Histogram::Detail::extremes);
  extremes.add({tensor.as<float>(), size_t(tensor.count())});
  ValueRange range;
  range.label = constantLabel;
  range.seenMin = extremes.finite() ? extremes.min() : 0;
  range.seenMax = extremes.finite() ? extremes.max() : 0;
  range.min = std::min(range.seenMin, 0.0);
  range.max = std::max(range.seenMax, 0.0);
  return range;
}

/// The values of @main: those that are observed, those that inherit, and constants.
struct Values {
  llvm::MapVector<mlir::Value, size_t> observed;
  std::vector<mlir::Value> inheriting;
  std::vector<std::pair<mlir::Value, ValueRange>> constants;
  qnn::ValuesReadBy readByFunctions;
  SoftmaxOperands softmaxOperands;

  explicit Values(mlir::func::FuncOp function)
      : readByFunctions(function.front(), isFunction), softmaxOperands(function) {
    for (mlir::Value argument : function.getArguments())
      add(argument, std::nullopt);
    ConstantValues known;
    for (mlir::Operation &op : function.front().without_terminator()) {
      // Integers, too, are constants to what is computed from them.
      std::optional<Tensor> tensor = known.note(&op);
      for (mlir::Value result : op.getResults())
        add(result, tensor);
    }
  }

  /// How the range of `value` is searched. A bounded function has no outliers: the largest of many small probabilities
  /// is the one that matters, however rare it is. What the model dequantizes has a grid: nothing is to be chosen.
  SearchOptions searchOf(mlir::Value value, SearchOptions options) const {
    if (!mayHaveOutliers(value) || value.getDefiningOp<mlir::quant::DequantizeCastOp>())
      options.method = Method::minMax;
    return options;
  }

  /// What ops can give.
  static Range imageOf(mlir::Value value) {
    std::pair<double, double> image(-HUGE_VAL, HUGE_VAL);
    if (auto function = value.getDefiningOp<qnn::UnaryFunctionOpInterface>())
      image = function.getImage();
    else if (auto op = value.getDefiningOp<qnn::GridOpInterface>(); op && op.getGridRule() == qnn::GridRule::Bounded)
      image = op.getBounds();
    if (mlir::Operation *op = value.getDefiningOp()) {
      auto [low, high] = qnn::fusedInterval(op);
      image = {std::max(image.first, low), std::min(image.second, high)};
    }
    return {image.first, image.second};
  }

  /// (A24) The steps that count: a table of 16 bits has entries 128 integers apart, and lines between them.
  GridKind finenessOf(mlir::Value value, GridKind grid) const {
    constexpr int64_t betweenEntries = 128;
    if (grid.isFine() && readByFunctions.contains(value))
      grid.levels /= betweenEntries;
    return grid;
  }

  /// Whether an op computes the value from numbers that the model has as integers: their grids say how far they go.
  static bool isMadeOfGiven(mlir::Value value) {
    mlir::Operation *op = value.getDefiningOp();
    return op && llvm::any_of(op->getOperands(), [](mlir::Value operand) {
             auto cast = operand.getDefiningOp<mlir::quant::DequantizeCastOp>();
             return cast && !qnn::constantValue(cast.getInput());
           });
  }

  /// (A67) Leaves headroom where `range` is all that was seen and the search leaves any, and says what is still to be
  /// expected beyond.
  void lookBeyond(ValueRange &range, mlir::Value value, const Observations &observed, size_t index,
                  const SearchOptions &search) const {
    const SampleEnds &ends = observed.ends[index];
    const int64_t samples = observed.samples;
    const Range seen{std::min(range.seenMin, 0.0), std::max(range.seenMax, 0.0)};
    if (range.label != calibratedLabel || value.getDefiningOp<mlir::quant::DequantizeCastOp>() || isMadeOfGiven(value))
      return;
    // A grid that the model gives is what it is.
    if (llvm::any_of(value.getUsers(), llvm::IsaPred<mlir::quant::QuantizeCastOp>))
      return;
    // A wider table of 1 / x has fewer entries where it bends.
    if (llvm::any_of(value.getUsers(), llvm::IsaPred<qnn::ReciprocalOp>) || value.getDefiningOp<qnn::ReciprocalOp>())
      return;
    // Where a function is all that reads it, what it gives there says whether that matters.
    if (!search.leavesHeadroom() && readByFunctions.contains(value))
      return;
    const int64_t elements = mlir::cast<mlir::RankedTensorType>(value.getType()).getNumElements();
    const GridKind grid = finenessOf(value, search.grid);
    // Of ends alone nothing is known but them.
    constexpr double usualShare = 1.0 / 4;
    const double size = usualShare * std::max(-seen.min, seen.max);
    const double strength = observed.histograms[index].meanSquare().value_or(size * size);
    // Of so few numbers nothing follows.
    constexpr int64_t fewest = 512;
    if (!(strength > 0) || samples * elements < fewest)
      return;
    if (!search.leavesHeadroom() || range.min != seen.min || range.max != seen.max) {
      range.beyond = expectedBeyond({range.min, range.max}, seen, ends, samples, elements, imageOf(value)) / strength;
      return;
    }
    const Reserve reserve = withHeadroom(seen, ends, samples, elements, grid, imageOf(value));
    // An end goes on by no more than it is from 0: beside a mask of -1e9 the scores' own end is none that matters.
    const double least = (seen.max - seen.min) / 1024;
    auto worthIt = [&](double headroom, double end) {
      headroom = std::min(headroom, std::abs(end));
      return headroom < least ? 0 : headroom;
    };
    range.headroomBelow = worthIt(range.min - reserve.range.min, seen.min);
    range.headroomAbove = worthIt(reserve.range.max - range.max, seen.max);
    range.min -= range.headroomBelow, range.max += range.headroomAbove;
    range.beyond = reserve.beyond / strength;
  }

  bool mayHaveOutliers(mlir::Value value) const { return !isBounded(value) && !readByFunctions.contains(value); }

private:
  void add(mlir::Value value, const std::optional<Tensor> &tensor) {
    if (!qnn::isFloatTensor(value))
      return;
    if (tensor && tensor->count() > 0)
      constants.emplace_back(value, summarizeConstant(*tensor));
    else if (gridSource(value))
      inheriting.push_back(value);
    else
      observed.insert({value, observed.size()});
  }
};

/// Why a sample could not be run.
struct SampleProblem {
  int64_t sample = 0;
  std::string text;
};

/// What one thread has seen.
struct Worker {
  std::vector<Histogram> histograms;
  std::vector<SampleEnds> ends;
  /// By value, the first sample in which an element was not finite.
  std::vector<int64_t> nonFiniteSamples;
  /// By operand of a softmax, the least of its rows' largest elements.
  std::vector<float> leastMaxima;
  std::optional<Error> error;
  /// Of its first sample that has one: a thread's samples come in their order.
  std::optional<SampleProblem> problem;
};

/// The threads' work: samples are pulled from the source until it ends.
class Run {
public:
  Run(const Evaluator &evaluator, const Values &values, SampleSource &source, const CalibrationOptions &options)
      : evaluator(evaluator), values(values), source(source), options(options) {}

  Result<Observations> observe() {
    size_t threads = options.threads ? options.threads : defaultThreads();
    std::vector<Worker> workers(threads);
    parallelFor(threads, threads, [&](size_t index, size_t) { work(workers[index]); });
    Observations seen{options.search, source.sampleCount(), emptyHistograms(), noEnds(), {}, noMaxima()};
    seen.nonFiniteSamples.assign(seen.histograms.size(), -1);
    if (std::optional<Error> error = firstError(workers))
      return *error;
    for (const Worker &worker : workers) {
      for (size_t i = 0; i < seen.leastMaxima.size(); ++i)
        seen.leastMaxima[i] = std::min(seen.leastMaxima[i], worker.leastMaxima[i]);
      for (size_t i = 0; i < worker.ends.size(); ++i)
        seen.ends[i].merge(worker.ends[i]);
      for (size_t i = 0; i < worker.histograms.size(); ++i) {
        seen.histograms[i].merge(worker.histograms[i]);
        if (int64_t sample = worker.nonFiniteSamples[i], &first = seen.nonFiniteSamples[i]; sample >= 0)
          first = first < 0 ? sample : std::min(first, sample);
      }
    }
    return seen;
  }

private:
  static std::optional<Error> firstError(llvm::ArrayRef<Worker> workers) {
    const SampleProblem *first = nullptr;
    for (const Worker &worker : workers) {
      if (worker.error)
        return worker.error;
      if (worker.problem && (!first || worker.problem->sample < first->sample))
        first = &*worker.problem;
    }
    return first ? std::optional(Error{first->text + " (sample " + std::to_string(first->sample) + ")"}) : std::nullopt;
  }

  /// What the search needs of a value with so many elements in all samples.
  static Histogram emptyHistogram(uint64_t elements, const SearchOptions &search, bool hasOutliers) {
    // What outliers leave to the others is told.
    if (hasOutliers && search.method == Method::minMax)
      return Histogram();
    bool looksAtTails =
        search.method == Method::percentile || (search.method == Method::automatic && search.grid.isFine());
    if (search.powersOfTwo || (search.method != Method::minMax && !looksAtTails))
      return Histogram();
    double percentile = search.method == Method::percentile ? search.percentile : usualPercentile;
    return looksAtTails ? Histogram::ofTails(percentileSpare(elements, percentile))
                        : Histogram(Histogram::Detail::extremes);
  }

  std::vector<Histogram> emptyHistograms() const {
    std::vector<Histogram> histograms;
    for (const auto &[value, index] : values.observed) {
      auto type = mlir::cast<mlir::RankedTensorType>(value.getType());
      histograms.push_back(emptyHistogram(type.getNumElements() * source.sampleCount(),
                                          values.searchOf(value, options.search), values.mayHaveOutliers(value)));
    }
    return histograms;
  }

  std::vector<SampleEnds> noEnds() const { return std::vector<SampleEnds>(values.observed.size()); }

  std::vector<float> noMaxima() const {
    return std::vector<float>(values.softmaxOperands.size(), std::numeric_limits<float>::infinity());
  }

  void work(Worker &worker) {
    worker.histograms = emptyHistograms();
    worker.ends = noEnds();
    worker.nonFiniteSamples.assign(worker.histograms.size(), -1);
    worker.leastMaxima = noMaxima();
    while (true) {
      Result<std::optional<Sample>> sample = source.next();
      if (!sample) {
        worker.error = sample.error();
        return;
      }
      if (!*sample)
        return;
      std::vector<Tensor> outputs = observeSample(**sample, worker);
      if (options.visit)
        options.visit(**sample, outputs);
      if (options.progress)
        options.progress(++done);
    }
  }

  std::vector<Tensor> observeSample(const Sample &sample, Worker &worker) {
    const std::vector<Tensor> &inputs = sample.inputs;
    auto observe = [&](mlir::Value value, const Tensor &tensor) {
      values.softmaxOperands.observe(value, tensor, worker.leastMaxima);
      auto slot = values.observed.find(value);
      if (slot == values.observed.end())
        return;
      Histogram &histogram = worker.histograms[slot->second];
      uint64_t before = histogram.nonFinite();
      const Histogram::Ends ends = histogram.add({tensor.as<float>(), size_t(tensor.count())});
      worker.ends[slot->second].add(ends.least, ends.greatest);
      // A thread's samples come in their order.
      if (int64_t &first = worker.nonFiniteSamples[slot->second]; first < 0 && histogram.nonFinite() > before)
        first = int64_t(sample.index);
    };
    // The arguments come first among the observed values, unless they are not float.
    for (const auto &[value, index] : values.observed)
      if (auto argument = mlir::dyn_cast<mlir::BlockArgument>(value))
        observe(value, inputs[argument.getArgNumber()]);
    using Order = Evaluator::ElementOrder;
    std::optional<std::string> problem;
    std::vector<Tensor> outputs =
        evaluator.run(inputs, observe, values.softmaxOperands.haveImages() ? Order::rowMajor : Order::any, &problem);
    if (problem && !worker.problem)
      worker.problem = SampleProblem{sample.index, std::move(*problem)};
    return outputs;
  }

  const Evaluator &evaluator;
  const Values &values;
  SampleSource &source;
  const CalibrationOptions &options;
  std::atomic<int64_t> done = 0;
};

ValueRange summarize(const Histogram &histogram, const SearchOptions &options) {
  ValueRange range;
  range.nonFinite = histogram.nonFinite();
  if (range.nonFinite)
    return range.label = nanLabel, range;
  range.label = histogram.isDead() ? deadLabel : calibratedLabel;
  Range found = findRange(histogram, options);
  range.min = found.min;
  range.max = found.max;
  range.seenMin = histogram.min();
  range.seenMax = histogram.max();
  GridKind grid = options.grid;
  if (grid.isFine())
    grid.levels = wideOutlierLevels;
  const uint64_t counted = histogram.finite() - histogram.zeros(), flattened = flattenedBy(histogram, found, grid);
  if (counted && double(flattened) >= flattenedShare * double(counted))
    range.flattened = flattened, range.flattenedOf = counted;
  if (options.powersOfTwo && !histogram.isDead())
    range.stepErrors = findStepErrors(histogram, found, options.grid);
  return range;
}

/// An end costs next to nothing to keep whole where the other one is so much farther: a search, for which that has all
/// the steps, may have cut it off, and bounds may take the other one away (tare-bound-ranges).
void keepNearEnds(ValueRange &range) {
  if (-range.min > maskedDistance * range.seenMax)
    range.max = std::max(range.max, range.seenMax);
  if (range.max > -maskedDistance * range.seenMin)
    range.min = std::min(range.min, range.seenMin);
}

/// Whether the elements of a row that are lower than the largest of any row are so much lower that they are masked.
bool isMasked(const ValueRange &range, float leastMaximum) {
  return std::isfinite(leastMaximum) && range.seenMin < leastMaximum - maskedDistance;
}

Ranges searchRanges(mlir::func::FuncOp function, const Values &values, const Observations &seen,
                    const SearchOptions &search, size_t threads) {
  Ranges ranges;
  ranges.method = nameOf(search.method);
  ranges.activations = search.grid.isFine() ? "int16" : "int8";
  ranges.samples = seen.samples;
  ranges.measured = true;
  std::vector<ValueRange> found(seen.histograms.size());
  // A search looks at one histogram alone, so they spread over the cores.
  parallelFor(found.size(), threads, [&](size_t i, size_t) {
    found[i] = summarize(seen.histograms[i], values.searchOf((values.observed.begin() + i)->first, search));
    found[i].nonFiniteSample = seen.nonFiniteSamples[i];
    if (search.method != Method::percentile)
      keepNearEnds(found[i]);
    values.lookBeyond(found[i], (values.observed.begin() + i)->first, seen, i, search);
  });
  for (auto [operand, least] : llvm::zip_equal(values.softmaxOperands, seen.leastMaxima)) {
    mlir::Value source = operand.first;
    while (mlir::Value before = gridSource(source))
      source = before;
    // The largest of a row is what matters in it.
    if (auto observed = values.observed.find(source); observed != values.observed.end())
      if (ValueRange &range = found[observed->second]; isMasked(range, least))
        range.max = std::max(range.max, range.seenMax);
  }
  for (const auto &[value, index] : values.observed)
    ranges.values[qnn::valueName(value)] = found[index];
  for (const auto &[value, range] : values.constants)
    ranges.values[qnn::valueName(value)] = range;
  for (mlir::Value value : values.inheriting) {
    auto source = ranges.values.find(qnn::valueName(gridSource(value)));
    if (source == ranges.values.end())
      continue; // Of a value that is not float.
    ValueRange range = source->second;
    range.stepErrors.reset();
    range.flattened = range.flattenedOf = 0;
    range.beyond = 0;
    if (range.label == calibratedLabel)
      range.label = inheritedLabel;
    ranges.values[qnn::valueName(value)] = range;
  }
  for (auto [operand, least] : llvm::zip_equal(values.softmaxOperands, seen.leastMaxima))
    if (auto entry = ranges.values.find(qnn::valueName(operand.first));
        entry != ranges.values.end() && isMasked(entry->second, least))
      entry->second.leastRowMaximum = least;
  joinRanges(function, ranges);
  for (auto &[name, range] : ranges.values)
    range.chosenMin = range.min, range.chosenMax = range.max;
  return ranges;
}

Result<Observations> observeValues(const Values &values, mlir::ModuleOp module, SampleSource &source,
                                   const CalibrationOptions &options) {
  if (source.sampleCount() == 0)
    return Error{"there is no calibration sample"};
  mlir::FailureOr<Evaluator> evaluator = Evaluator::create(module);
  if (mlir::failed(evaluator))
    return Error{"the graph cannot be evaluated"};
  return Run(*evaluator, values, source, options).observe();
}

mlir::func::FuncOp mainOf(mlir::ModuleOp module) { return module.lookupSymbol<mlir::func::FuncOp>("main"); }

} // namespace

/// Bins of all values hold everything; a percentile is found in the tails that another search with tails has kept.
bool Observations::suffice(const SearchOptions &other) const {
  auto looksAtTails = [](const SearchOptions &search) {
    return search.method == Method::percentile || (search.method == Method::automatic && search.grid.isFine());
  };
  if (other.method == Method::minMax && other.grid == search.grid)
    return true;
  if (search.powersOfTwo || other.powersOfTwo || other.percentile != search.percentile)
    return false;
  if (search.method == Method::minMax)
    return !search.grid.isFine();
  return !looksAtTails(search) || looksAtTails(other);
}

size_t Observations::bytes() const {
  size_t bytes = 0;
  for (const Histogram &histogram : histograms)
    bytes += histogram.bytes();
  return bytes;
}

Ranges tare::calibration::rangesOf(mlir::ModuleOp module, const Observations &seen, const SearchOptions &search,
                                   size_t threads) {
  return searchRanges(mainOf(module), Values(mainOf(module)), seen, search, threads);
}

Result<Ranges> tare::calibration::calibrate(mlir::ModuleOp module, SampleSource &source,
                                            const CalibrationOptions &options, Observations *seen) {
  Values values(mainOf(module));
  Result<Observations> found = observeValues(values, module, source, options);
  if (!found)
    return found.error();
  Ranges ranges = searchRanges(mainOf(module), values, *found, options.search, options.threads);
  if (seen)
    *seen = std::move(*found);
  return ranges;
}
