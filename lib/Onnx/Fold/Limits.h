//===- Limits.h - How much is computed at import ----------------*- C++ -*-===//
#ifndef TARE_LIB_ONNX_FOLD_LIMITS_H
#define TARE_LIB_ONNX_FOLD_LIMITS_H

#include "Node.h"

namespace tare::onnx {

/// Whether a result of this shape may be computed at import: as large as the
/// node's operands, or small. What a few numbers blow up to gigabytes comes from a
/// hostile file. Reports an error where it may not.
bool mayCompute(Node &node, const Shape &shape);

} // namespace tare::onnx

#endif // TARE_LIB_ONNX_FOLD_LIMITS_H
