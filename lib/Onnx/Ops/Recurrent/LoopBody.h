//===- LoopBody.h - The body of a loop of ONNX ------------------*- C++ -*-===//
#ifndef TARE_LIB_ONNX_OPS_RECURRENT_LOOPBODY_H
#define TARE_LIB_ONNX_OPS_RECURRENT_LOOPBODY_H

#include "Node.h"

#include "llvm/ADT/StringMap.h"

#include <string>
#include <vector>

namespace tare::onnx::recurrent {

using Names = std::vector<std::string>;

/// What a loop of the IR takes and gives, by names.
struct LoopPorts {
  /// With the axis along which each turn takes its element, or gives it.
  struct Sequence {
    std::string name;
    int64_t axis = 0;
    bool isReversed = false;
  };
  std::vector<Sequence> sequences, collected;
  Names states;
};

/// The graph that a node runs again and again.
class Body {
public:
  Body(Node &node, proto::GraphProto &graph);

  int64_t numInputs() const { return graph.input_size(); }
  int64_t numOutputs() const { return graph.output_size(); }
  int64_t numNodes() const { return graph.node_size(); }
  const proto::ValueInfoProto &input(int64_t index) const { return graph.input(index); }

  std::string conditionName() const { return graph.output(0).name(); }
  /// Whether a node of the body reads its input `index`.
  bool reads(int64_t index) const;
  /// Whether the condition to go on, output 0, is the one that a turn begins with.
  bool keepsCondition() const;

  /// One turn on the values `inputs`, whose names begin with `number`; the names of its outputs.
  Names run(const std::string &number, const Names &inputs);

private:
  Node &node;
  proto::GraphProto &graph;
  llvm::StringMap<std::string> shared;
};

} // namespace tare::onnx::recurrent

#endif // TARE_LIB_ONNX_OPS_RECURRENT_LOOPBODY_H
