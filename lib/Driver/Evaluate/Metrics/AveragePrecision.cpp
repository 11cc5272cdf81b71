//===- AveragePrecision.cpp - How well detections match boxes -------------===//
#include "Driver/Evaluate/Metrics/AveragePrecision.h"

#include <algorithm>
#include <array>
#include <map>

using namespace tare;

namespace {

constexpr size_t overlapCount = 10, recallCount = 101;

double leastOverlap(size_t i) { return 0.5 + 0.05 * double(i); }

/// Of one class.
struct Class {
  struct Found {
    double score = 0;
    size_t image = 0;
    Box box;
  };
  std::vector<Found> found;
  /// By image.
  std::map<size_t, std::vector<Box>> boxes;
  size_t boxCount = 0;
};

std::map<int64_t, Class> byClass(std::span<const std::vector<Detection>> found,
                                 std::span<const std::vector<TrueBox>> boxes) {
  std::map<int64_t, Class> classes;
  for (size_t image = 0; image != boxes.size(); ++image)
    for (const TrueBox &each : boxes[image]) {
      classes[each.kind].boxes[image].push_back(each.box);
      ++classes[each.kind].boxCount;
    }
  for (size_t image = 0; image != found.size(); ++image)
    for (const Detection &each : found[image])
      if (auto known = classes.find(each.kind); known != classes.end())
        known->second.found.push_back({each.score, image, each.box});
  for (auto &[kind, each] : classes)
    std::ranges::stable_sort(each.found, std::greater<>(), &Class::Found::score);
  return classes;
}

/// Which of the detections, in their order, have a box.
std::vector<bool> hitsOf(const Class &one, double least) {
  std::map<size_t, std::vector<bool>> isTaken;
  for (const auto &[image, boxes] : one.boxes)
    isTaken[image].resize(boxes.size());
  std::vector<bool> hits;
  for (const Class::Found &each : one.found) {
    hits.push_back(false);
    auto boxes = one.boxes.find(each.image);
    if (boxes == one.boxes.end())
      continue;
    std::vector<bool> &taken = isTaken[each.image];
    double most = -1;
    size_t best = 0;
    for (size_t i = 0; i != taken.size(); ++i)
      if (double overlap = overlapOf(each.box, boxes->second[i]); !taken[i] && overlap > most)
        most = overlap, best = i;
    if (most >= least)
      taken[best] = hits.back() = true;
  }
  return hits;
}

double averagePrecision(const std::vector<bool> &hits, size_t boxCount) {
  std::vector<double> recall, precision;
  double hit = 0;
  for (bool isHit : hits) {
    hit += isHit;
    recall.push_back(hit / double(boxCount));
    precision.push_back(hit / double(recall.size()));
  }
  // What a lower threshold makes better counts for all recalls below.
  for (size_t i = precision.size(); i-- > 1;)
    precision[i - 1] = std::max(precision[i - 1], precision[i]);
  double sum = 0;
  for (size_t i = 0; i != recallCount; ++i) {
    auto reached = std::ranges::lower_bound(recall, i + 1 == recallCount ? 1.0 : double(i) * 0.01);
    sum += reached == recall.end() ? 0 : precision[size_t(reached - recall.begin())];
  }
  return sum / double(recallCount);
}

} // namespace

std::optional<MeanPrecision> tare::meanPrecision(std::span<const std::vector<Detection>> found,
                                                 std::span<const std::vector<TrueBox>> boxes) {
  std::map<int64_t, Class> classes = byClass(found, boxes);
  if (classes.empty())
    return std::nullopt;
  MeanPrecision mean;
  for (const auto &[kind, each] : classes)
    for (size_t i = 0; i != overlapCount; ++i) {
      double precision = averagePrecision(hitsOf(each, leastOverlap(i)), each.boxCount);
      mean.all += precision / overlapCount;
      mean.atHalf += i == 0 ? precision : 0;
    }
  mean.all /= double(classes.size());
  mean.atHalf /= double(classes.size());
  return mean;
}
