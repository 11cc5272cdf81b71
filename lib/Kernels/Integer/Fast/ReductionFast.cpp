//===- ReductionFast.cpp - Means over neighbouring axes -------------------===//
#include "../Accumulator.h"
#include "Loops.h"
#include "Prepare.h"
#include "PreparedRequant.h"
#include "Sums.h"

#include <algorithm>

namespace tare::kernels {
namespace {

/// The mean over neighbouring axes: [outer, reduced, inner] -> [outer, inner].
template <typename T> class ReduceMeanKernel : public FastKernel {
public:
  ReduceMeanKernel(const program::ReduceMeanT &mean, int64_t outer, int64_t reduced, int64_t inner,
                   const VectorSet &set)
      : outer(outer), reduced(reduced), inner(inner), zero(mean.input_zero_point), requant(*mean.requant, 1), set(set) {
  }

  size_t scratchBytes() const override { return inner * sizeof(int32_t); }

  bool divides() const override { return true; }
  void run(std::span<const ConstTensorView> operands, const TensorView &result, std::byte *scratch,
           Share share) const override {
    GridShare grid = gridShare(share, outer, elementBlocks(inner));
    Range means = grid.outer.of(outer), own = grid.inner.of(inner, elementBlock);
    auto *sums = reinterpret_cast<int32_t *>(scratch);
    for (int64_t o = means.first; o < means.last; ++o) {
      const T *x = operands[0].as<T>() + o * reduced * inner + own.first;
      std::fill_n(sums, own.size(), int32_t(-reduced * zero));
      if (inner == 1)
        for (int64_t r = 0; r < own.size() * reduced; ++r)
          *sums += *x++;
      else
        for (int64_t r = 0; r < reduced; ++r, x += inner)
          accumulate(set, x, sums, own.size());
      requantizeSums(set, sums, result.as<T>() + o * inner + own.first, own.size(), requant.view());
    }
  }

private:
  int64_t outer, reduced, inner, zero;
  PreparedRequant requant;
  const VectorSet &set;
};

} // namespace

std::unique_ptr<FastKernel> prepareReduceMean(const program::OpUnion &op, std::span<const Operand> operands,
                                              const TensorType &result) {
  const auto &mean = parameters<program::ReduceMeanT>(op);
  const Shape &shape = operands[0].type.shape;
  auto [first, last] = std::minmax_element(mean.axes.begin(), mean.axes.end());
  if (*last - *first + 1 != int32_t(mean.axes.size()))
    return nullptr; // Other axes between the reduced ones.
  int64_t outer = 1, reduced = 1, inner = 1;
  for (int32_t d = 0; d < int32_t(shape.size()); ++d)
    (d < *first ? outer : d <= *last ? reduced : inner) *= shape[d];
  if (!fits32(reduced, result.element))
    return nullptr;
  std::unique_ptr<FastKernel> kernel;
  dispatchActivation(result.element, [&](auto type) {
    kernel = std::make_unique<ReduceMeanKernel<decltype(type)>>(mean, outer, reduced, inner, vectorSet());
  });
  return kernel;
}

} // namespace tare::kernels
