//===- TakenElements.h - Operators that compute nothing ---------*- C++ -*-===//
//
// Where indices, a condition or a shape choose, whatever the elements are, data
// that were seen say little of what may be chosen: the operands say all.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_HOST_TAKENELEMENTS_H
#define TARE_HOST_TAKENELEMENTS_H

#include "tare/Host/Operator.h"

namespace tare::host {

/// Whence the elements of a node's first result are.
struct TakenElements {
  /// By the node's operands, those that it takes them from. None: it computes them, or their own numbers say which are
  /// taken (Max, TopK), so that those that are may be quite others than those that are not.
  std::vector<size_t> operands;
  /// Whether it puts 0 beside them.
  bool addsZero = false;
};

TakenElements takenElements(const Node &node, size_t numOperands);

} // namespace tare::host

#endif // TARE_HOST_TAKENELEMENTS_H
