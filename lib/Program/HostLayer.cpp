//===- HostLayer.cpp - Nodes of the model in a program --------------------===//
#include "tare/Program/HostLayer.h"

#include "InferResult.h"
#include "tare/Kernels/Registry.h"
#include "tare/Program/Loops.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>

namespace tare::program {
namespace {

/// No node has more operands, or a later operator set.
constexpr uint32_t mostOperands = 1 << 16, latestOpset = 1 << 16;

/// Puts an attribute's value where its kind says.
struct Encoder {
  HostAttributeT &to;

  void operator()(int64_t value) const { to.kind = HostAttributeKind::integer, to.integers = {value}; }
  void operator()(double value) const { to.kind = HostAttributeKind::number, to.numbers = {value}; }
  void operator()(const std::string &value) const { to.kind = HostAttributeKind::text, to.texts = {value}; }
  void operator()(const std::vector<int64_t> &values) const {
    to.kind = HostAttributeKind::integers, to.integers = values;
  }
  void operator()(const std::vector<double> &values) const {
    to.kind = HostAttributeKind::numbers, to.numbers = values;
  }
  void operator()(const std::vector<std::string> &values) const {
    to.kind = HostAttributeKind::texts, to.texts = values;
  }
  void operator()(const tare::Tensor &value) const {
    to.kind = HostAttributeKind::tensor;
    to.tensor = std::make_unique<HostTensorT>();
    to.tensor->type = value.element();
    to.tensor->shape = value.shape();
    const auto *bytes = value.as<uint8_t>();
    to.tensor->data.assign(bytes, bytes + value.type().bytes());
  }
};

template <typename T> Result<host::Attribute> single(const std::vector<T> &list) {
  if (list.size() == 1)
    return host::Attribute(list.front());
  return Error{fmt::format("holds {} values, expected one", list.size())};
}

bool isHostType(ElementType type) {
  return type >= ElementType::MIN && type <= ElementType::MAX && type != ElementType::f16;
}

Result<host::Attribute> decodeTensor(const HostTensorT *from) {
  if (!from)
    return Error{"holds no tensor"};
  TensorType type{from->type, from->shape};
  if (!isHostType(type.element) || type.shape.size() > 8)
    return Error{fmt::format("holds a tensor of type {} and rank {}", int(type.element), type.shape.size())};
  std::optional<size_t> bytes = checkedBytes(type);
  if (!bytes || *bytes != from->data.size())
    return Error{fmt::format("holds {} bytes of {}", from->data.size(), toString(type))};
  tare::Tensor tensor(type);
  if (*bytes)
    std::memcpy(tensor.mutableAs<std::byte>(), from->data.data(), *bytes);
  // A byte that is neither 0 nor 1 is no bool.
  if (type.element == ElementType::boolean)
    for (uint8_t byte : from->data)
      if (byte > 1)
        return Error{fmt::format("holds a bool of {}", byte)};
  return host::Attribute(std::move(tensor));
}

Result<host::Attribute> decode(const HostAttributeT &from) {
  switch (from.kind) {
  case HostAttributeKind::integer:
    return single(from.integers);
  case HostAttributeKind::number:
    return single(from.numbers);
  case HostAttributeKind::text:
    return single(from.texts);
  case HostAttributeKind::integers:
    return host::Attribute(from.integers);
  case HostAttributeKind::numbers:
    return host::Attribute(from.numbers);
  case HostAttributeKind::texts:
    return host::Attribute(from.texts);
  case HostAttributeKind::tensor:
    return decodeTensor(from.tensor.get());
  }
  return Error{fmt::format("is of a kind {} that this build does not know", int(from.kind))};
}

/// By the node's operands, which of the layer's each is.
Result<std::vector<int64_t>> numbersOf(const std::vector<uint32_t> &positions, size_t operands) {
  std::vector<int64_t> numbers;
  if (operands > mostOperands || (!positions.empty() && positions.size() != operands))
    return Error{fmt::format("has {} positions for {} operands", positions.size(), operands)};
  for (size_t i = 0; i != operands; ++i) {
    size_t position = positions.empty() ? i : positions[i];
    if (position < numbers.size() || position >= mostOperands)
      return Error{fmt::format("position {} of an operand does not ascend", position)};
    numbers.resize(position, -1);
    numbers.push_back(int64_t(i));
  }
  return numbers;
}

Result<std::vector<TensorType>> inferHost(const HostT &parameters, std::span<const kernels::Operand> operands,
                                          size_t results) {
  Result<HostNode> decoded = decodeHost(parameters, operands.size());
  if (!decoded)
    return decoded.error();
  std::vector<std::optional<host::Operand>> known;
  for (int64_t number : decoded->operands) {
    known.push_back(std::nullopt);
    if (number < 0)
      continue;
    const kernels::Operand &operand = operands[number];
    known.back() = host::Operand{operand.type};
    if (operand.constant)
      known.back()->known = tare::Tensor(operand.type, nullptr, operand.constant);
  }
  auto types = host::inferTypes(decoded->node, std::move(known), results);
  return types ? types : Result<std::vector<TensorType>>(Error{parameters.kind + ": " + types.error().message});
}

} // namespace

HostT encodeHost(const host::Node &node, std::span<const int64_t> positions) {
  HostT parameters;
  parameters.kind = node.op;
  parameters.opset = uint32_t(node.opset);
  parameters.positions.assign(positions.begin(), positions.end());
  for (const auto &[name, value] : node.attributes) {
    auto attribute = std::make_unique<HostAttributeT>();
    attribute->name = name;
    std::visit(Encoder{*attribute}, value);
    parameters.attributes.push_back(std::move(attribute));
  }
  return parameters;
}

Result<HostNode> decodeHost(const HostT &parameters, size_t operands) {
  HostNode result{{parameters.kind, parameters.opset, {}}, {}};
  if (parameters.opset < 1 || parameters.opset > latestOpset)
    return Error{fmt::format("is of opset {}, expected 1 or more", parameters.opset)};
  for (const auto &attribute : parameters.attributes) {
    auto value = decode(*attribute);
    if (!value)
      return Error{fmt::format("attribute '{}' {}", attribute->name, value.error().message)};
    result.node.attributes.set(attribute->name, std::move(*value));
  }
  auto numbers = numbersOf(parameters.positions, operands);
  if (!numbers)
    return numbers.error();
  result.operands = std::move(*numbers);
  return result;
}

Result<std::vector<TensorType>> inferResults(const OpUnion &op, std::span<const kernels::Operand> operands,
                                             size_t results) {
  if (op.value && op.type == Op::Host)
    return inferHost(*op.AsHost(), operands, results);
  std::vector<TensorType> types;
  for (const kernels::Operand &operand : operands)
    types.push_back(operand.type);
  if (op.value && (op.type == Op::LoopBegin || op.type == Op::LoopEnd)) {
    auto inferred =
        op.type == Op::LoopBegin ? inferLoopBegin(*op.AsLoopBegin(), types) : inferLoopEnd(*op.AsLoopEnd(), types);
    if (inferred && inferred->size() != results)
      return Error{fmt::format("there are {} results, expected {}", results, inferred->size())};
    return inferred;
  }
  if (results != 1)
    return Error{fmt::format("there are {} results, expected one", results)};
  auto type = inferResult(op, types);
  if (!type)
    return type.error();
  return std::vector<TensorType>{std::move(*type)};
}

int64_t macsOfHost(const HostT &parameters, std::span<const TensorType> operands, std::span<const TensorType> results) {
  if (operands.size() < 2 || results.empty() || operands[0].shape.empty())
    return 0;
  const Shape &x = operands[0].shape, &w = operands[1].shape;
  if (parameters.kind == "MatMul")
    return results[0].count() * x.back();
  if (parameters.kind == "Gemm")
    return results[0].shape.back() ? results[0].count() * (operands[0].count() / results[0].shape.front()) : 0;
  if (parameters.kind == "Conv" && !w.empty())
    return results[0].count() * (operands[1].count() / std::max<int64_t>(w.front(), 1));
  if (parameters.kind == "ConvTranspose" && !w.empty())
    return operands[0].count() * (operands[1].count() / std::max<int64_t>(w.front(), 1));
  return 0;
}

std::string kindOf(const OpUnion &op) {
  const HostT *host = op.AsHost();
  return host ? host->kind : std::string(kernels::lookup(op.type)->name);
}

std::vector<uint32_t> resultsOf(const LayerT &layer) {
  std::vector<uint32_t> results{layer.result};
  results.insert(results.end(), layer.further_results.begin(), layer.further_results.end());
  return results;
}

} // namespace tare::program
