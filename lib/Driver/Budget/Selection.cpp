//===- Selection.cpp - Which values are worth 16 bits ---------------------===//
#include "Driver/Budget/Selection.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/STLExtras.h"

#include <algorithm>
#include <numeric>
#include <optional>
#include <utility>

using namespace tare;

namespace {

/// What costs less, or nothing, is worth it by what it takes away: a choice more is a cost, too.
constexpr double leastCost = 1e-3;

class Selector {
public:
  Selector(const std::vector<NoiseByOutput> &noise, const NoiseByOutput &base, const NoiseByOutput &limits,
           AddedCost added)
      : noise(noise), limits(limits), added(added), isWide(noise.size()), sum(noiseWith(noise, base, {})) {}

  Selection select() {
    takeAll([&](size_t i) { return gainOf(i); });
    giveBack();
    Selection selection;
    selection.count = taken.size();
    takeAll([&](size_t i) { return allOf(i); });
    selection.order = taken;
    // What takes nothing away.
    for (size_t i = 0; i != noise.size(); ++i)
      if (!isWide[i])
        selection.order.push_back(i);
    return selection;
  }

private:
  void add(size_t i, double times) {
    for (size_t output = 0; output != sum.size(); ++output)
      sum[output] += times * noise[i][output];
  }

  /// What an alternative takes away of what is beyond the limits, in limits.
  double gainOf(size_t i) const {
    double gain = 0;
    for (size_t output = 0; output != sum.size(); ++output)
      gain += std::clamp(sum[output] - limits[output], 0.0, noise[i][output]) / limits[output];
    return gain;
  }

  /// The same of all that there is.
  double allOf(size_t i) const {
    double all = 0;
    for (size_t output = 0; output != sum.size(); ++output)
      all += noise[i][output] / limits[output];
    return all;
  }

  /// As long as there is one that takes something away.
  void takeAll(llvm::function_ref<double(size_t)> gain) {
    while (std::optional<size_t> best = bestBy(gain)) {
      isWide[*best] = true;
      add(*best, -1);
      taken.push_back(*best);
    }
  }

  std::optional<size_t> bestBy(llvm::function_ref<double(size_t)> gain) const {
    std::optional<size_t> best;
    double most = 0;
    for (size_t i = 0; i != noise.size(); ++i) {
      const double takesAway = isWide[i] ? 0 : gain(i);
      if (takesAway <= 0)
        continue;
      if (double worth = takesAway / std::max(added(i, isWide), leastCost); worth > most)
        most = worth, best = i;
    }
    return best;
  }

  bool hasRoomFor(size_t i) const {
    for (size_t output = 0; output != sum.size(); ++output)
      if (sum[output] + noise[i][output] > limits[output])
        return false;
    return true;
  }

  /// What was taken last is worth least for its cost.
  void giveBack() {
    for (size_t i = taken.size(); i-- != 0;) {
      const size_t each = taken[i];
      isWide[each] = false;
      if (hasRoomFor(each) && added(each, isWide) >= 0) {
        add(each, 1);
        taken.erase(taken.begin() + i);
      } else {
        isWide[each] = true;
      }
    }
  }

  const std::vector<NoiseByOutput> &noise;
  const NoiseByOutput &limits;
  AddedCost added;
  std::vector<bool> isWide;
  /// At each output, with what is wide now.
  NoiseByOutput sum;
  std::vector<size_t> taken;
};

} // namespace

Selection tare::selectWithin(const std::vector<NoiseByOutput> &noise, const NoiseByOutput &base,
                             const NoiseByOutput &limits, AddedCost added) {
  return Selector(noise, base, limits, added).select();
}

std::vector<size_t> tare::withCheaper(const std::vector<size_t> &set, size_t alternatives, AddedCost added) {
  std::vector<size_t> all = set;
  std::vector<bool> isWide(alternatives);
  for (size_t i : set)
    isWide[i] = true;
  for (bool hasChanged = true; hasChanged;) {
    hasChanged = false;
    for (size_t i = 0; i != alternatives; ++i)
      if (!isWide[i] && added(i, isWide) < 0) {
        isWide[i] = hasChanged = true;
        all.push_back(i);
      }
  }
  return all;
}

double tare::totalOf(const std::vector<size_t> &set, size_t alternatives, AddedCost added) {
  double total = 0;
  std::vector<bool> isWide(alternatives);
  for (size_t i : set) {
    total += added(i, isWide);
    isWide[i] = true;
  }
  return total;
}

std::vector<size_t> tare::orderByNoise(const std::vector<NoiseByOutput> &noise) {
  std::vector<size_t> order(noise.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::sort(order, {},
                    [&](size_t i) { return std::pair(-std::accumulate(noise[i].begin(), noise[i].end(), 0.0), i); });
  return order;
}

NoiseByOutput tare::noiseWith(const std::vector<NoiseByOutput> &noise, const NoiseByOutput &base,
                              const std::vector<size_t> &wide) {
  NoiseByOutput sum = base;
  for (size_t i = 0; i != noise.size(); ++i)
    for (size_t output = 0; !llvm::is_contained(wide, i) && output != sum.size(); ++output)
      sum[output] += noise[i][output];
  return sum;
}

Result<size_t> tare::leastReaching(size_t guess, size_t most, llvm::function_ref<Result<bool>(size_t)> reaches) {
  // It fails with `low` and holds with `high`.
  size_t low = 0, high = most, next = guess, stride = 1;
  bool hasFailed = false, hasHeld = false;
  while (high - low > 1) {
    next = std::clamp(next, low + 1, high - 1);
    Result<bool> holds = reaches(next);
    if (!holds)
      return holds.error();
    *holds ? (high = next, hasHeld = true) : (low = next, hasFailed = true);
    if (hasFailed && hasHeld)
      next = low + (high - low) / 2;
    else
      next = *holds ? high - std::min(stride, high) : low + stride;
    stride *= 2;
  }
  return high;
}

namespace {

class Fitting {
public:
  explicit Fitting(llvm::function_ref<Result<bool>(const std::vector<size_t> &)> fits) : fits(fits) {}

  /// All of these together, or one half after the other.
  Status take(llvm::ArrayRef<size_t> some) {
    if (some.empty())
      return success();
    std::vector<size_t> tried = taken;
    tried.insert(tried.end(), some.begin(), some.end());
    Result<bool> all = fits(tried);
    if (!all)
      return all.error();
    if (*all)
      taken = std::move(tried);
    if (*all || some.size() == 1)
      return success();
    const size_t half = some.size() / 2;
    if (Status done = take(some.take_front(half)); !done)
      return done;
    return take(some.drop_front(half));
  }

  std::vector<size_t> taken;

private:
  llvm::function_ref<Result<bool>(const std::vector<size_t> &)> fits;
};

} // namespace

Result<std::vector<size_t>> tare::largestFitting(const std::vector<size_t> &order,
                                                 llvm::function_ref<Result<bool>(const std::vector<size_t> &)> fits) {
  Fitting fitting(fits);
  if (Status done = fitting.take(order); !done)
    return done.error();
  return std::move(fitting.taken);
}
