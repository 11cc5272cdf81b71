//===- RangeSearch.h - From a histogram to a range --------------*- C++ -*-===//
//
// Where to clip: a wide range rounds coarsely, a narrow one cuts values off.
// Every method is deterministic and reads what calibration has counted, in
// whatever order: the histogram, or where the samples end.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_CALIBRATION_RANGESEARCH_H
#define TARE_CALIBRATION_RANGESEARCH_H

#include "tare/Calibration/Histogram.h"
#include "tare/Calibration/SampleEnds.h"

#include <optional>
#include <string_view>
#include <vector>

namespace tare::calibration {

/// The real values that a quantized tensor represents; contains 0. It lies
/// within the smallest and the largest value (and 0), symmetric grid or not:
/// a symmetric one takes its scale from the larger magnitude.
struct Range {
  double min = 0;
  double max = 0;
  bool operator==(const Range &) const = default;
};

/// What the range is for: a grid of so many levels, one of them 0.
struct GridKind {
  /// 256 for 8 bits; 255 where the grid is symmetric (-127 .. 127).
  int64_t levels = 256;
  bool symmetric = false;

  /// Whether it has more than 8 bits.
  bool isFine() const { return levels > 256; }
  bool operator==(const GridKind &) const = default;
};

/// `automatic` is autoRange().
enum class Method { automatic, minMax, meanMinMax, percentile, mse, kl, klBothTails, aciq };

/// Whether the method looks at nothing but where all values, or those of each sample, end.
inline bool isOfEnds(Method method) { return method == Method::minMax || method == Method::meanMinMax; }

/// By the names of `--method` ("auto", "min_max", ..); none for another name.
std::optional<Method> methodOf(std::string_view name);
std::string_view nameOf(Method method);
/// All of them, the default first.
std::vector<std::string> methodNames();

inline constexpr double usualPercentile = 99.99;

struct SearchOptions {
  Method method = Method::automatic;
  /// Percentile only: the percentage of values that is kept.
  double percentile = usualPercentile;
  GridKind grid;
  /// Whether the grids' steps will be powers of two: then what each of them loses is found, too.
  bool powersOfTwo = false;

  /// (A67) Whether ranges go on beyond what was seen.
  bool leavesHeadroom() const { return method == Method::automatic && grid.isFine() && !powersOfTwo; }
};

/// The range by the chosen method, of values that were seen in samples which end so; [0, 0] for a dead tensor.
Range findRange(const Histogram &histogram, const SampleEnds &ends, const SearchOptions &options);

/// (A59) On a fine grid all values, otherwise balancedRange(); but no outliers that leave fewer than
/// `fewestSteps` to the others: those that a percentile cuts off of the values that are not 0.
Range autoRange(const Histogram &histogram, const GridKind &grid);
/// Of a fine grid so many that a histogram of the whole range tells where the others end.
inline double fewestSteps(const GridKind &grid) { return grid.isFine() ? 128 : 16; }

/// How many values that are not 0 a grid of the range rounds to 0, to the precision of a bin: a bin that is not wholly
/// within half a step of 0 does not count.
uint64_t flattenedBy(const Histogram &histogram, const Range &range, const GridKind &grid);
/// So many of the values that are not 0 leave nothing of them: outliers have all steps.
inline constexpr double flattenedShare = 0.9;
/// Of 16 bits, what would be 0 on a grid of so many levels counts: it has 64 of the 65535 steps, 30 dB or less.
inline constexpr int wideOutlierLevels = 1024;

/// All finite values.
Range minMaxRange(const Histogram &histogram);

/// The means of the samples' least and of their largest elements: what most samples have, where a few of them go much
/// farther. As TensorFlow Lite's and NNCF's calibrations take it of batches.
Range meanMinMaxRange(const SampleEnds &ends);

/// How many of so many values a percentile cuts off at each end.
double percentileSpare(uint64_t values, double percentile);

/// At least `percentile` percent of the values: at most half of the rest is
/// cut off at each end, to the precision of a bin. As in H. Wu et al.,
/// "Integer Quantization for Deep Learning Inference" (arXiv:2004.09602,
/// section 3.2), but two-sided.
Range percentileRange(const Histogram &histogram, double percentile = usualPercentile);

/// The range whose grid has the smallest expected squared error, rounding and
/// clipping together (M. Nagel et al., "A White Paper on Neural Network
/// Quantization", arXiv:2106.08295, section 3.1). Values are taken as uniform
/// within their bin, and the error of round-to-nearest is integrated exactly
/// over it; zeros are exact on every grid. Both ends are searched.
Range mseRange(const Histogram &histogram, const GridKind &grid);

/// (A59) The same, of a sum of two errors: that of all values, relative to their mean square, and `smallValuesShare` of
/// that of the half with the smaller magnitudes (zeros apart), relative to theirs. A squared error alone is that of the
/// few largest: steps may be as coarse as most values are large.
Range balancedRange(const Histogram &histogram, const GridKind &grid);
inline constexpr double smallValuesShare = 1.0 / 128;

/// The expected squared error that mseRange minimizes.
double expectedSquaredError(const Histogram &histogram, const Range &range, const GridKind &grid);

/// Where a grid whose step is 2^exponent begins, in steps from 0: at its lowest level if symmetric; otherwise just
/// below the range, or in its middle where the grid does not hold it.
int64_t lowestLevel(int exponent, const Range &range, const GridKind &grid);

/// What a value loses on grids with the steps 2^first, 2^(first + 1), ...
struct StepErrors {
  /// Of the grid's integers.
  int64_t bits = 8;
  /// The mean square of the value.
  double power = 0;
  int first = 0;
  /// Mean squared errors, rounding and clipping together.
  std::vector<double> errors;

  bool operator==(const StepErrors &) const = default;
};

/// From ten steps finer than the one that holds all values to two that are coarser; beyond, rounding alone counts, four
/// times as much with each step.
StepErrors findStepErrors(const Histogram &histogram, const Range &range, const GridKind &grid);

/// The same for values that are spread evenly over a range.
StepErrors evenStepErrors(const Range &range, const GridKind &grid);

/// The range with the smallest Kullback-Leibler divergence of the clipped
/// distribution (what is cut off is added to the outermost bins) from the
/// same distribution with as many bins as the grid has levels, each spread
/// evenly over the occupied bins that it replaces: S. Migacz, "8-bit Inference
/// with TensorRT", GTC 2017. There the magnitudes form one side; so they do
/// here for a symmetric grid, while the ends of an asymmetric one are searched
/// each for itself. Zeros do not count, they are exact on every grid.
Range klRange(const Histogram &histogram, const GridKind &grid);

/// The same with both sides as they are on a symmetric grid, too: its levels stand for bins of either sign, of which
/// one side may have few.
Range klBothTailsRange(const Histogram &histogram, const GridKind &grid);

/// The least expected error of rounding and clipping of values with the mean (on a symmetric grid 0) and the spread of
/// those that are not 0, were they distributed as Laplace's or as Gauss' law has it, whichever of both ranges has the
/// smaller squared error on the values themselves; values of one sign as the half of such a distribution. R. Banner et
/// al., "Post-training 4-bit quantization of convolution networks for rapid-deployment" (arXiv:1810.05723, section 2
/// and appendix).
Range aciqRange(const Histogram &histogram, const GridKind &grid);

} // namespace tare::calibration

#endif // TARE_CALIBRATION_RANGESEARCH_H
