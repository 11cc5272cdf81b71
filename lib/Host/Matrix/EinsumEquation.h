//===- EinsumEquation.h - Sums of products by labelled axes -----*- C++ -*-===//
#ifndef TARE_LIB_HOST_MATRIX_EINSUMEQUATION_H
#define TARE_LIB_HOST_MATRIX_EINSUMEQUATION_H

#include "tare/Host/Operator.h"

#include <algorithm>
#include <map>

namespace tare::host {

/// Of axes: a letter, or for an axis of the ellipsis a number that is none.
using Labels = std::vector<int64_t>;

inline bool contains(const Labels &labels, int64_t label) {
  return std::find(labels.begin(), labels.end(), label) != labels.end();
}

struct Equation {
  /// Per operand, of each axis.
  std::vector<Labels> terms;
  Labels output;
  std::map<int64_t, int64_t> sizes;
};

/// Reads an equation for operands of these shapes.
Result<Equation> readEquation(std::string_view text, const std::vector<Shape> &shapes);

} // namespace tare::host

#endif // TARE_LIB_HOST_MATRIX_EINSUMEQUATION_H
