//===- Passing.cpp - Operators that pass most elements on -----------------===//
#include "Function.h"
#include "Numbers.h"

#include <fmt/format.h>

#include <algorithm>

using namespace tare;
using namespace tare::host;

namespace {

//===----------------------------------------------------------------------===//
// Identity, Dropout
//===----------------------------------------------------------------------===//

void inferIdentity(Inference &n) { n.give(n.type(0)); }

void runIdentity(Evaluation &e) { copyElements(e.operand(0), e.result()); }

void inferDropout(Inference &n) {
  expectElements(n, 0, Elements::floats);
  n.give(n.type(0));
  // The mask was of the data's type at first.
  n.give(n.opset() < 10 ? n.element(0) : ElementType::boolean, n.shape(0), 1);
  if (n.opset() < 12)
    return;
  if (n.has(1)) {
    expectElements(n, 1, Elements::floats);
    expectSingle(n, 1, "ratio");
  }
  if (n.has(2)) {
    expectElements(n, 2, Elements::booleans);
    expectSingle(n, 2, "training_mode");
  }
  bool dropsNothing = n.has(1) && n.isKnown(1) && numbersOf(n.known(1)) == std::vector<double>{0};
  if (!n.failed() && n.has(2) && n.isKnown(2) && *n.known(2).as<bool>() && !dropsNothing)
    n.error("training_mode is true, expected false: what is dropped would be random");
}

void runDropout(Evaluation &e) {
  bool isTraining = e.opset() >= 12 && e.has(2) && e.operand(2).as<bool>()[0];
  if (isTraining && (!e.has(1) || numbersOf(e.operand(1))[0] != 0))
    return e.error("training_mode is true, expected false: what is dropped would be random");
  copyElements(e.operand(0), e.result());
  if (e.gives(1))
    visitAny(e.result(1).element(), [&](auto zero) {
      using T = decltype(zero);
      std::fill_n(e.result(1).mutableAs<T>(), e.result(1).count(), T(1));
    });
}

//===----------------------------------------------------------------------===//
// Clip
//===----------------------------------------------------------------------===//

void inferClip(Inference &n) {
  expectElements(n, 0, n.opset() < 12 ? Elements::floats : Elements::numbers);
  for (size_t bound : {1, 2})
    if (n.opset() >= 11 && n.has(bound)) {
      expectOneType(n, 0, bound);
      expectSingle(n, bound, bound == 1 ? "min" : "max");
    }
  n.give(n.type(0));
}

/// A bound; nothing where there is none.
template <typename T> std::optional<T> boundOf(Evaluation &e, size_t operand, std::string_view attribute, float limit) {
  if (e.opset() >= 11)
    return e.has(operand) ? std::optional<T>(e.operand(operand).as<T>()[0]) : std::nullopt;
  // The first version has no defaults.
  if (e.opset() < 6 && !e.attributes().has(attribute))
    return std::nullopt;
  return elementOf<T>(e.attributes().number(attribute, limit));
}

void runClip(Evaluation &e) {
  visitNumbers(e.operand(0).element(), [&](auto zero) {
    using T = decltype(zero);
    constexpr float most = std::numeric_limits<float>::max();
    std::optional<T> low = boundOf<T>(e, 1, "min", -most), high = boundOf<T>(e, 2, "max", most);
    const T *x = e.operand(0).as<T>();
    T *y = e.result().mutableAs<T>();
    for (int64_t i = 0, count = e.result().count(); i < count; ++i) {
      // NaN stays; where the bounds cross, the upper one counts.
      T value = low && x[i] < *low ? *low : x[i];
      y[i] = high && *high < value ? *high : value;
    }
  });
}

} // namespace

void host::addPassing(Operators &all) {
  all.add("Identity", inferIdentity, runIdentity);
  all.add("Dropout", inferDropout, runDropout);
  all.add("Clip", inferClip, runClip);
}
