//===- Selection.h - Which values are worth 16 bits -------------*- C++ -*-===//
//
// Errors of values that are rounded independently add up, in power: so what each
// of them alone leaves at the outputs says what any set of them leaves together.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_DRIVER_BUDGET_SELECTION_H
#define TARE_DRIVER_BUDGET_SELECTION_H

#include "tare/Tensor/Result.h"

#include "llvm/ADT/STLFunctionalExtras.h"

#include <cstddef>
#include <vector>

namespace tare {

/// The power of an error over that of an output, for each output: 10^(-SQNR / 10).
using NoiseByOutput = std::vector<double>;

/// What 16 bits add to the cost, as a share of all, for an alternative beside those that have them; it may be negative.
using AddedCost = llvm::function_ref<double(size_t alternative, const std::vector<bool> &isWide)>;

/// An order in which alternatives get 16 bits.
struct Selection {
  /// The numbers of all alternatives. With the first `count` the goal should be reached; the others would follow.
  std::vector<size_t> order;
  size_t count = 0;
};

/// Chooses among alternatives that have 8 or 16 bits: a cheap set with which no output has more noise than its limit;
/// all of them where none is enough. `noise`: what 8 bits add, by alternative; `base`: what there is where all have 16
/// bits. One is taken after the other, each time the one that takes most of what is beyond the limits away for what it
/// adds to the cost; what turns out to be needless at last, and saves nothing, is given back. Of equals the first wins.
Selection selectWithin(const std::vector<NoiseByOutput> &noise, const NoiseByOutput &base, const NoiseByOutput &limits,
                       AddedCost added);

/// The set with all further alternatives that make it cheaper: what stands between two that are wide.
std::vector<size_t> withCheaper(const std::vector<size_t> &set, size_t alternatives, AddedCost added);

/// What a set costs.
double totalOf(const std::vector<size_t> &set, size_t alternatives, AddedCost added);

/// The alternatives, those that take away most noise first.
std::vector<size_t> orderByNoise(const std::vector<NoiseByOutput> &noise);

/// The noise where these have 16 bits.
NoiseByOutput noiseWith(const std::vector<NoiseByOutput> &noise, const NoiseByOutput &base,
                        const std::vector<size_t> &wide);

/// The least number from 1 to `most` with which `reaches` holds, if it holds with `most`, not with 0, and with all
/// numbers above one with which it does. It is asked near `guess` first.
Result<size_t> leastReaching(size_t guess, size_t most, llvm::function_ref<Result<bool>(size_t)> reaches);

/// Takes what `fits` into a set, in this order, leaving out what does not: as if each were asked after the other, where
/// more never fits better, but with few questions. `fits` is given the numbers that would be in.
Result<std::vector<size_t>> largestFitting(const std::vector<size_t> &order,
                                           llvm::function_ref<Result<bool>(const std::vector<size_t> &)> fits);

} // namespace tare

#endif // TARE_DRIVER_BUDGET_SELECTION_H
