//===- DiscreteValues.h - Values whose elements are equal or not -*- C++ -*-===//
//
// The index of a class, a rank's index, a flag: 3 is as far from 4 as from 400. Of a number of things, as of a real
// number, 4 is nearer to 3.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_DRIVER_EXECUTE_DISCRETEVALUES_H
#define TARE_DRIVER_EXECUTE_DISCRETEVALUES_H

#include "tare/Schema/program_generated.h"

#include "mlir/IR/Value.h"

#include <vector>

namespace tare {

/// Whether a value holds bools, or indices that a node of the model has found (ArgMax, TopK), in IR of any stage. What
/// only moves or casts them, or computes integers of them, counts; integers that stand for numbers (a quantizer's, a
/// cast of reals, a sum) do not.
bool isDiscrete(mlir::Value value);

/// The same of each tensor of a program.
std::vector<bool> discreteTensors(const program::ProgramT &program);

} // namespace tare

#endif // TARE_DRIVER_EXECUTE_DISCRETEVALUES_H
