//===- Protos.h - Tensors, types and attributes in ONNX's terms -*- C++ -*-===//
#ifndef TARE_LIB_ONNXEXPORT_PROTOS_H
#define TARE_LIB_ONNXEXPORT_PROTOS_H

#include "onnx.pb.h"
#include "tare/Host/Attributes.h"

#include "llvm/ADT/StringRef.h"

namespace tare::onnx {

/// The elements as raw data.
void setTensor(proto::TensorProto &proto, const std::string &name, const Tensor &tensor);
/// A value's name, type and shape.
void setValue(proto::ValueInfoProto &proto, const std::string &name, const TensorType &type);
/// Adds an attribute to a node.
void addAttribute(proto::NodeProto &node, const std::string &name, const host::Attribute &value);
/// Adds metadata to whatever has some.
template <typename Proto> void addNote(Proto &proto, llvm::StringRef key, const std::string &value) {
  proto::StringStringEntryProto &note = *proto.add_metadata_props();
  note.set_key(key.str());
  note.set_value(value);
}

} // namespace tare::onnx

#endif // TARE_LIB_ONNXEXPORT_PROTOS_H
