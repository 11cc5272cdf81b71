//===- Sensitivity.h - What rounding single values costs --------*- C++ -*-===//
//
// The float network runs on a few samples once, and its values are kept. Then,
// for each candidate, what lies behind it runs again, with nothing but the
// candidate's values rounded to their grids.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_DRIVER_BUDGET_SENSITIVITY_H
#define TARE_DRIVER_BUDGET_SENSITIVITY_H

#include "Driver/Budget/Candidates.h"
#include "Driver/Budget/Selection.h"
#include "tare/Driver/Listener.h"
#include "tare/Tensor/Tensor.h"

#include <vector>

namespace tare {

/// By candidate, the noise at each output where its values alone are rounded: of all elements of these samples, a list
/// of what the model takes for each. Of as many of the samples, the first ones, as may be kept in memory, but at least
/// of one. Indices and bools have none.
Result<std::vector<NoiseByOutput>> sensitivitiesOf(mlir::ModuleOp real, const std::vector<Candidate> &candidates,
                                                   const std::vector<std::vector<Tensor>> &inputs, size_t threads,
                                                   const Listener &listener);

} // namespace tare

#endif // TARE_DRIVER_BUDGET_SENSITIVITY_H
