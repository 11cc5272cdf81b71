//===- ChosenGrid.cpp - Grids by a configuration --------------------------===//
#include "Arithmetic/ChosenGrid.h"

using namespace tare;

qnn::Grid tare::chosenGrid(const qnn::ValueChoice &choice, const ActivationRule &rule) {
  if (choice.range)
    return activationGrid(choice.range->first, choice.range->second, rule);
  qnn::Grid grid = activationGrid(-1, 1, rule);
  grid.scales = {*choice.scale};
  grid.zeroPoints = {choice.zeroPoint.value_or(0)};
  return grid;
}
