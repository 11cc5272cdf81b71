//===- NonMaxSuppression.cpp - The best of overlapping boxes --------------===//
//
// How many boxes are left depends on elements: all operands must be known before anything runs.
//
//===----------------------------------------------------------------------===//
#include "Elements.h"
#include "Selection.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

using namespace tare;
using namespace tare::host;

namespace {

/// The operands, with those that may be left out as they are then.
struct Problem {
  const Tensor *boxes = nullptr, *scores = nullptr;
  int64_t most = 0;
  float overlap = 0;
  std::optional<float> leastScore;
  bool byCenter = false;
};

struct Box {
  float top, left, bottom, right;
  float area() const { return (bottom - top) * (right - left); }
};

Box boxOf(const float *numbers, bool byCenter) {
  if (byCenter) {
    float x = numbers[0], y = numbers[1], halfWidth = numbers[2] / 2, halfHeight = numbers[3] / 2;
    return {y - halfHeight, x - halfWidth, y + halfHeight, x + halfWidth};
  }
  auto [top, bottom] = std::minmax(numbers[0], numbers[2]);
  auto [left, right] = std::minmax(numbers[1], numbers[3]);
  return {top, left, bottom, right};
}

/// What two boxes share, of what they cover together.
float overlapOf(const Box &a, const Box &b) {
  float height = std::min(a.bottom, b.bottom) - std::max(a.top, b.top);
  float width = std::min(a.right, b.right) - std::max(a.left, b.left);
  if (height <= 0 || width <= 0 || a.area() <= 0 || b.area() <= 0)
    return 0;
  float shared = height * width;
  return shared / (a.area() + b.area() - shared);
}

/// The boxes that stay of one class of one sample, best first.
std::vector<int64_t> selectBoxes(const Problem &problem, const float *boxes, const float *scores, int64_t count) {
  std::vector<int64_t> order, chosen;
  for (int64_t i = 0; i < count; ++i)
    if (scores[i] == scores[i] && (!problem.leastScore || scores[i] > *problem.leastScore))
      order.push_back(i);
  std::sort(order.begin(), order.end(),
            [&](int64_t a, int64_t b) { return scores[a] > scores[b] || (scores[a] == scores[b] && a < b); });
  for (int64_t candidate : order) {
    if (int64_t(chosen.size()) >= problem.most)
      break;
    Box box = boxOf(boxes + 4 * candidate, problem.byCenter);
    if (std::none_of(chosen.begin(), chosen.end(), [&](int64_t other) {
          return overlapOf(box, boxOf(boxes + 4 * other, problem.byCenter)) > problem.overlap;
        }))
      chosen.push_back(candidate);
  }
  return chosen;
}

/// Sample, class and box, one after the other.
std::vector<int64_t> select(const Problem &problem) {
  const Shape &shape = problem.scores->shape();
  std::vector<int64_t> selected;
  if (problem.boxes->count() == 0 || problem.scores->count() == 0)
    return selected;
  for (int64_t sample = 0; sample < shape[0]; ++sample)
    for (int64_t label = 0; label < shape[1]; ++label)
      for (int64_t box : selectBoxes(problem, problem.boxes->as<float>() + sample * shape[2] * 4,
                                     problem.scores->as<float>() + (sample * shape[1] + label) * shape[2], shape[2]))
        selected.insert(selected.end(), {sample, label, box});
  return selected;
}

/// `at` gives an operand's tensor, null where it is left out.
template <typename At> Problem problemOf(const Attributes &attributes, At at) {
  Problem problem;
  problem.boxes = at(0);
  problem.scores = at(1);
  if (const Tensor *most = at(2))
    problem.most = integersOf(*most)[0];
  if (const Tensor *overlap = at(3))
    problem.overlap = numbersOf(*overlap)[0];
  if (const Tensor *score = at(4))
    problem.leastScore = numbersOf(*score)[0];
  problem.byCenter = attributes.integer("center_point_box", 0) != 0;
  return problem;
}

void checkOperands(Inference &n) {
  const TensorType boxes = n.type(0), scores = n.type(1);
  for (size_t i = 0; i < n.numOperands(); ++i)
    if (n.has(i) && !n.isKnown(i))
      n.error(fmt::format("its result's shape depends on data: operand {} must be a constant, or the network "
                          "end before it (--outputs)",
                          i));
  if (boxes.element != ElementType::f32 || scores.element != ElementType::f32 || boxes.shape.size() != 3 ||
      scores.shape.size() != 3 || boxes.shape[2] != 4 || boxes.shape[0] != scores.shape[0] ||
      boxes.shape[1] != scores.shape[2])
    n.error(
        fmt::format("its boxes are {} and its scores {}, expected [samples, boxes, 4] and [samples, classes, boxes] "
                    "of float32",
                    toString(boxes), toString(scores)));
  if (n.has(2) && (n.type(2).count() != 1 || !isInteger(n.element(2))))
    n.error("operand max_output_boxes_per_class is " + toString(n.type(2)) + ", expected one integer");
  for (size_t i : {3, 4})
    if (n.has(i) && (n.type(i).count() != 1 || !isFloat(n.element(i))))
      n.error(fmt::format("operand {} is {}, expected one float32", i, toString(n.type(i))));
}

void inferNonMaxSuppression(Inference &n) {
  checkOperands(n);
  if (n.failed())
    return;
  Problem problem = problemOf(n.attributes(), [&](size_t i) { return n.has(i) ? &n.known(i) : nullptr; });
  n.give(ElementType::i64, {int64_t(select(problem).size() / 3), 3});
}

void nonMaxSuppression(Evaluation &e) {
  Problem problem = problemOf(e.attributes(), [&](size_t i) { return e.has(i) ? &e.operand(i) : nullptr; });
  std::vector<int64_t> selected = select(problem);
  std::copy(selected.begin(), selected.end(), e.result().mutableAs<int64_t>());
}

} // namespace

void host::addNonMaxSuppression(Operators &all) {
  all.add("NonMaxSuppression", inferNonMaxSuppression, nonMaxSuppression);
}
