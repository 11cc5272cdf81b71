//===- Fourier.cpp - Discrete Fourier transforms --------------------------===//
#include "Fourier.h"

#include <algorithm>
#include <bit>
#include <cmath>

using namespace tare;
using namespace tare::host;
using Complex = FourierTransform::Complex;

/// The transform of a power of 2 elements, by halves, without the division of the inverse one.
static void transformPowerOfTwo(std::vector<Complex> &x, bool inverse) {
  size_t size = x.size();
  for (size_t i = 1, reversed = 0; i < size; ++i) {
    size_t bit = size / 2;
    for (; reversed & bit; bit /= 2)
      reversed ^= bit;
    reversed ^= bit;
    if (i < reversed)
      std::swap(x[i], x[reversed]);
  }
  std::vector<Complex> roots(size / 2);
  for (size_t i = 0; i < roots.size(); ++i)
    roots[i] = std::polar(1.0, (inverse ? 2 : -2) * M_PI * double(i) / double(size));
  for (size_t half = 1; half < size; half *= 2)
    for (size_t begin = 0; begin < size; begin += 2 * half)
      for (size_t i = 0; i < half; ++i) {
        Complex odd = x[begin + half + i] * roots[i * (size / 2 / half)];
        x[begin + half + i] = x[begin + i] - odd;
        x[begin + i] += odd;
      }
}

FourierTransform::FourierTransform(int64_t length, bool inverse) : length(length), inverse(inverse) {
  if (std::has_single_bit(uint64_t(length)))
    return;
  // 2 k n = k^2 + n^2 - (k - n)^2 (Bluestein).
  chirp.resize(length);
  for (int64_t i = 0; i < length; ++i) {
    // i^2 modulo 2 length, as the angle of a large one would be inexact.
    auto square = int64_t(static_cast<unsigned __int128>(i) * i % (2 * static_cast<unsigned __int128>(length)));
    chirp[i] = std::polar(1.0, (inverse ? 1 : -1) * M_PI * double(square) / double(length));
  }
  chirpTransform.assign(std::bit_ceil(uint64_t(2 * length - 1)), 0);
  for (int64_t i = 0; i < length; ++i)
    chirpTransform[i] = chirpTransform[i == 0 ? 0 : chirpTransform.size() - i] = std::conj(chirp[i]);
  transformPowerOfTwo(chirpTransform, false);
}

void FourierTransform::operator()(std::vector<Complex> &x) {
  if (chirp.empty()) {
    transformPowerOfTwo(x, inverse);
  } else {
    work.assign(chirpTransform.size(), 0);
    for (int64_t i = 0; i < length; ++i)
      work[i] = x[i] * chirp[i];
    transformPowerOfTwo(work, false);
    for (size_t i = 0; i < work.size(); ++i)
      work[i] *= chirpTransform[i];
    transformPowerOfTwo(work, true);
    for (int64_t i = 0; i < length; ++i)
      x[i] = work[i] * chirp[i] / double(work.size());
  }
  if (inverse)
    for (Complex &value : x)
      value /= double(length);
}
