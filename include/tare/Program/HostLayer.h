//===- HostLayer.h - Nodes of the model in a program ------------*- C++ -*-===//
//
// A host layer is a node of the model in its own types: float32, integers, bool. The program has its parameters as the
// table Host, lib/Host as a node, and what follows from a node is what lib/Host says.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_PROGRAM_HOSTLAYER_H
#define TARE_PROGRAM_HOSTLAYER_H

#include "tare/Host/Operator.h"
#include "tare/Kernels/OpFacts.h"
#include "tare/Schema/program_generated.h"
#include "tare/Tensor/Result.h"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace tare::program {

/// Parameters that hold the node. `positions`: the place of each operand that there is, where the node leaves some out;
/// empty otherwise.
HostT encodeHost(const host::Node &node, std::span<const int64_t> positions);

/// A node, and by its operands which of the layer's each is; -1 for one that it leaves out.
struct HostNode {
  host::Node node;
  std::vector<int64_t> operands;
};

/// The node of a layer that reads so many operands. Safe on anything that FlatBuffers accepts; an error where an
/// attribute holds nothing of its kind, a tensor has not the bytes of its type, or the places do not ascend.
Result<HostNode> decodeHost(const HostT &parameters, size_t operands);

/// The types of all results of an operator on operands of these types, of which constants bring their elements;
/// `results` is how many there are. For any operator: all but host layers and the ends of loops have one. Safe on
/// anything that FlatBuffers accepts.
Result<std::vector<TensorType>> inferResults(const OpUnion &op, std::span<const kernels::Operand> operands,
                                             size_t results);

/// Multiply-accumulates of a host layer that is a product of matrices or a convolution; 0 of others, which may have
/// some within (an LSTM, attention).
int64_t macsOfHost(const HostT &parameters, std::span<const TensorType> operands, std::span<const TensorType> results);

/// "conv"; of a host layer its operator's own name, "TopK". The operator is verified.
std::string kindOf(const OpUnion &op);

/// The indices of a layer's results.
std::vector<uint32_t> resultsOf(const LayerT &layer);

} // namespace tare::program

#endif // TARE_PROGRAM_HOSTLAYER_H
