//===- NodeAttributes.h - What a node says of itself ------------*- C++ -*-===//
#ifndef TARE_LIB_ONNX_NODEATTRIBUTES_H
#define TARE_LIB_ONNX_NODEATTRIBUTES_H

#include "NodeBase.h"
#include "tare/Host/Attributes.h"

namespace tare::onnx {

/// Attributes that count elements are below it, so that shape arithmetic cannot
/// overflow.
inline constexpr int64_t largestExtent = int64_t(1) << 30;

/// A node with its attributes.
class NodeAttributes : public NodeBase {
public:
  using NodeBase::NodeBase;

  bool hasAttribute(llvm::StringRef name) const;
  int64_t intAttribute(llvm::StringRef name, int64_t fallback);
  double floatAttribute(llvm::StringRef name, double fallback, bool mayBeInfinite = false);
  std::string stringAttribute(llvm::StringRef name, llvm::StringRef fallback);
  std::optional<Integers> intsAttribute(llvm::StringRef name);
  std::optional<std::vector<float>> floatsAttribute(llvm::StringRef name);
  /// Null where there is none.
  Tensor tensorAttribute(llvm::StringRef name) { return exactTensorAttribute(name).elements; }
  ReadTensor exactTensorAttribute(llvm::StringRef name);
  /// All that a host operator can have.
  host::Attributes hostAttributes();
  /// `count` integers in [lowest, largestExtent], each `fallback` by default.
  Integers extentsAttribute(llvm::StringRef name, size_t count, int64_t fallback, int64_t lowest);

private:
  const proto::AttributeProto *attribute(llvm::StringRef name, proto::AttributeProto::AttributeType type);
};

} // namespace tare::onnx

#endif // TARE_LIB_ONNX_NODEATTRIBUTES_H
