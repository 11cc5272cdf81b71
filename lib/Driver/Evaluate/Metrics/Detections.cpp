//===- Detections.cpp - Boxes that a detector has found -------------------===//
#include "Driver/Evaluate/Metrics/Detections.h"

#include <algorithm>

using namespace tare;

double tare::overlapOf(const Box &a, const Box &b) {
  double width = std::min(a.right, b.right) - std::max(a.left, b.left);
  double height = std::min(a.bottom, b.bottom) - std::max(a.top, b.top);
  double shared = std::max(width, 0.0) * std::max(height, 0.0);
  // Boxes without area share nothing.
  constexpr double noArea = 1e-9;
  return shared / (a.area() + b.area() - shared + noArea);
}

std::vector<Detection> tare::bestOf(std::vector<Detection> found, const DetectionLimits &limits) {
  std::erase_if(found, [&](const Detection &each) { return !(each.score > limits.leastScore); });
  std::ranges::stable_sort(found, std::greater<>(), &Detection::score);
  if (limits.mostOverlap && found.size() > limits.candidates)
    found.resize(limits.candidates);
  std::vector<Detection> taken;
  for (const Detection &next : found) {
    if (taken.size() == limits.taken)
      break;
    auto hides = [&](const Detection &better) {
      return better.kind == next.kind && overlapOf(better.box, next.box) > *limits.mostOverlap;
    };
    if (!limits.mostOverlap || std::ranges::none_of(taken, hides))
      taken.push_back(next);
  }
  return taken;
}
