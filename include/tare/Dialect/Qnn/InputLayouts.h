//===- InputLayouts.h - What the dimensions of an input are -----*- C++ -*-===//
#ifndef TARE_DIALECT_QNN_INPUTLAYOUTS_H
#define TARE_DIALECT_QNN_INPUTLAYOUTS_H

#include "llvm/ADT/StringRef.h"

namespace tare::qnn {

/// On a function's argument of integers that are a device's pixels: the text that a program's descriptor has as its
/// layout, "NHWC rgb" or "nv12 bt601 limited" (docs/preprocessing.md).
inline constexpr llvm::StringLiteral inputLayoutAttrName = "qnn.input_layout";

} // namespace tare::qnn

#endif // TARE_DIALECT_QNN_INPUTLAYOUTS_H
