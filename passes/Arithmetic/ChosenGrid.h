//===- ChosenGrid.h - Grids by a configuration ------------------*- C++ -*-===//
#ifndef TARE_PASSES_ARITHMETIC_CHOSENGRID_H
#define TARE_PASSES_ARITHMETIC_CHOSENGRID_H

#include "Arithmetic/Grids.h"
#include "tare/Dialect/Qnn/Choices.h"

namespace tare {

/// The grid of a choice that has a range or a scale; bits and symmetry are the rule's. A scale without a zero point has
/// 0 in the middle.
qnn::Grid chosenGrid(const qnn::ValueChoice &choice, const ActivationRule &rule);

} // namespace tare

#endif // TARE_PASSES_ARITHMETIC_CHOSENGRID_H
