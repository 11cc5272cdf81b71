//===- DiagnosisTable.h - A diagnosis as text -------------------*- C++ -*-===//
#ifndef TARE_TOOLS_TARE_DIAGNOSISTABLE_H
#define TARE_TOOLS_TARE_DIAGNOSISTABLE_H

#include "Driver/Doctor/Diagnosis.h"

namespace tare {

void printDiagnosis(const Diagnosis &diagnosis);

} // namespace tare

#endif // TARE_TOOLS_TARE_DIAGNOSISTABLE_H
