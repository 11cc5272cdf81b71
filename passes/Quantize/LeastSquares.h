//===- LeastSquares.h - Rounding that loses least in sums of products -*- C++ -*-===//
#ifndef TARE_PASSES_QUANTIZE_LEASTSQUARES_H
#define TARE_PASSES_QUANTIZE_LEASTSQUARES_H

#include <cstdint>
#include <span>
#include <vector>

namespace tare {

/// The weights of one output channel, in steps, and the integers that they may become.
struct ChannelSteps {
  std::vector<double> steps;
  int64_t low, high;
};

struct RoundedChannel {
  std::vector<int64_t> nearest, chosen;
  /// What is lost by either.
  double nearestLoss = 0, chosenLoss = 0;
};

/// What is lost when weights are rounded: e^T H e, with e the errors of K weights in steps, and H the products of what
/// meets them. H gets a hundredth of the mean of its diagonal added to it, as few samples say little of a weight on its
/// own (E. Frantar et al., "GPTQ", arXiv:2210.17323, section 3.3).
class SquaredLoss {
public:
  /// `products`: X^T X, [K, K] row-major, symmetric. They are kept by reference.
  SquaredLoss(std::span<const double> products, int64_t weights);

  /// (A79) For each of K weights in steps, the integer on one side or the other of it, within [low, high]. Begins with
  /// the nearest ones; then, one weight after the other, as often as that helps, takes the other side where the loss
  /// falls. So it is never above that of the nearest integers. Several channels at once read H together: it may be
  /// larger than caches.
  std::vector<RoundedChannel> round(std::span<const ChannelSteps> channels) const;

private:
  /// A channel on its way: what it is, its errors e and H e.
  struct State;

  void addSlopes(std::span<State> states) const;
  void descend(State &state) const;
  bool flip(State &state, int64_t weight) const;

  std::span<const double> products;
  int64_t count;
  double damping;
};

} // namespace tare

#endif // TARE_PASSES_QUANTIZE_LEASTSQUARES_H
