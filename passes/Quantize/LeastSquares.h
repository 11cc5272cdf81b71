//===- LeastSquares.h - Rounding that loses least in sums of products -*- C++ -*-===//
#ifndef TARE_PASSES_QUANTIZE_LEASTSQUARES_H
#define TARE_PASSES_QUANTIZE_LEASTSQUARES_H

#include <cstdint>
#include <span>
#include <vector>

namespace tare {

/// What is lost when weights are rounded: e^T H e, with e the errors of K weights in steps, and H the products of what
/// meets them. H gets a hundredth of the mean of its diagonal added to it, as few samples say little of a weight on its
/// own (E. Frantar et al., "GPTQ", arXiv:2210.17323, section 3.3).
class SquaredLoss {
public:
  /// `products`: X^T X, [K, K] row-major, symmetric. They are kept by reference.
  explicit SquaredLoss(std::span<const double> products, int64_t weights);

  int64_t weights() const { return count; }
  /// Of errors in steps.
  double operator()(std::span<const double> errors) const;

  /// (A79) For each of K weights in steps, the integer on one side or the other of it, within [low, high]. Begins with
  /// the nearest ones; then, one weight after the other, as often as that helps, takes the other side where the loss
  /// falls. So it is never above that of the nearest integers.
  std::vector<int64_t> round(std::span<const double> steps, int64_t low, int64_t high) const;

private:
  double product(int64_t i, int64_t j) const { return products[size_t(i * count + j)] + (i == j ? damping : 0); }
  /// H e.
  std::vector<double> slopes(std::span<const double> errors) const;

  std::span<const double> products;
  int64_t count;
  double damping;
};

} // namespace tare

#endif // TARE_PASSES_QUANTIZE_LEASTSQUARES_H
