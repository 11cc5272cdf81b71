//===- Numbers.cpp - Arithmetic on any element, checks of types -----------===//
#include "Numbers.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

using namespace tare;
using namespace tare::host;

static bool holds(Elements elements, ElementType element) {
  switch (elements) {
  case Elements::floats:
    return isFloat(element);
  case Elements::integers:
    return isInteger(element);
  case Elements::numbers:
    return isFloat(element) || isInteger(element);
  case Elements::booleans:
    return element == ElementType::boolean;
  case Elements::any:
    break;
  }
  return true;
}

static std::string_view nameOfElements(Elements elements) {
  constexpr std::string_view names[] = {"floating point", "integers", "numbers", "bool", "any type"};
  return names[size_t(elements)];
}

void host::expectElements(Inference &n, size_t operand, Elements expected) {
  ElementType element = n.element(operand);
  if (!n.failed() && !holds(expected, element))
    n.error(fmt::format("operand {} holds {}, expected {}", operand, nameOf(element), nameOfElements(expected)));
}

void host::expectOneType(Inference &n, size_t first, size_t second) {
  ElementType a = n.element(first), b = n.element(second);
  if (a != b)
    n.error(fmt::format("operands {} and {} hold {} and {}, expected one type", first, second, nameOf(a), nameOf(b)));
}

void host::expectSingle(Inference &n, size_t operand, std::string_view role) {
  if (!isSingle(n.shape(operand)))
    n.error(fmt::format("{} has the shape {}, expected one element", role, toString(n.shape(operand))));
}

bool host::isSingle(const Shape &shape) {
  return std::all_of(shape.begin(), shape.end(), [](int64_t size) { return size == 1; });
}

void host::copyElements(const Tensor &from, Tensor &to) {
  if (from.count())
    std::memcpy(to.mutableView().data, from.data(), from.type().bytes());
}
