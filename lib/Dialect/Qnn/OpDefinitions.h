//===- OpDefinitions.h - What the ops' definitions use ----------*- C++ -*-===//
#ifndef TARE_LIB_DIALECT_QNN_OPDEFINITIONS_H
#define TARE_LIB_DIALECT_QNN_OPDEFINITIONS_H

#include "tare/Dialect/Qnn/QnnOps.h"
#include "tare/Schema/program_generated.h"

#include <cmath>

#endif // TARE_LIB_DIALECT_QNN_OPDEFINITIONS_H
