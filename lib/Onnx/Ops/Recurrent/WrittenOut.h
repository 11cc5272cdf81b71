//===- WrittenOut.h - Turns, one behind the other ---------------*- C++ -*-===//
#ifndef TARE_LIB_ONNX_OPS_RECURRENT_WRITTENOUT_H
#define TARE_LIB_ONNX_OPS_RECURRENT_WRITTENOUT_H

#include "LoopBody.h"

namespace tare::onnx::recurrent {

/// More turns, and more nodes in all of them, are not written out.
inline constexpr int64_t mostTurns = 1024, mostNodes = 1 << 16;

/// Whether so many turns may be; the second one says an error of the node where not.
bool canBeWrittenOut(int64_t turns, const Body &body);
bool isWrittenOut(Node &node, int64_t turns, const Body &body);

/// The results of a loop that is written out: what its last turn carries, then what each gave of `collected`.
mlir::LogicalResult giveWrittenOut(Node &node, const Names &carried, const std::vector<Names> &columns,
                                   const std::vector<LoopPorts::Sequence> &collected);

} // namespace tare::onnx::recurrent

#endif // TARE_LIB_ONNX_OPS_RECURRENT_WRITTENOUT_H
