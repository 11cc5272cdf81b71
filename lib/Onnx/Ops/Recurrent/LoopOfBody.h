//===- LoopOfBody.h - A loop of the IR over a body --------------*- C++ -*-===//
#ifndef TARE_LIB_ONNX_OPS_RECURRENT_LOOPOFBODY_H
#define TARE_LIB_ONNX_OPS_RECURRENT_LOOPOFBODY_H

#include "LoopBody.h"
#include "LoopWriter.h"

namespace tare::onnx::recurrent {

/// The loop over `body`, whose inputs are `leading` values and then, in this order or the other one, the states and the
/// sequences' elements; its outputs, behind as many leading ones, the states and what is collected.
class LoopOfBody {
public:
  LoopOfBody(Node &node, Body &body, const LoopPorts &ports, int64_t turns)
      : node(node), body(body), ports(ports), turns(turns) {}

  /// `leading` gives the names of the body's first inputs within the loop.
  mlir::LogicalResult write(llvm::function_ref<Names(LoopWriter &)> leading, size_t leadingOutputs);

  std::string defined(const std::string &name, mlir::Value value);

private:
  mlir::LogicalResult give(LoopWriter &loop, llvm::ArrayRef<std::string> outputs);

  /// The sequence along the axis that the node says, as result `index`.
  mlir::Value movedBack(mlir::Value sequence, unsigned index, int64_t axis);

  Node &node;
  Body &body;
  const LoopPorts &ports;
  int64_t turns;
};

} // namespace tare::onnx::recurrent

#endif // TARE_LIB_ONNX_OPS_RECURRENT_LOOPOFBODY_H
