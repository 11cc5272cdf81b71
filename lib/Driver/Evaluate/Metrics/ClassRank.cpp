//===- ClassRank.cpp - How far in front a class is ------------------------===//
#include "Driver/Evaluate/Metrics/ClassRank.h"

#include <cmath>

using namespace tare;

size_t tare::rankOf(std::span<const float> scores, size_t label) {
  const float own = scores[label];
  size_t before = 0;
  for (size_t i = 0; i != scores.size(); ++i) {
    bool isLarger = std::isnan(own) ? !std::isnan(scores[i]) : scores[i] > own;
    bool isSame = std::isnan(own) ? std::isnan(scores[i]) : scores[i] == own;
    before += isLarger || (isSame && i < label);
  }
  return before;
}
