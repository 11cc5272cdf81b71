//===- HostWriter.h - Writes a layer of the host in C -----------*- C++ -*-===//
#ifndef TARE_LIB_CSOURCE_HOSTWRITER_H
#define TARE_LIB_CSOURCE_HOSTWRITER_H

#include "LayerWriter.h"
#include "tare/Program/HostLayer.h"

namespace tare::csource {

/// A node and its operands by their places; those that are left out are none.
class HostWriter {
public:
  HostWriter(LayerWriter &layer, program::HostNode node) : layer(layer), node_(std::move(node)) {}

  const host::Node &node() const { return node_.node; }
  const host::Attributes &attributes() const { return node().attributes; }
  int64_t opset() const { return node().opset; }

  size_t operandCount() const { return node_.operands.size(); }
  bool has(size_t operand) const { return operand < operandCount() && node_.operands[operand] >= 0; }
  const TensorType &type(size_t operand) const { return layer.type(number(operand)); }
  const Shape &shape(size_t operand) const { return type(operand).shape; }
  ElementType element(size_t operand) const { return type(operand).element; }
  int64_t rank(size_t operand) const { return int64_t(shape(operand).size()); }
  /// The elements of a constant; no tensor where it is none.
  Tensor known(size_t operand) const;
  /// The elements of a constant of integers; nothing where it is none.
  std::optional<std::vector<int64_t>> integers(size_t operand) const;
  Place place(size_t operand) { return layer.operandPlace(number(operand)); }

  size_t resultCount() const { return layer.resultCount(); }
  const TensorType &result(size_t number = 0) const { return layer.result(number); }
  Place resultPlace(size_t number = 0) const { return layer.resultPlace(number); }

  /// An axis that an attribute gives, counted from the begin.
  int64_t axis(int64_t fallback, int64_t rank) const;

  Unit &unit() { return layer.unit; }
  LayerWriter &layer;

private:
  size_t number(size_t operand) const { return size_t(node_.operands[operand]); }

  program::HostNode node_;
};

/// Around an axis: [outer, length, inner].
struct Along {
  Along(const Shape &shape, int64_t axis);
  std::vector<Member> members() const;
  int64_t outer, length, inner;
};

inline bool isFloat(ElementType element) { return element == ElementType::f32; }
bool isSigned(ElementType element);

/// Writes the layer where the operator is one of the family's; nothing where it is none.
using HostFamily = std::optional<Status> (*)(HostWriter &);
std::optional<Status> lowerHostConstants(HostWriter &host);
std::optional<Status> lowerHostMovement(HostWriter &host);
std::optional<Status> lowerHostResize(HostWriter &host);
std::optional<Status> lowerHostFunctions(HostWriter &host);
std::optional<Status> lowerHostMaps(HostWriter &host);
std::optional<Status> lowerHostPairs(HostWriter &host);
std::optional<Status> lowerHostReductions(HostWriter &host);
std::optional<Status> lowerHostSelection(HostWriter &host);
std::optional<Status> lowerHostPlanes(HostWriter &host);

/// The refusal of what an operator may be but is not here.
Error hostRefusal(const HostWriter &host, std::string_view what);

} // namespace tare::csource

#endif // TARE_LIB_CSOURCE_HOSTWRITER_H
