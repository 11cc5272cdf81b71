//===- Candidates.h - Values whose width may be chosen ----------*- C++ -*-===//
#ifndef TARE_DRIVER_BUDGET_CANDIDATES_H
#define TARE_DRIVER_BUDGET_CANDIDATES_H

#include "tare/Config/Grids.h"
#include "tare/Dialect/Qnn/Choices.h"
#include "tare/Dialect/Qnn/Grid.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

#include <string>
#include <vector>

namespace tare {

/// A value of the float form, or several that share a grid, as what a concatenation joins does: one with 16 bits alone
/// would gain nothing.
struct Candidate {
  /// In the order of the network, with their grids where nobody says 16 bits.
  std::vector<mlir::Value> values;
  std::vector<qnn::Grid> grids;
  /// What leaves the network as the accumulators of layers that read these values, and has 16 bits beside 16: its range
  /// is to be found for these.
  std::vector<mlir::Value> leaving;
  /// The first one's node and operator ("conv", "input").
  std::string layer, op;
  /// Whether they have 16 bits in any case, as what a loop computes: with a range that was found for 8, until somebody
  /// says 16.
  bool isAlwaysWide() const { return grids.front().bits == 16; }
  /// The names of all of them.
  std::vector<std::string> names() const;
};

/// Those of a float form, given the grids of its QDQ form where nobody says 16 bits: all whose grid is for the whole
/// tensor, and is not the model's own; but for those of which `chosen` says the width or the scale.
std::vector<Candidate> candidatesOf(mlir::func::FuncOp real, const std::vector<config::TensorGrid> &grids,
                                    const qnn::Choices &chosen);

} // namespace tare

#endif // TARE_DRIVER_BUDGET_CANDIDATES_H
