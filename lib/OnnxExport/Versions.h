//===- Versions.h - Nodes of older opsets in a newer model ------*- C++ -*-===//
#ifndef TARE_LIB_ONNXEXPORT_VERSIONS_H
#define TARE_LIB_ONNXEXPORT_VERSIONS_H

#include "tare/Host/Operator.h"

namespace tare::onnx {

/// The least version of the default domain that a model is written in: the first whose QuantizeLinear has 16 bits.
inline constexpr int64_t usualOpset = 21;

/// The least opset that has the operator as it is meant, `usualOpset` for most.
int64_t leastOpset(const host::Node &node);

/// Makes operands of what were attributes before: (position, elements) of each, which the node then has no more.
/// `operands`, `results`: how many it has. An error is the reason why the node cannot be told in a newer opset.
Result<std::vector<std::pair<size_t, Tensor>>> upgrade(host::Node &node, size_t operands, size_t results);

} // namespace tare::onnx

#endif // TARE_LIB_ONNXEXPORT_VERSIONS_H
