//===- Difference.cpp - How far two tensors are apart ---------------------===//
#include "Driver/Compare/Difference.h"

#include "tare/Kernels/Movement.h"
#include "tare/Tensor/Convert.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <set>

using namespace tare;

void Difference::add(const Tensor &reference, const Tensor &other) {
  const float *a = reference.as<float>(), *b = other.as<float>();
  for (int64_t i = 0, count = reference.count(); i != count; ++i)
    add(a[i], b[i]);
}

void Difference::add(const Difference &more) {
  product += more.product;
  reference2 += more.reference2;
  other2 += more.other2;
  noise += more.noise;
  largest = std::max(largest, more.largest);
  differing += more.differing;
  total += more.total;
  nonFiniteReference += more.nonFiniteReference;
  nonFiniteOther += more.nonFiniteOther;
}

double Difference::cosine() const {
  if (!isFinite())
    return std::numeric_limits<double>::quiet_NaN();
  if (reference2 == 0 && other2 == 0)
    return 1;
  if (reference2 == 0 || other2 == 0)
    return 0;
  // Rounding in the sums must not make a cosine of more than 1. The product of the roots has no overflow.
  return std::clamp(product / (std::sqrt(reference2) * std::sqrt(other2)), -1.0, 1.0);
}

double Difference::sqnr() const {
  if (!isFinite())
    return std::numeric_limits<double>::quiet_NaN();
  return differing == 0 ? std::numeric_limits<double>::infinity() : 10 * std::log10(reference2 / noise);
}

Tensor Alignment::apply(const Tensor &tensor) const {
  if (std::is_sorted(order.begin(), order.end()))
    return tensor.reshaped(shape);
  Tensor result(tensor.element(), shape);
  kernels::transpose(tensor.view(), order, result.mutableView());
  return result;
}

static Shape permuted(const Shape &shape, const std::vector<int64_t> &order) {
  Shape result;
  for (int64_t dimension : order)
    result.push_back(shape[dimension]);
  return result;
}

/// The dimensions that matter to the order of the elements.
static Shape withoutUnits(Shape shape) {
  std::erase(shape, 1);
  return shape;
}

/// Which dimensions of more than one element come after which.
static std::vector<int64_t> elementOrder(const Shape &shape, std::vector<int64_t> order) {
  std::erase_if(order, [&](int64_t dimension) { return shape[dimension] == 1; });
  return order;
}

namespace {

/// The orders of one shape's dimensions that give another one; such as differ in dimensions of one element alone are
/// one.
class Orders {
public:
  Orders(const Shape &from, const Shape &to) : from(from), to(to), taken(from.size()) {}

  std::vector<std::vector<int64_t>> all() {
    extend();
    return std::move(found);
  }

private:
  void extend() {
    if (order.size() == to.size())
      return found.push_back(order);
    const int64_t size = to[order.size()];
    for (size_t dimension = 0; dimension != from.size(); ++dimension) {
      if (taken[dimension] || from[dimension] != size)
        continue;
      taken[dimension] = true;
      order.push_back(int64_t(dimension));
      extend();
      order.pop_back();
      taken[dimension] = false;
      if (size == 1)
        return;
    }
  }

  const Shape &from, &to;
  std::vector<bool> taken;
  std::vector<int64_t> order;
  std::vector<std::vector<int64_t>> found;
};

} // namespace

/// All other orders that give the reference's shape: movement in a program may leave any of them.
static void addOtherOrders(std::vector<Alignment> &known, const Shape &reference, const Shape &other) {
  std::set<std::vector<int64_t>> seen;
  for (const Alignment &alignment : known)
    seen.insert(elementOrder(other, alignment.order));
  for (std::vector<int64_t> &order : Orders(other, reference).all())
    if (seen.insert(elementOrder(other, order)).second)
      known.push_back({std::move(order), reference});
}

std::vector<Alignment> tare::alignments(const Shape &reference, const Shape &other) {
  std::vector<int64_t> same(other.size());
  std::iota(same.begin(), same.end(), 0);
  std::vector<Alignment> result;
  if (withoutUnits(reference) == withoutUnits(other))
    result.push_back({same, reference});
  if (other.size() != reference.size() || other.size() < 2)
    return result;
  // A square may be turned, and a matrix of other sides is another one then.
  if (other.size() == 2) {
    if (reference == other)
      addOtherOrders(result, reference, other);
    return result;
  }
  std::vector<int64_t> toFirst = same, toLast = same;
  std::rotate(toFirst.begin() + 1, toFirst.end() - 1, toFirst.end());
  std::rotate(toLast.begin() + 1, toLast.begin() + 2, toLast.end());
  if (permuted(other, toFirst) == reference)
    result.push_back({toFirst, reference});
  if (toLast != toFirst && permuted(other, toLast) == reference)
    result.push_back({toLast, reference});
  addOtherOrders(result, reference, other);
  return result;
}

const Alignment &tare::closest(const std::vector<Alignment> &candidates, const Tensor &reference, const Tensor &other) {
  auto noiseOf = [&](const Alignment &candidate) {
    Difference difference;
    difference.add(reference, candidate.apply(other));
    return difference.noise;
  };
  if (candidates.size() == 1)
    return candidates.front();
  return *std::min_element(candidates.begin(), candidates.end(),
                           [&](const Alignment &a, const Alignment &b) { return noiseOf(a) < noiseOf(b); });
}

Tensor tare::toFloat(const Tensor &tensor) {
  if (tensor.element() == ElementType::f32)
    return tensor;
  Tensor result(ElementType::f32, tensor.shape());
  // Every number converts to float32.
  (void)bool(convert(tensor.view(), result.mutableView()));
  return result;
}
