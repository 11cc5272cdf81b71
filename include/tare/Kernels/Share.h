//===- Share.h - A thread's part of a kernel's work -------------*- C++ -*-===//
#ifndef TARE_KERNELS_SHARE_H
#define TARE_KERNELS_SHARE_H

#include <algorithm>
#include <cstdint>

namespace tare::kernels {

/// Consecutive items: [first, last), empty where the two are equal.
struct Range {
  int64_t first, last;
  int64_t size() const { return last - first; }
};

/// One of `count` parts of about equal size.
struct Share {
  int64_t index = 0, count = 1;

  /// This share of `items` items, whose ends are multiples of `block` (or the last item). The shares of all indices are
  /// disjoint and in order, and cover the items.
  Range of(int64_t items, int64_t block = 1) const {
    if (count == 1) // Without divisions, which would take longer than a step of a recurrent layer's smaller kernels.
      return {0, items};
    int64_t blocks = (items + block - 1) / block;
    return {std::min(items, blocks * index / count * block), std::min(items, blocks * (index + 1) / count * block)};
  }
};

/// A share of a product of two lists: a share of the outer one by a share of the inner one.
struct GridShare {
  Share outer, inner;
};

/// Factors `share` so that the largest share of `outer` x `inner` items is as small as possible. What is done once per
/// outer item, like the copy of a row of the input, counts as an eighth of an inner item, since each inner share does
/// it again.
inline GridShare gridShare(Share share, int64_t outer, int64_t inner) {
  if (share.count == 1)
    return {};
  GridShare best = {share, {}};
  int64_t least = INT64_MAX;
  auto partOf = [](int64_t items, int64_t count) { return (items + count - 1) / count; };
  for (int64_t inners = 1; inners <= share.count; ++inners) {
    int64_t outers = share.count / inners, cost = partOf(outer, outers) * (8 * partOf(inner, inners) + 1);
    if (share.count % inners != 0 || cost >= least)
      continue;
    least = cost;
    best = {{share.index / inners, outers}, {share.index % inners, inners}};
  }
  return best;
}

} // namespace tare::kernels

#endif // TARE_KERNELS_SHARE_H
