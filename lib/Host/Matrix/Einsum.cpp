//===- Einsum.cpp - Sums of products by labelled axes ---------------------===//
//
// Operands are multiplied pair by pair, from the left; each pair is a stack of matrix products. A label is summed as
// soon as no later operand and not the result has it.
//
//===----------------------------------------------------------------------===//
#include "EinsumEquation.h"
#include "Elements.h"
#include "Matrices.h"
#include "Matrix.h"
#include "OperandChecks.h"

#include <algorithm>
#include <cstring>
#include <set>

using namespace tare;
using namespace tare::host;

namespace {

//===----------------------------------------------------------------------===//
// Factors
//===----------------------------------------------------------------------===//

/// A tensor with different labels. An axis of one element has none: it is repeated wherever its label is.
struct Factor {
  Labels labels;
  Tensor values;
};

Shape shapeOf(const Labels &labels, const Equation &equation) {
  Shape shape;
  for (int64_t label : labels)
    shape.push_back(equation.sizes.at(label));
  return shape;
}

Labels differentLabels(const Labels &term, const Shape &shape) {
  Labels labels;
  for (size_t axis = 0; axis < term.size(); ++axis)
    if (shape[axis] != 1 && !contains(labels, term[axis]))
      labels.push_back(term[axis]);
  return labels;
}

/// An operand, of axes with the same label their diagonal.
Factor factorOf(const Labels &term, const Tensor &operand, const Equation &equation) {
  Factor factor{differentLabels(term, operand.shape()), {}};
  Shape shape = shapeOf(factor.labels, equation);
  std::vector<int64_t> strides(shape.size(), 0), from = stridesOf(operand.shape());
  size_t used = 0;
  for (size_t axis = 0; axis < term.size(); ++axis)
    if (operand.shape()[axis] != 1) {
      auto place = std::find(factor.labels.begin(), factor.labels.end(), term[axis]);
      strides[place - factor.labels.begin()] += from[axis];
      ++used;
    }
  if (used == factor.labels.size()) {
    factor.values = operand.reshaped(shape);
    return factor;
  }
  factor.values = Tensor(operand.element(), shape);
  size_t bytes = sizeOf(operand.element());
  const auto *source = static_cast<const char *>(operand.data());
  auto *target = static_cast<char *>(factor.values.mutableView().data);
  Walk<1> walk(shape, {strides});
  for (int64_t i = 0, count = factor.values.count(); i < count; ++i, walk.next())
    std::memcpy(target + i * bytes, source + walk.offset(0) * bytes, bytes);
  return factor;
}

template <typename T>
void sumInto(const Tensor &x, const Shape &kept, const std::vector<int64_t> &keptStrides, const Shape &summed,
             const std::vector<int64_t> &summedStrides, Tensor &y) {
  using Sum = std::conditional_t<std::is_integral_v<T>, uint64_t, double>;
  Walk<1> outer(kept, {keptStrides});
  int64_t terms = elementCount(summed);
  for (int64_t i = 0, count = y.count(); i < count; ++i, outer.next()) {
    Sum sum = 0;
    Walk<1> inner(summed, {summedStrides});
    for (int64_t j = 0; j < terms; ++j, inner.next())
      sum += Sum(x.as<T>()[outer.offset(0) + inner.offset(0)]);
    y.mutableAs<T>()[i] = T(sum);
  }
}

/// The factor with its axes in that order, and summed over all others.
Tensor arranged(const Factor &factor, const Labels &order, const Equation &equation) {
  if (factor.labels == order)
    return factor.values;
  std::vector<int64_t> strides = stridesOf(factor.values.shape()), permutation, keptStrides, summedStrides;
  for (int64_t label : order) {
    permutation.push_back(std::find(factor.labels.begin(), factor.labels.end(), label) - factor.labels.begin());
    keptStrides.push_back(strides[permutation.back()]);
  }
  if (order.size() == factor.labels.size())
    return transposed(factor.values, permutation);
  Labels summed;
  for (size_t axis = 0; axis < factor.labels.size(); ++axis)
    if (!contains(order, factor.labels[axis])) {
      summed.push_back(factor.labels[axis]);
      summedStrides.push_back(strides[axis]);
    }
  Tensor y(factor.values.element(), shapeOf(order, equation));
  visitNumbers(y.element(), [&](auto zero) {
    sumInto<decltype(zero)>(factor.values, y.shape(), keptStrides, shapeOf(summed, equation), summedStrides, y);
  });
  return y;
}

/// The labels of two factors by what becomes of them.
struct Pair {
  Labels batch, left, right, summed;

  Pair(const Labels &a, const Labels &b, const std::set<int64_t> &kept) {
    for (int64_t label : a)
      if (kept.count(label))
        (contains(b, label) ? batch : left).push_back(label);
      else if (contains(b, label))
        summed.push_back(label);
    for (int64_t label : b)
      if (kept.count(label) && !contains(a, label))
        right.push_back(label);
  }
  Labels labels() const {
    Labels all = batch;
    all.insert(all.end(), left.begin(), left.end());
    all.insert(all.end(), right.begin(), right.end());
    return all;
  }
};

Labels joined(const Labels &a, const Labels &b, const Labels &c) {
  Labels all = a;
  all.insert(all.end(), b.begin(), b.end());
  all.insert(all.end(), c.begin(), c.end());
  return all;
}

Factor productOf(const Factor &a, const Factor &b, const std::set<int64_t> &kept, const Equation &equation) {
  Pair pair(a.labels, b.labels, kept);
  auto count = [&](const Labels &labels) { return elementCount(shapeOf(labels, equation)); };
  int64_t stack = count(pair.batch), m = count(pair.left), k = count(pair.summed), n = count(pair.right);
  Tensor left = arranged(a, joined(pair.batch, pair.left, pair.summed), equation).reshaped({stack, m, k});
  Tensor right = arranged(b, joined(pair.batch, pair.summed, pair.right), equation).reshaped({stack, k, n});
  Tensor product(a.values.element(), {stack, m, n});
  multiply(left, right, product);
  return {pair.labels(), product.reshaped(shapeOf(pair.labels(), equation))};
}

/// What the result or an operand from the given one on has.
std::vector<std::set<int64_t>> keptLabels(const Equation &equation) {
  std::vector<std::set<int64_t>> kept(equation.terms.size() + 1);
  kept.back().insert(equation.output.begin(), equation.output.end());
  for (size_t i = equation.terms.size(); i-- > 0;) {
    kept[i] = kept[i + 1];
    kept[i].insert(equation.terms[i].begin(), equation.terms[i].end());
  }
  return kept;
}

//===----------------------------------------------------------------------===//
// Einsum
//===----------------------------------------------------------------------===//

/// An error where what two of the operands give on the way is more than a tensor can hold.
void checkProducts(Inference &n, const Equation &equation) {
  std::vector<std::set<int64_t>> kept = keptLabels(equation);
  Labels labels = differentLabels(equation.terms[0], n.shape(0));
  for (size_t i = 1; i < equation.terms.size() && !n.failed(); ++i) {
    Pair pair(labels, differentLabels(equation.terms[i], n.shape(i)), kept[i + 1]);
    labels = pair.labels();
    if (!checkedBytes({n.element(0), shapeOf(labels, equation)}))
      n.error("the product of operands 0 to " + std::to_string(i) + " has more elements than a tensor can");
  }
}

void inferEinsum(Inference &n) {
  expectNumbers(n, 0, "operand 0");
  std::vector<Shape> shapes;
  for (size_t i = 0; i < n.numOperands(); ++i) {
    expectSameElements(n, i, "operand " + std::to_string(i));
    shapes.push_back(n.shape(i));
  }
  if (n.failed())
    return;
  Result<Equation> equation = readEquation(n.attributes().text("equation", ""), shapes);
  if (!equation)
    return n.error(equation.error().message);
  checkProducts(n, *equation);
  n.give(n.element(0), shapeOf(equation->output, *equation));
}

void einsum(Evaluation &e) {
  Tensor &y = e.result();
  if (y.count() == 0)
    return;
  std::vector<Shape> shapes;
  for (size_t i = 0; i < e.numOperands(); ++i)
    shapes.push_back(e.shape(i));
  Equation equation = *readEquation(e.attributes().text("equation", ""), shapes);
  std::vector<std::set<int64_t>> kept = keptLabels(equation);
  Factor product = factorOf(equation.terms[0], e.operand(0), equation);
  for (size_t i = 1; i < equation.terms.size(); ++i)
    product = productOf(product, factorOf(equation.terms[i], e.operand(i), equation), kept[i + 1], equation);
  Labels order;
  for (int64_t label : equation.output)
    if (contains(product.labels, label))
      order.push_back(label);
  Tensor sum = arranged(product, order, equation);
  std::memcpy(y.mutableView().data, sum.data(), y.type().bytes());
}

} // namespace

void host::addEinsum(Operators &all) { all.add("Einsum", inferEinsum, einsum); }
