//===- OperandChecks.cpp - What operators expect of operands --------------===//
#include "OperandChecks.h"
#include "Elements.h"

#include <fmt/format.h>

using namespace tare;
using namespace tare::host;

/// Whether the operand is there; else an error.
static bool isThere(Inference &n, size_t operand, std::string_view role) {
  if (n.has(operand))
    return true;
  n.error(fmt::format("{} is missing (operand {})", role, operand));
  return false;
}

static void expectElements(Inference &n, size_t operand, std::string_view role, bool areExpected,
                           std::string_view expected) {
  if (!areExpected)
    n.error(fmt::format("{} holds {}, expected {}", role, nameOf(n.element(operand)), expected));
}

void host::expectFloats(Inference &n, size_t operand, std::string_view role) {
  if (isThere(n, operand, role))
    expectElements(n, operand, role, isFloat(n.element(operand)), "floats");
}

void host::expectNumbers(Inference &n, size_t operand, std::string_view role) {
  if (isThere(n, operand, role))
    expectElements(n, operand, role, isFloat(n.element(operand)) || isInteger(n.element(operand)), "numbers");
}

void host::expectIntegers(Inference &n, size_t operand, std::string_view role) {
  if (isThere(n, operand, role))
    expectElements(n, operand, role, isInteger(n.element(operand)), "integers");
}

void host::expectSameElements(Inference &n, size_t operand, std::string_view role) {
  if (isThere(n, operand, role))
    expectElements(n, operand, role, n.element(operand) == n.element(0), nameOf(n.element(0)));
}

void host::expectRank(Inference &n, size_t operand, std::string_view role, int64_t least, int64_t most) {
  if (!isThere(n, operand, role) || (n.rank(operand) >= least && n.rank(operand) <= most))
    return;
  std::string expected = fmt::format("{}", least);
  if (most != least)
    expected = most == INT64_MAX ? fmt::format("at least {}", least) : fmt::format("{} to {}", least, most);
  n.error(fmt::format("{} has {} dimensions, expected {}", role, n.rank(operand), expected));
}

void host::expectShape(Inference &n, size_t operand, std::string_view role, const Shape &shape) {
  if (isThere(n, operand, role) && n.shape(operand) != shape)
    n.error(fmt::format("{} has the shape {}, expected {}", role, toString(n.shape(operand)), toString(shape)));
}

void host::expectBroadcast(Inference &n, size_t operand, std::string_view role, const Shape &shape) {
  if (isThere(n, operand, role) && broadcastShape(n.shape(operand), shape) != shape)
    n.error(fmt::format("{} has the shape {}, which does not broadcast to {}", role, toString(n.shape(operand)),
                        toString(shape)));
}

int64_t host::expectWithin(Inference &n, std::string_view attribute, int64_t fallback, int64_t least, int64_t most) {
  int64_t value = n.attributes().integer(attribute, fallback);
  if (value >= least && value <= most)
    return value;
  n.error(most == INT64_MAX ? fmt::format("attribute '{}' is {}, expected at least {}", attribute, value, least)
                            : fmt::format("attribute '{}' is {}, expected {} to {}", attribute, value, least, most));
  return least;
}

void host::expectResults(Inference &n, size_t most) {
  if (n.numResults() > most)
    n.error(fmt::format("has {} results, expected at most {}", n.numResults(), most));
}

int64_t host::checkedProduct(Inference &n, int64_t a, int64_t b) {
  int64_t product = 0;
  if (!__builtin_mul_overflow(a, b, &product) && product <= int64_t(1) << 60)
    return product;
  n.error(fmt::format("the size {} x {} is beyond what a tensor can have", a, b));
  return 0;
}

int64_t host::checkedSum(Inference &n, int64_t a, int64_t b) {
  int64_t sum = 0;
  if (!__builtin_add_overflow(a, b, &sum) && sum <= int64_t(1) << 60)
    return sum;
  n.error(fmt::format("the size {} + {} is beyond what a tensor can have", a, b));
  return 0;
}
