//===- Comparisons.cpp - Comparisons and logic ----------------------------===//
#include "Binary.h"

using namespace tare;
using namespace tare::host;

namespace {

/// Whether f(a, b), of any elements.
template <typename F> void compare(Evaluation &e, F f) {
  visitAny(e.operand(0).element(), [&](auto zero) { mapPairs<decltype(zero), bool>(e, f); });
}

void runEqual(Evaluation &e) {
  compare(e, [](auto a, auto b) { return a == b; });
}
void runGreater(Evaluation &e) {
  compare(e, [](auto a, auto b) { return a > b; });
}
void runGreaterOrEqual(Evaluation &e) {
  compare(e, [](auto a, auto b) { return a >= b; });
}
void runLess(Evaluation &e) {
  compare(e, [](auto a, auto b) { return a < b; });
}
void runLessOrEqual(Evaluation &e) {
  compare(e, [](auto a, auto b) { return a <= b; });
}

void runAnd(Evaluation &e) {
  mapPairs<bool, bool>(e, [](bool a, bool b) { return a && b; });
}
void runOr(Evaluation &e) {
  mapPairs<bool, bool>(e, [](bool a, bool b) { return a || b; });
}
void runXor(Evaluation &e) {
  mapPairs<bool, bool>(e, [](bool a, bool b) { return a != b; });
}

} // namespace

void host::addComparisons(Operators &all) {
  all.add("Equal", inferComparison<Elements::any>, runEqual);
  all.add("Greater", inferComparison<Elements::numbers>, runGreater);
  all.add("GreaterOrEqual", inferComparison<Elements::numbers>, runGreaterOrEqual);
  all.add("Less", inferComparison<Elements::numbers>, runLess);
  all.add("LessOrEqual", inferComparison<Elements::numbers>, runLessOrEqual);
  all.add("And", inferComparison<Elements::booleans>, runAnd);
  all.add("Or", inferComparison<Elements::booleans>, runOr);
  all.add("Xor", inferComparison<Elements::booleans>, runXor);
}
