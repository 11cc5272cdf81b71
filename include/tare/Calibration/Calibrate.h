//===- Calibrate.h - Ranges of a graph's values from data -------*- C++ -*-===//
#ifndef TARE_CALIBRATION_CALIBRATE_H
#define TARE_CALIBRATION_CALIBRATE_H

#include "mlir/IR/BuiltinOps.h"
#include "tare/Calibration/Headroom.h"
#include "tare/Calibration/Histogram.h"
#include "tare/Calibration/RangeSearch.h"
#include "tare/Calibration/Ranges.h"
#include "tare/Dialect/Qnn/ChannelMeans.h"
#include "tare/Tensor/Dataset.h"

namespace tare::calibration {

struct CalibrationOptions {
  SearchOptions search;
  /// 0: as many as there are cores.
  size_t threads = 0;
  /// Called now and then, from any thread, with the number of samples done.
  std::function<void(int64_t)> progress;
  /// Whether the means of what layers with weights read are wanted, too (Ranges::channelMeans).
  bool wantsMeans = false;
  /// Called with each sample and what the graph gives for it, from any thread.
  std::function<void(const Sample &, const std::vector<Tensor> &outputs)> visit;
};

/// What data were seen to make of a graph's values: ranges are found in it again, in other ways, without the data.
struct Observations {
  /// What the histograms were made for.
  SearchOptions search;
  int64_t samples = 0;
  /// Of each value that is observed, in the order of the graph; their details depend on whether steps will be powers of
  /// two.
  std::vector<Histogram> histograms;
  /// Of each of them the ends of its samples.
  std::vector<SampleEnds> ends;
  /// The first sample in which an element was not finite; -1 where all were, or nobody knows its number.
  std::vector<int64_t> nonFiniteSamples;
  /// By operand of a softmax, the least of its rows' largest elements; infinity where no row counts.
  std::vector<float> leastMaxima;
  /// Of each histogram the name of its value, as in Ranges.
  std::vector<std::string> names;
  /// Where they were asked for.
  qnn::ChannelMeans channelMeans = {};

  /// Adds what was seen of the same graph in other samples, whose numbers are among the same data's: in whatever order,
  /// and however samples are put together, the same comes out. Of no more than SampleEnds::mostSamples samples.
  void merge(const Observations &other);
  /// Whether the histograms tell what another search looks at.
  bool suffice(const SearchOptions &other) const;
  /// The bytes that the histograms take.
  size_t bytes() const;
};

/// The ranges that a search finds in what was observed of @main, a module of the same form, for which the observations
/// suffice. `threads` as of CalibrationOptions.
Ranges rangesOf(mlir::ModuleOp module, const Observations &seen, const SearchOptions &search, size_t threads);

/// By the names of the values of a module in its simplified float form whose ranges are searched, the method that finds
/// them.
std::map<std::string, Method> methodsOf(mlir::ModuleOp module, const SearchOptions &search);

/// Runs the float graph @main on every sample, once, and finds the range of every float value that is not constant.
/// Memory does not depend on the number of samples; the result depends on the set of samples alone: not on their order,
/// nor on the number of threads. The module must be in its simplified float form. `seen`, if given, gets what the
/// ranges were found in.
Result<Ranges> calibrate(mlir::ModuleOp module, SampleSource &source, const CalibrationOptions &options,
                         Observations *seen = nullptr);

/// Whole numbers, the ends among them.
struct IntegerRange {
  int64_t low = 0, high = 0;
};

/// `count` samples of normally distributed numbers, the same for every run: for trying the flow where there is no data.
/// Of inputs of integers or bools whole numbers, uniformly distributed: in `ranges`, which is empty or has one for each
/// input that is limited; all that the type has elsewhere.
std::unique_ptr<SampleSource> randomSamples(std::vector<InputDeclaration> inputs, int64_t count,
                                            std::vector<std::optional<IntegerRange>> ranges = {});

} // namespace tare::calibration

#endif // TARE_CALIBRATION_CALIBRATE_H
