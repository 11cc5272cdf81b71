//===- HostWriter.cpp - Writes a layer of the host in C -------------------===//
#include "HostWriter.h"

using namespace tare;
using namespace tare::csource;

Tensor HostWriter::known(size_t operand) const {
  ConstTensorView values = layer.constant(number(operand));
  return values.data ? Tensor(values.type, nullptr, values.data) : Tensor();
}

std::optional<std::vector<int64_t>> HostWriter::integers(size_t operand) const {
  Tensor values = known(operand);
  if (!values)
    return std::nullopt;
  if (values.element() == ElementType::i64)
    return std::vector<int64_t>(values.as<int64_t>(), values.as<int64_t>() + values.count());
  if (values.element() == ElementType::i32)
    return std::vector<int64_t>(values.as<int32_t>(), values.as<int32_t>() + values.count());
  return std::nullopt;
}

int64_t HostWriter::axis(int64_t fallback, int64_t rank) const {
  int64_t axis = attributes().integer("axis", fallback);
  return axis < 0 ? axis + rank : axis;
}

Along::Along(const Shape &shape, int64_t axis)
    : outer(elementCount(Shape(shape.begin(), shape.begin() + axis))), length(shape[axis]),
      inner(elementCount(Shape(shape.begin() + axis + 1, shape.end()))) {}

std::vector<Member> Along::members() const {
  return {member("outer", outer), member("length", length), member("inner", inner)};
}

bool csource::isSigned(ElementType element) {
  return element == ElementType::i8 || element == ElementType::i16 || element == ElementType::i32 ||
         element == ElementType::i64;
}

Error csource::hostRefusal(const HostWriter &host, std::string_view what) {
  return refusal("{} {} has no C source; cut the network in front of it by --outputs, or have such layers refused by "
                 "--host error",
                 host.node().op, what);
}
