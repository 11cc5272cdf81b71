//===- MinCut.cpp - The cheapest way to split a graph in two --------------===//
//
// Dinic's algorithm. Networks are long and narrow: a few phases suffice, each
// linear in the edges.
//
//===----------------------------------------------------------------------===//
#include "MinCut.h"

#include <algorithm>

namespace tare {

void MinCut::addEdge(Node from, Node to, int64_t capacity) {
  edgesOf[from].push_back(edges.size());
  edges.push_back({to, capacity});
  edgesOf[to].push_back(edges.size());
  edges.push_back({from, 0});
}

/// Distances from the source along edges with capacity left; false where the sink is out of reach.
bool MinCut::findLevels() {
  level.assign(edgesOf.size(), -1);
  level[source] = 0;
  std::vector<Node> queue{source};
  for (size_t i = 0; i != queue.size(); ++i)
    for (uint32_t edge : edgesOf[queue[i]])
      if (edges[edge].residual > 0 && level[edges[edge].to] < 0) {
        level[edges[edge].to] = level[queue[i]] + 1;
        queue.push_back(edges[edge].to);
      }
  return level[sink] >= 0;
}

/// Sends flow along one shortest path, by an explicit stack: paths are as long as the network is deep.
int64_t MinCut::augment() {
  std::vector<uint32_t> path;
  Node node = source;
  while (node != sink) {
    uint32_t &position = next[node];
    if (position == edgesOf[node].size()) {
      if (path.empty())
        return 0;
      // A dead end: step back, and do not come here again.
      node = edges[path.back() ^ 1].to;
      path.pop_back();
      ++next[node];
      continue;
    }
    uint32_t edge = edgesOf[node][position];
    if (edges[edge].residual > 0 && level[edges[edge].to] == level[node] + 1) {
      path.push_back(edge);
      node = edges[edge].to;
    } else {
      ++position;
    }
  }
  int64_t flow = infinite;
  for (uint32_t edge : path)
    flow = std::min(flow, edges[edge].residual);
  for (uint32_t edge : path) {
    edges[edge].residual -= flow;
    edges[edge ^ 1].residual += flow;
  }
  return flow;
}

std::vector<bool> MinCut::solve() {
  while (findLevels()) {
    next.assign(edgesOf.size(), 0);
    while (augment() > 0)
      ;
  }
  std::vector<bool> sourceSide;
  for (int32_t distance : level)
    sourceSide.push_back(distance >= 0);
  return sourceSide;
}

} // namespace tare
