//===- Convolution.h - What the kinds of convolutions share -----*- C++ -*-===//
#ifndef TARE_LIB_HOST_CONVOLUTION_CONVOLUTION_H
#define TARE_LIB_HOST_CONVOLUTION_CONVOLUTION_H

#include "Windows.h"

namespace tare::host {

void addTransposedConvolutions(Operators &all);
void addDeformableConvolutions(Operators &all);
void addCausalConvolutions(Operators &all);

/// Checks that the first operands are floats of one type with the same number of dimensions, [N, C, spatial..] and
/// weights.
void checkImageAndWeights(Inference &n);
/// The channel groups; an error where `channels` does not split into them.
int64_t groupOf(Inference &n, std::string_view attribute, int64_t channels);
/// Checks a bias that may be left out.
void checkBias(Inference &n, size_t operand, int64_t channels);
/// The windows of a convolution whose weights are [O, I, kernel..].
Result<Windows> windowsOfConv(const Attributes &attributes, const Shape &x, const Shape &w);

} // namespace tare::host

#endif // TARE_LIB_HOST_CONVOLUTION_CONVOLUTION_H
