//===- Fourier.h - Discrete Fourier transforms ------------------*- C++ -*-===//
#ifndef TARE_LIB_HOST_SIGNAL_FOURIER_H
#define TARE_LIB_HOST_SIGNAL_FOURIER_H

#include <complex>
#include <cstdint>
#include <vector>

namespace tare::host {

/// Transforms of one length: y[k] = sum of x[n] e^(-2 pi i k n / length), or with `inverse` of e^(+..), over length.
class FourierTransform {
public:
  using Complex = std::complex<double>;

  FourierTransform(int64_t length, bool inverse);
  /// Transforms `length` elements in place.
  void operator()(std::vector<Complex> &x);

private:
  int64_t length;
  bool inverse;
  /// Of a length that is no power of 2, which is a convolution with a chirp: the chirp, its transform, and the place to
  /// work in.
  std::vector<Complex> chirp, chirpTransform, work;
};

} // namespace tare::host

#endif // TARE_LIB_HOST_SIGNAL_FOURIER_H
