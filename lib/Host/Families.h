//===- Families.h - The operators by family ---------------------*- C++ -*-===//
#ifndef TARE_LIB_HOST_FAMILIES_H
#define TARE_LIB_HOST_FAMILIES_H

#include "tare/Host/Operator.h"

namespace tare::host {

// One per file.
void addFunctions(Operators &all);
void addBinary(Operators &all);
void addBorder(Operators &all);
void addReductions(Operators &all);
void addMovement(Operators &all);
void addSelection(Operators &all);
void addImages(Operators &all);
void addPooling(Operators &all);
void addConvolutions(Operators &all);
void addMatrixProducts(Operators &all);
void addNormalizations(Operators &all);
void addRecurrent(Operators &all);
void addAttention(Operators &all);
void addSignals(Operators &all);

} // namespace tare::host

#endif // TARE_LIB_HOST_FAMILIES_H
