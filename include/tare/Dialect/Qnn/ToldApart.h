//===- ToldApart.h - Which numbers of a value its readers tell apart -*- C++ -*-===//
#ifndef TARE_DIALECT_QNN_TOLDAPART_H
#define TARE_DIALECT_QNN_TOLDAPART_H

#include "tare/Dialect/Qnn/QnnInterfaces.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include <optional>

namespace tare::qnn {

/// The numbers between which a float value's readers tell any apart: 0 and infinity where a Relu alone reads it,
/// perhaps moved or pooled; what their grid holds where quantizers do, unless these are not `byGrids` asked, but what
/// is behind them. A program may give all beyond as the end itself. Nothing where a reader tells all apart.
std::optional<Interval> toldApart(mlir::Value value, bool byGrids = true);

/// The same of an argument, quantizers aside: from the graph, or where that is of integers, as it was noted.
std::optional<Interval> toldApartOf(mlir::BlockArgument argument);
/// Notes it on all float arguments of a function.
void noteToldApart(mlir::func::FuncOp function);

} // namespace tare::qnn

#endif // TARE_DIALECT_QNN_TOLDAPART_H
