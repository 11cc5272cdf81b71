#include "tare/Calibration/ExactSum.h"

#include <bit>
#include <cmath>

namespace tare::calibration {

namespace {

constexpr int digitBits = 32, mantissaBits = 23, leastExponent = -149;

} // namespace

void ExactSum::add(float value) {
  const uint32_t bits = std::bit_cast<uint32_t>(value);
  const uint32_t exponent = bits >> mantissaBits & 0xff;
  // Numbers below the smallest normal one have its exponent, and no leading one.
  uint64_t mantissa = bits & ((1u << mantissaBits) - 1);
  if (exponent)
    mantissa |= uint64_t(1) << mantissaBits;
  const uint32_t place = exponent ? exponent - 1 : 0;
  mantissa <<= place % digitBits;
  const int64_t low = int64_t(mantissa & 0xffffffff), high = int64_t(mantissa >> digitBits);
  const int64_t sign = std::signbit(value) ? -1 : 1;
  digits[place / digitBits] += sign * low;
  digits[place / digitBits + 1] += sign * high;
}

void ExactSum::add(const ExactSum &other) {
  for (size_t i = 0; i != count; ++i)
    digits[i] += other.digits[i];
}

double ExactSum::value() const {
  std::array<int64_t, count> carried = digits;
  for (size_t i = 0; i + 1 != count; ++i) {
    carried[i + 1] += carried[i] >> digitBits;
    carried[i] &= 0xffffffff;
  }
  double sum = 0;
  for (size_t i = count; i-- > 0;)
    sum += std::ldexp(double(carried[i]), int(i) * digitBits + leastExponent);
  return sum;
}

} // namespace tare::calibration
