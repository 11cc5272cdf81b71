//===- ArenaPlan.cpp - Places blocks of memory in one arena ---------------===//
//
// Greedy: blocks are placed one after another, each at the lowest offset where
// it fits among those placed before that are in use at the same time. Which
// order is best depends on the network, so a few are tried and the smallest
// arena wins.
//
//===----------------------------------------------------------------------===//
#include "tare/Tensor/ArenaPlan.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <tuple>

namespace tare {
namespace {

class Planner {
public:
  Planner(const std::vector<MemoryBlock> &blocks, int64_t alignment) : blocks(blocks), neighbours(blocks.size()) {
    for (const MemoryBlock &block : blocks)
      sizes.push_back((block.bytes + alignment - 1) / alignment * alignment);
    findNeighbours();
  }

  ArenaPlan run() {
    ArenaPlan plan = tryOrder(bySize());
    for (auto order : {&Planner::byBreadth, &Planner::byBegin}) {
      if (plan.arenaBytes == lowerBound)
        break;
      ArenaPlan other = tryOrder((this->*order)());
      if (other.arenaBytes < plan.arenaBytes)
        plan = std::move(other);
    }
    plan.lowerBound = lowerBound;
    plan.peakTime = peakTime;
    return plan;
  }

private:
  using Order = std::vector<size_t>;

  /// Sweeps through time: who is in use together, and how much is.
  void findNeighbours() {
    std::multimap<int64_t, size_t> live; // By end.
    int64_t liveBytes = 0;
    for (size_t block : byBegin()) {
      for (auto it = live.begin(); it != live.end() && it->first < blocks[block].begin; it = live.erase(it))
        liveBytes -= sizes[it->second];
      for (auto [end, other] : live) {
        neighbours[block].push_back(other);
        neighbours[other].push_back(block);
      }
      live.emplace(blocks[block].end, block);
      liveBytes += sizes[block];
      if (liveBytes > lowerBound)
        std::tie(lowerBound, peakTime) = std::tuple(liveBytes, blocks[block].begin);
    }
  }

  template <typename Key> Order sortedBy(Key key) const {
    Order order(blocks.size());
    std::iota(order.begin(), order.end(), 0);
    std::sort(order.begin(), order.end(),
              [&](size_t a, size_t b) { return std::tuple(key(a), a) < std::tuple(key(b), b); });
    return order;
  }

  Order byBegin() const {
    return sortedBy([&](size_t block) { return blocks[block].begin; });
  }
  /// The largest first.
  Order bySize() const {
    return sortedBy([&](size_t block) { return std::tuple(-sizes[block], blocks[block].begin); });
  }
  /// Those that have the most bytes in use beside them first.
  Order byBreadth() const {
    std::vector<int64_t> breadth(sizes);
    for (size_t block = 0; block != blocks.size(); ++block)
      for (size_t other : neighbours[block])
        breadth[block] += sizes[other];
    return sortedBy([&](size_t block) { return std::tuple(-breadth[block], -sizes[block]); });
  }

  ArenaPlan tryOrder(const Order &order) const {
    ArenaPlan plan;
    plan.offsets.assign(blocks.size(), -1);
    for (size_t block : order) {
      plan.offsets[block] = firstFit(block, plan.offsets);
      plan.arenaBytes = std::max(plan.arenaBytes, plan.offsets[block] + sizes[block]);
    }
    return plan;
  }

  int64_t firstFit(size_t block, const std::vector<int64_t> &offsets) const {
    std::vector<std::pair<int64_t, int64_t>> taken;
    for (size_t other : neighbours[block])
      if (offsets[other] >= 0)
        taken.emplace_back(offsets[other], offsets[other] + sizes[other]);
    std::sort(taken.begin(), taken.end());
    int64_t offset = 0;
    for (auto [begin, end] : taken) {
      if (begin - offset >= sizes[block])
        break;
      offset = std::max(offset, end);
    }
    return offset;
  }

  const std::vector<MemoryBlock> &blocks;
  std::vector<int64_t> sizes;
  /// By block: those in use at some time when it is.
  std::vector<std::vector<size_t>> neighbours;
  int64_t lowerBound = 0;
  int64_t peakTime = 0;
};

} // namespace

ArenaPlan planArena(const std::vector<MemoryBlock> &blocks, int64_t alignment) {
  return Planner(blocks, alignment).run();
}

} // namespace tare
