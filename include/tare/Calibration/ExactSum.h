//===- ExactSum.h - A sum that knows no order -------------------*- C++ -*-===//
#ifndef TARE_CALIBRATION_EXACTSUM_H
#define TARE_CALIBRATION_EXACTSUM_H

#include <array>
#include <cstddef>
#include <cstdint>

namespace tare::calibration {

/// The sum of finite float32 numbers without any rounding: whatever order they come in, and on however many threads,
/// it is the same. Every float is a whole number of 2^-149, which is kept in digits of 32 bits (U. Kulisch, "Computer
/// Arithmetic and Validity", chapter 8). Of no more than 2^30 numbers.
class ExactSum {
public:
  void add(float value);
  void add(const ExactSum &other);

  /// The sum as a number, rounded once.
  double value() const;

  /// The digits of the largest float, and of 2^30 of them.
  static constexpr size_t count = 10;
  using Digits = std::array<int64_t, count>;
  /// For files: each number that was added has put less than 2^32 into a digit.
  const Digits &contents() const { return digits; }
  static ExactSum of(const Digits &contents) {
    ExactSum sum;
    sum.digits = contents;
    return sum;
  }

private:
  /// Each has the weight of 2^32 of the one before; none is carried before the sum is asked for.
  Digits digits{};
};

} // namespace tare::calibration

#endif // TARE_CALIBRATION_EXACTSUM_H
