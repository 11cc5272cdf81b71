//===- NodeAttributes.cpp - What a node says of itself --------------------===//
#include "NodeAttributes.h"

#include <fmt/format.h>

using namespace tare;
using namespace tare::onnx;
using Attribute = proto::AttributeProto;

bool NodeAttributes::hasAttribute(llvm::StringRef name) const {
  return llvm::any_of(protoNode.attribute(), [&](const Attribute &attribute) { return attribute.name() == name; });
}

const Attribute *NodeAttributes::attribute(llvm::StringRef name, Attribute::AttributeType type) {
  for (const Attribute &attribute : protoNode.attribute()) {
    if (attribute.name() != name)
      continue;
    // The first versions of the format had no field for the type.
    if (!attribute.has_type() || attribute.type() == type)
      return &attribute;
    (void)error("attribute '" + name + "' has type " + Attribute::AttributeType_Name(attribute.type()) + ", expected " +
                Attribute::AttributeType_Name(type));
    return nullptr;
  }
  return nullptr;
}

int64_t NodeAttributes::intAttribute(llvm::StringRef name, int64_t fallback) {
  const Attribute *found = attribute(name, Attribute::INT);
  return found ? found->i() : fallback;
}

double NodeAttributes::floatAttribute(llvm::StringRef name, double fallback, bool mayBeInfinite) {
  const Attribute *found = attribute(name, Attribute::FLOAT);
  if (!found)
    return fallback;
  if (!std::isfinite(found->f()) && !(mayBeInfinite && std::isinf(found->f())))
    (void)error("attribute '" + name + "' must be finite");
  return found->f();
}

std::string NodeAttributes::stringAttribute(llvm::StringRef name, llvm::StringRef fallback) {
  const Attribute *found = attribute(name, Attribute::STRING);
  return found ? found->s() : fallback.str();
}

std::optional<Integers> NodeAttributes::intsAttribute(llvm::StringRef name) {
  const Attribute *found = attribute(name, Attribute::INTS);
  if (!found)
    return std::nullopt;
  return Integers(found->ints().begin(), found->ints().end());
}

std::optional<std::vector<float>> NodeAttributes::floatsAttribute(llvm::StringRef name) {
  const Attribute *found = attribute(name, Attribute::FLOATS);
  if (!found)
    return std::nullopt;
  return std::vector<float>(found->floats().begin(), found->floats().end());
}

ReadTensor NodeAttributes::exactTensorAttribute(llvm::StringRef name) {
  const Attribute *found = attribute(name, Attribute::TENSOR);
  if (!found || !found->has_t())
    return {};
  // The reader takes the bytes out; the message is not needed any more.
  Result<ReadTensor> tensor = context.reader().readExactly(const_cast<proto::TensorProto &>(found->t()));
  if (tensor)
    return std::move(*tensor);
  (void)error("attribute '" + name + "': " + tensor.error().message);
  return {};
}

host::Attributes NodeAttributes::hostAttributes() {
  host::Attributes attributes;
  for (const Attribute &attribute : protoNode.attribute()) {
    const std::string &name = attribute.name();
    switch (attribute.type()) {
    case Attribute::INT:
      attributes.set(name, int64_t(attribute.i()));
      break;
    case Attribute::FLOAT:
      attributes.set(name, double(attribute.f()));
      break;
    case Attribute::STRING:
      attributes.set(name, attribute.s());
      break;
    case Attribute::INTS:
      attributes.set(name, std::vector<int64_t>(attribute.ints().begin(), attribute.ints().end()));
      break;
    case Attribute::FLOATS:
      attributes.set(name, std::vector<double>(attribute.floats().begin(), attribute.floats().end()));
      break;
    case Attribute::STRINGS:
      attributes.set(name, std::vector<std::string>(attribute.strings().begin(), attribute.strings().end()));
      break;
    case Attribute::TENSOR:
      if (Tensor tensor = tensorAttribute(name))
        attributes.set(name, std::move(tensor));
      break;
    default:
      (void)error("attribute '" + name +
                  "' has a type that is not supported: " + Attribute::AttributeType_Name(attribute.type()));
    }
  }
  return attributes;
}

Integers NodeAttributes::extentsAttribute(llvm::StringRef name, size_t count, int64_t fallback, int64_t lowest) {
  Integers values = intsAttribute(name).value_or(Integers(count, fallback));
  if (values.size() != count)
    (void)error(fmt::format("attribute '{}' has {} elements, expected {}", name.str(), values.size(), count));
  for (int64_t value : values)
    if (value < lowest || value > largestExtent)
      (void)error(fmt::format("attribute '{}' holds {}, expected {} or more", name.str(), value, lowest));
  return hasFailed ? Integers(count, fallback) : values;
}
