//===- Composite.h - An ONNX operator that is a few others ------*- C++ -*-===//
//
// An operator without arithmetic of its own is written as others by the import function of its family: each node that
// it writes is imported, or computed of constants, at once. Errors name the node of the file.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_LIB_ONNX_COMPOSITE_H
#define TARE_LIB_ONNX_COMPOSITE_H

#include "Node.h"

namespace tare::onnx {

using Attributes = std::vector<proto::AttributeProto>;

proto::AttributeProto attribute(llvm::StringRef name, int64_t value);
proto::AttributeProto attribute(llvm::StringRef name, double value);
proto::AttributeProto attribute(llvm::StringRef name, const Integers &values);

/// Errors stick, as those of its node: after one, nothing more is written.
class Composite {
public:
  /// Values by name; one that is left out is "".
  using Values = std::vector<std::string>;

  explicit Composite(Node &node) : node(node) {}

  /// The name of an operand; "" where it is left out.
  std::string input(unsigned index) const { return node.operandName(index).str(); }
  /// Those of the node's attributes that it has.
  Attributes own(std::initializer_list<llvm::StringRef> names) const;

  /// The result of an operator of ONNX's own domain on the way to the composite's: the value "<result>/<step>" of the
  /// layer
  /// "<layer>/<step>".
  std::string step(llvm::StringRef step, llvm::StringRef op, const Values &inputs, const Attributes &attributes = {});
  /// The same of an operator with several results, a step for each; the layer is called by the first.
  Values steps(std::initializer_list<llvm::StringRef> steps, llvm::StringRef op, const Values &inputs);
  /// The same in the layer that has the node's name: what the composite is in the first place.
  std::string layer(llvm::StringRef step, llvm::StringRef op, const Values &inputs, const Attributes &attributes = {});
  /// Gives the node's result 0.
  mlir::LogicalResult finish(llvm::StringRef op, const Values &inputs, const Attributes &attributes = {});
  /// Gives result `index`.
  mlir::LogicalResult give(unsigned index, llvm::StringRef op, const Values &inputs, const Attributes &attributes = {});
  /// A constant, the value "<result>/<step>".
  std::string constant(llvm::StringRef step, Tensor tensor);
  std::string scalar(llvm::StringRef step, double value);

private:
  std::string valueName(llvm::StringRef step) const { return node.derivedName(step); }
  void write(const std::string &layer, const Values &results, llvm::StringRef op, const Values &inputs,
             const Attributes &attributes);

  Node &node;
};

} // namespace tare::onnx

#endif // TARE_LIB_ONNX_COMPOSITE_H
