//===- Calibrate.cpp - Ranges of a graph's values from data ---------------===//
#include "tare/Calibration/Calibrate.h"
#include "JoinedRanges.h"
#include "MeanInputs.h"
#include "ObservedValues.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "tare/Dialect/Qnn/Grid.h"
#include "tare/Dialect/Qnn/Names.h"
#include "tare/Dialect/Qnn/QnnOps.h"
#include "tare/Evaluator/Evaluator.h"
#include "tare/Tensor/Parallel.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <map>
#include <mutex>

using namespace tare;
using namespace tare::calibration;

namespace {

/// Why a sample could not be run.
struct SampleProblem {
  int64_t sample = 0;
  std::string text;
};

void extend(Histogram::Ends &ends, const Histogram::Ends &by) {
  ends.least = std::min(ends.least, by.least);
  ends.greatest = std::max(ends.greatest, by.greatest);
}

/// What one thread has seen.
struct Worker {
  /// But for the number of samples.
  Observations seen;
  /// Of values that a sample has several times, in a loop: where all of those of the sample end so far.
  std::map<size_t, Histogram::Ends> endsOfRuns;
  /// Empty where they are not wanted.
  std::vector<MeanInputs::Sums> means;
  std::optional<Error> error;
  /// Of its first sample that has one: a thread's samples come in their order.
  std::optional<SampleProblem> problem;
};

/// The threads' work: samples are pulled from the source until it ends.
class Run {
public:
  Run(const Evaluator &evaluator, const ObservedValues &values, const MeanInputs *means, SampleSource &source,
      const CalibrationOptions &options)
      : evaluator(evaluator), values(values), means(means), source(source), options(options) {}

  Result<Observations> observe() {
    size_t threads = options.threads ? options.threads : defaultThreads();
    std::vector<Worker> workers(threads);
    parallelFor(threads, threads, [&](size_t index, size_t) { work(workers[index]); });
    Observations seen = nothingSeen(source.sampleCount());
    if (std::optional<Error> error = firstError(workers))
      return *error;
    for (const Worker &worker : workers)
      seen.merge(worker.seen);
    if (means)
      seen.channelMeans = meansOf(workers);
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

  qnn::ChannelMeans meansOf(llvm::ArrayRef<Worker> workers) const {
    std::vector<MeanInputs::Sums> all = means->none();
    for (const Worker &worker : workers)
      for (size_t i = 0; i < all.size(); ++i)
        all[i].merge(worker.means[i]);
    return means->means(all);
  }

  Observations nothingSeen(int64_t samples) const {
    Observations seen{options.search, samples, {}, std::vector<SampleEnds>(values.observed.size()), {}, {}, {}};
    for (const auto &[value, index] : values.observed) {
      seen.histograms.emplace_back(values.detailOf(value, options.search));
      seen.names.push_back(qnn::valueName(value));
    }
    seen.nonFiniteSamples.assign(values.observed.size(), -1);
    seen.leastMaxima.assign(values.softmaxOperands.size(), std::numeric_limits<float>::infinity());
    return seen;
  }

  void work(Worker &worker) {
    worker.seen = nothingSeen(0);
    if (means)
      worker.means = means->none();
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
      values.softmaxOperands.observe(value, tensor, worker.seen.leastMaxima);
      if (means)
        means->observe(value, tensor, worker.means);
      auto slot = values.observed.find(value);
      if (slot == values.observed.end())
        return;
      Histogram &histogram = worker.seen.histograms[slot->second];
      uint64_t before = histogram.nonFinite();
      const Histogram::Ends ends = histogram.add({tensor.as<float>(), size_t(tensor.count())});
      if (values.isRepeated(value))
        extend(worker.endsOfRuns[slot->second], ends);
      else
        worker.seen.ends[slot->second].add(ends.least, ends.greatest);
      // A thread's samples come in their order.
      if (int64_t &first = worker.seen.nonFiniteSamples[slot->second]; first < 0 && histogram.nonFinite() > before)
        first = int64_t(sample.index);
    };
    // The arguments come first among the observed values, unless they are not float.
    for (const auto &[value, index] : values.observed)
      if (auto argument = mlir::dyn_cast<mlir::BlockArgument>(value))
        observe(value, inputs[argument.getArgNumber()]);
    using Order = Evaluator::ElementOrder;
    std::optional<std::string> problem;
    const bool needsOrder = means || values.softmaxOperands.haveImages();
    std::vector<Tensor> outputs = evaluator.run(inputs, observe, needsOrder ? Order::rowMajor : Order::any, &problem);
    for (const auto &[index, ends] : worker.endsOfRuns)
      worker.seen.ends[index].add(ends.least, ends.greatest);
    worker.endsOfRuns.clear();
    if (problem && !worker.problem)
      worker.problem = SampleProblem{sample.index, std::move(*problem)};
    return outputs;
  }

  const Evaluator &evaluator;
  const ObservedValues &values;
  /// Null where they are not wanted.
  const MeanInputs *means;
  SampleSource &source;
  const CalibrationOptions &options;
  std::atomic<int64_t> done = 0;
};

ValueRange summarize(const Histogram &histogram, const SampleEnds &ends, const SearchOptions &options) {
  ValueRange range;
  range.nonFinite = histogram.nonFinite();
  if (range.nonFinite)
    return range.label = nanLabel, range;
  range.label = histogram.isDead() ? deadLabel : calibratedLabel;
  Range found = findRange(histogram, ends, options);
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

Ranges searchRanges(mlir::func::FuncOp function, const ObservedValues &values, const Observations &seen,
                    const SearchOptions &search, size_t threads) {
  Ranges ranges;
  ranges.method = nameOf(search.method);
  ranges.activations = search.grid.isFine() ? "int16" : "int8";
  ranges.samples = seen.samples;
  ranges.measured = true;
  ranges.channelMeans = seen.channelMeans;
  std::vector<ValueRange> found(seen.histograms.size());
  // A search looks at one histogram alone, so they spread over the cores.
  parallelFor(found.size(), threads, [&](size_t i, size_t) {
    const mlir::Value value = (values.observed.begin() + i)->first;
    const SearchOptions chosen = values.chosenSearch(value, search);
    found[i] = summarize(seen.histograms[i], seen.ends[i], values.searchOf(value, search));
    found[i].nonFiniteSample = seen.nonFiniteSamples[i];
    if (chosen.method != Method::percentile)
      keepNearEnds(found[i]);
    values.lookBeyond(found[i], value, seen, i, chosen);
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

mlir::func::FuncOp mainOf(mlir::ModuleOp module) { return module.lookupSymbol<mlir::func::FuncOp>("main"); }

Result<Observations> observeValues(const ObservedValues &values, mlir::ModuleOp module, SampleSource &source,
                                   const CalibrationOptions &options) {
  if (source.sampleCount() == 0)
    return Error{"there is no calibration sample"};
  mlir::FailureOr<Evaluator> evaluator = Evaluator::create(module);
  if (mlir::failed(evaluator))
    return Error{"the graph cannot be evaluated"};
  const MeanInputs means(mainOf(module));
  return Run(*evaluator, values, options.wantsMeans ? &means : nullptr, source, options).observe();
}

} // namespace

/// What is kept of a value depends on nothing else (ObservedValues::detailOf).
bool Observations::suffice(const SearchOptions &other) const { return search.powersOfTwo == other.powersOfTwo; }

void Observations::merge(const Observations &other) {
  samples += other.samples;
  for (size_t i = 0; i != histograms.size(); ++i) {
    // Where nobody knows one of both, nobody knows which is the first.
    const bool isKnown = (histograms[i].nonFinite() == 0 || nonFiniteSamples[i] >= 0) &&
                         (other.histograms[i].nonFinite() == 0 || other.nonFiniteSamples[i] >= 0);
    int64_t &first = nonFiniteSamples[i];
    const int64_t second = other.nonFiniteSamples[i];
    first = !isKnown ? -1 : first < 0 ? second : second < 0 ? first : std::min(first, second);
    histograms[i].merge(other.histograms[i]);
    ends[i].merge(other.ends[i]);
  }
  for (size_t i = 0; i != leastMaxima.size(); ++i)
    leastMaxima[i] = std::min(leastMaxima[i], other.leastMaxima[i]);
}

size_t Observations::bytes() const {
  size_t bytes = 0;
  for (const Histogram &histogram : histograms)
    bytes += histogram.bytes();
  return bytes;
}

Ranges tare::calibration::rangesOf(mlir::ModuleOp module, const Observations &seen, const SearchOptions &search,
                                   size_t threads) {
  return searchRanges(mainOf(module), ObservedValues(mainOf(module)), seen, search, threads);
}

std::map<std::string, Method> tare::calibration::methodsOf(mlir::ModuleOp module, const SearchOptions &search) {
  const ObservedValues values(mainOf(module));
  std::map<std::string, Method> methods;
  for (const auto &[value, index] : values.observed)
    methods[qnn::valueName(value)] = values.searchOf(value, search).method;
  return methods;
}

Result<Ranges> tare::calibration::calibrate(mlir::ModuleOp module, SampleSource &source,
                                            const CalibrationOptions &options, Observations *seen) {
  ObservedValues values(mainOf(module));
  Result<Observations> found = observeValues(values, module, source, options);
  if (!found)
    return found.error();
  Ranges ranges = searchRanges(mainOf(module), values, *found, options.search, options.threads);
  if (seen)
    *seen = std::move(*found);
  return ranges;
}
