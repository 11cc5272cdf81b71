//===- ContextThreads.cpp - Which layers are worth several threads --------===//
#include "ContextParts.h"
#include "tare/Tensor/Parallel.h"

#include <algorithm>
#include <chrono>

namespace tare::runtime {

/// What is done in a run, in order.
std::vector<Context::Node *> Context::nodesInOrder() {
  std::vector<Node *> nodes;
  auto addPorts = [&](std::vector<PortBinding> &ports, size_t layer) {
    for (PortBinding &port : ports)
      if (port.path.layer == layer)
        for (Node &node : port.nodes)
          nodes.push_back(&node);
  };
  for (size_t layer = 0; layer <= layers.size(); ++layer) {
    addPorts(inputs, layer);
    addPorts(outputs, layer);
    if (layer != layers.size())
      nodes.push_back(&layers[layer]);
  }
  std::erase_if(nodes, [](const Node *node) { return !node->op; });
  return nodes;
}

/// Microseconds that a node takes in one thread. What is neither clearly small nor clearly large is measured, on
/// whatever the memory holds: kernels take the same time for all data.
double Context::timeAlone(const Node &node) {
  using Clock = std::chrono::steady_clock;
  constexpr double small = 0.5, large = 200;
  double best = node.op->estimatedMicroseconds();
  if (!node.op->divides() || best < small || best > large)
    return best;
  // The first time, code and operands are not yet in the caches.
  for (int run = 0; run != 3; ++run) {
    Clock::time_point begin = Clock::now();
    execute(node);
    double time = std::chrono::duration<double, std::micro>(Clock::now() - begin).count();
    best = run == 0 ? time : std::min(best, time);
  }
  return best;
}

/// Divides what is large enough; makes a team only where it is ever worth to wake it.
void Context::makeTeam() {
  double least = owner->options.leastShareMicroseconds;
  constexpr double wakingShares = 16; // the time that it takes to wake threads, in such shares
  size_t most = 1, threads = std::min(threadCount, availableCores());
  // From the end: what threads save from here on until they have had nothing to do for so long that they sleep.
  double saved = 0, idle = 0;
  std::vector<Node *> nodes = nodesInOrder();
  for (auto it = nodes.rbegin(); it != nodes.rend() && threads != 1; ++it) {
    Node &node = **it;
    double alone = timeAlone(node);
    size_t shares = node.op->divides() ? size_t(std::clamp(alone / least, 1.0, double(threads))) : 1;
    if (shares == 1) {
      idle += alone;
      continue;
    }
    saved = idle > Team::awakeMicroseconds ? 0 : saved;
    idle = 0;
    saved += alone * (1 - 1 / double(shares));
    node.wakes = saved >= wakingShares * least;
    most = node.wakes ? std::max(most, shares) : most;
    node.sharesWanted = shares;
  }
  if (most > 1)
    team = std::make_unique<Team>(most);
  for (Node *node : nodes)
    node->shares = std::min(node->sharesWanted, most);
}

} // namespace tare::runtime
