//===- MinCut.h - The cheapest way to split a graph in two ------*- C++ -*-===//
#ifndef TARE_PASSES_MINCUT_H
#define TARE_PASSES_MINCUT_H

#include <cstdint>
#include <limits>
#include <vector>

namespace tare {

/// A directed graph with capacities, and its minimum cut between a source and a sink.
class MinCut {
public:
  using Node = uint32_t;
  static constexpr Node source = 0;
  static constexpr Node sink = 1;
  static constexpr int64_t infinite = std::numeric_limits<int64_t>::max() / 4;

  MinCut() : edgesOf(2) {}

  Node addNode() {
    edgesOf.emplace_back();
    return edgesOf.size() - 1;
  }
  /// The cut pays `capacity` where `from` is on the source's side and `to` is not.
  void addEdge(Node from, Node to, int64_t capacity);

  /// By node, whether it is on the source's side. Of all minimum cuts, the one with the smallest source's side.
  std::vector<bool> solve();

private:
  struct Edge {
    Node to;
    int64_t residual;
  };

  bool findLevels();
  int64_t augment();
  /// Edge i's opposite is edge i ^ 1.
  std::vector<Edge> edges;
  std::vector<std::vector<uint32_t>> edgesOf;
  std::vector<int32_t> level;
  std::vector<uint32_t> next;
};

} // namespace tare

#endif // TARE_PASSES_MINCUT_H
