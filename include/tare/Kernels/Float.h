//===- Float.h - Float kernels with ONNX semantics --------------*- C++ -*-===//
//
// Float32, N C spatial.. layout, one or two spatial dimensions. Callers give
// the result its (checked) shape; kernels assert, they do not diagnose.
//
// The heavy ones run on oneDNN, in the calling thread alone; several threads
// may call them at once. So the result for a sample depends on the operands:
// not on the number of threads, on what else is evaluated at the same time, or
// on the batch that the sample is part of. Plain loops with the same
// signatures, accumulating in double, stand in the namespace `reference`.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_KERNELS_FLOAT_H
#define TARE_KERNELS_FLOAT_H

#include "tare/Kernels/Geometry.h"
#include "tare/Kernels/ResizeCoordinates.h"
#include "tare/Tensor/Tensor.h"

#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace tare::kernels::floating {

using kernels::Geometry;

/// Weights in the layouts that kernels want, so that constants are reordered
/// once. Owned by whoever owns the constants: an entry is keyed by the
/// constant's address, so its elements must neither move nor change while the
/// cache lives. Thread-safe.
class PackedConstants {
public:
  PackedConstants();
  ~PackedConstants();
  PackedConstants(const PackedConstants &) = delete;
  PackedConstants &operator=(const PackedConstants &) = delete;

  struct Entries;
  Entries &entries() { return *state; }

private:
  std::unique_ptr<Entries> state;
};

using OptionalView = std::optional<ConstTensorView>;

/// Where the channels of an image are: [N, C, H, W], as everywhere else, or [N, H, W, C], as processors like them.
enum class ChannelOrder { first, last };
struct ChannelOrders {
  ChannelOrder x = ChannelOrder::first, y = ChannelOrder::first;
  bool operator==(const ChannelOrders &) const = default;
};

/// y = min(max(y, low), high), where y is not NaN; `high` may be infinite if `low` is 0.
struct Clamp {
  float low, high;
};

/// x [N, I, spatial..], w [O, I / group, kernel..], bias [O] or none.
/// Give `constants` where w is a constant. With channels last there are two spatial dimensions.
void conv(const ConstTensorView &x, const ConstTensorView &w, const OptionalView &bias, const Geometry &geometry,
          const TensorView &y, PackedConstants *constants = nullptr, ChannelOrders orders = {},
          std::optional<Clamp> clamp = std::nullopt);

/// The weights of a transposed convolution: [I, O / group, kernel..] as ONNX has them, or [O, I / group, kernel..] as
/// those of a convolution.
enum class WeightOrder { inputsFirst, outputsFirst };

/// x [N, I, spatial..], w in this order, bias [O] or none. The output padding is in y's shape. Give `constants` where w
/// is a constant.
void convTranspose(const ConstTensorView &x, const ConstTensorView &w, const OptionalView &bias,
                   const Geometry &geometry, const TensorView &y, PackedConstants *constants = nullptr,
                   WeightOrder order = WeightOrder::inputsFirst);

/// x [.., K], w [N, K], bias [N] or none, y [.., N].
void linear(const ConstTensorView &x, const ConstTensorView &w, const OptionalView &bias, const TensorView &y,
            PackedConstants *constants = nullptr);

/// numpy.matmul: leading dimensions broadcast, operands of rank 1 are a row
/// and a column.
void matMul(const ConstTensorView &a, const ConstTensorView &b, const TensorView &y);

/// Padding never wins. A larger y than the pads allow (ceil mode) is fine.
void maxPool(const ConstTensorView &x, const Geometry &geometry, const TensorView &y,
             ChannelOrder order = ChannelOrder::first);

/// The mean over the window's elements inside the input, or, with
/// `countIncludePad`, inside input and padding. What ceil mode adds beyond the
/// padding never counts.
void averagePool(const ConstTensorView &x, const Geometry &geometry, bool countIncludePad, const TensorView &y,
                 ChannelOrder order = ChannelOrder::first);

/// y = (x - mean[c]) / sqrt(variance[c] + epsilon) * scale[c] + bias[c], c
/// along axis 1.
void batchNorm(const ConstTensorView &x, const ConstTensorView &scale, const ConstTensorView &bias,
               const ConstTensorView &mean, const ConstTensorView &variance, double epsilon, const TensorView &y);

/// The mean over `axes` (>= 0); y holds the kept dimensions, with or without
/// ones for the others.
void reduceMean(const ConstTensorView &x, std::span<const int64_t> axes, const TensorView &y);

/// exp(x - max) / sum(exp(x - max)) along `axis` (>= 0).
void softmax(const ConstTensorView &x, int64_t axis, const TensorView &y);

/// (x - mean) / sqrt(variance + epsilon) * gamma[c] + beta[c], mean and variance over `axes`, c along `axis` (all >=
/// 0).
struct Normalization {
  std::vector<int64_t> axes;
  double epsilon;
  /// x / sqrt(mean of squares + epsilon) instead.
  bool keepsMean;
  int64_t axis;
  /// One per index of `axis`, or empty for 1 and 0.
  std::span<const double> gamma, beta;
};
void normalize(const ConstTensorView &x, const Normalization &norm, const TensorView &y);

/// Linear interpolation; one ResizeAxis per dimension of x. For nearest see
/// kernels::resizeNearest in Movement.h.
void resizeLinear(const ConstTensorView &x, std::span<const ResizeAxis> axes, const TensorView &y);

namespace reference {
void conv(const ConstTensorView &x, const ConstTensorView &w, const OptionalView &bias, const Geometry &geometry,
          const TensorView &y);
void convTranspose(const ConstTensorView &x, const ConstTensorView &w, const OptionalView &bias,
                   const Geometry &geometry, const TensorView &y, WeightOrder order = WeightOrder::inputsFirst);
void linear(const ConstTensorView &x, const ConstTensorView &w, const OptionalView &bias, const TensorView &y);
void matMul(const ConstTensorView &a, const ConstTensorView &b, const TensorView &y);
void maxPool(const ConstTensorView &x, const Geometry &geometry, const TensorView &y);
void averagePool(const ConstTensorView &x, const Geometry &geometry, bool countIncludePad, const TensorView &y);
} // namespace reference

} // namespace tare::kernels::floating

#endif // TARE_KERNELS_FLOAT_H
