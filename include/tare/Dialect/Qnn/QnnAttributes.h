//===- QnnAttributes.h - Attributes of the graph dialect --------*- C++ -*-===//
#ifndef TARE_DIALECT_QNN_QNNATTRIBUTES_H
#define TARE_DIALECT_QNN_QNNATTRIBUTES_H

#include "mlir/IR/Attributes.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "tare/Dialect/Qnn/QnnDialect.h"

#include "tare/Dialect/Qnn/QnnEnums.h.inc"

#define GET_ATTRDEF_CLASSES
#include "tare/Dialect/Qnn/QnnAttributes.h.inc"

#endif // TARE_DIALECT_QNN_QNNATTRIBUTES_H
