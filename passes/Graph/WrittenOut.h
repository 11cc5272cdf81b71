//===- WrittenOut.h - What a chain of ops computes --------------*- C++ -*-===//
//
// Exporters spell one function in many ways: factors in any order, a division for a product, x * x * x for a power. All
// of them are the same polynomial, so that is what spellings are compared by.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_PASSES_GRAPH_WRITTENOUT_H
#define TARE_PASSES_GRAPH_WRITTENOUT_H

#include "mlir/IR/Value.h"

#include <map>
#include <optional>
#include <utility>

namespace tare {

/// A polynomial in x and t: the coefficients by the powers of x and of t; none of them is 0.
struct Polynomial {
  std::map<std::pair<unsigned, unsigned>, double> coefficients;

  static Polynomial constant(double value);
  static Polynomial x() { return {{{{1, 0}, 1.0}}}; }
  static Polynomial t() { return {{{{0, 1}, 1.0}}}; }

  Polynomial operator+(const Polynomial &other) const;
  Polynomial operator*(const Polynomial &other) const;
  /// What exporters leave away of a number's digits, beside it.
  static constexpr double tolerance = 2e-5;

  /// Whether the coefficients are those of `other`, but for the digits that exporters leave away.
  bool isNearly(const Polynomial &other) const;
  /// The sum of both powers of its highest term.
  unsigned degree() const;
  /// Its number, where it has neither x nor t.
  std::optional<double> number() const;
};

/// What `value` is in terms of two others, one of which may be null, where sums, differences, products, whole powers
/// and divisions by constants, all of single numbers or element by element, lead to it. Nothing beyond degree 4.
std::optional<Polynomial> writtenOut(mlir::Value value, mlir::Value x, mlir::Value t);

} // namespace tare

#endif // TARE_PASSES_GRAPH_WRITTENOUT_H
