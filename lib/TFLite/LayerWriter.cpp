//===- LayerWriter.cpp - Writes one layer of a TFLite network -------------===//
#include "LayerWriter.h"

#include <algorithm>

using namespace tare;
using namespace tare::tflite;

std::optional<schema::TensorType> tflite::typeOf(ElementType type) {
  switch (type) {
  case ElementType::f32:
    return schema::TensorType::FLOAT32;
  case ElementType::i8:
    return schema::TensorType::INT8;
  case ElementType::u8:
    return schema::TensorType::UINT8;
  case ElementType::i16:
    return schema::TensorType::INT16;
  case ElementType::i32:
    return schema::TensorType::INT32;
  case ElementType::i64:
    return schema::TensorType::INT64;
  case ElementType::boolean:
    return schema::TensorType::BOOL;
  default:
    return std::nullopt;
  }
}

Dimensions tflite::dimensionsOf(const Shape &shape) { return {shape.begin(), shape.end()}; }

Result<TensorFacts> tflite::factsOf(const program::TensorT &tensor) {
  std::optional<schema::TensorType> type = typeOf(tensor.type);
  if (!type)
    return refusal("elements of {}, which TFLite's operators do not take; cut the network with --outputs",
                   nameOf(tensor.type));
  // Of accumulators with a scale for each channel, too: what makes or reads them says more.
  return TensorFacts{*type, dimensionsOf(tensor.shape), Grid::of(tensor)};
}

std::string LayerWriter::nameOf(const std::string &role) const { return layer().name + "." + role; }

Result<Index> LayerWriter::operand(size_t number) {
  const uint32_t tensor = layer().operands[number];
  if (auto place = places.find(tensor); place != places.end())
    return place->second;
  const program::TensorT &source = tensorOf(tensor);
  Result<TensorFacts> facts = tflite::factsOf(source);
  if (!facts)
    return facts.error();
  // What a layer without a form would have made: those behind it are looked at, too.
  if (!source.constant)
    return places[tensor] = network.addTensor(source.name, std::move(*facts));
  const std::span bytes(static_cast<const std::byte *>(model.constant(tensor)), model.type(tensor).bytes());
  return places[tensor] = network.addConstant(source.name, std::move(*facts), bytes);
}

Result<Index> LayerWriter::result() {
  if (auto place = places.find(layer().result); place != places.end())
    return place->second;
  const program::TensorT &source = tensorOf(layer().result);
  Result<TensorFacts> facts = tflite::factsOf(source);
  if (!facts)
    return facts.error();
  return places[layer().result] = network.addTensor(nameOfResult(), std::move(*facts));
}

std::string LayerWriter::nameOfResult() const {
  const std::string &value = tensorOf(layer().result).name;
  const auto isNamed = [&](const auto &tensor) { return tensor->name == value; };
  return std::ranges::count_if(model.program().tensors, isNamed) == 1 ? value : layer().name;
}

Status LayerWriter::checkGrids(size_t operands) const {
  bool isKnown = resultGrid().isKnown();
  for (size_t operand = 0; operand != operands; ++operand)
    isKnown = isKnown && grid(operand).isKnown();
  return isKnown ? success() : refusal("the program does not say what its integers mean; convert the model anew");
}

Index LayerWriter::between(const std::string &role, TensorFacts facts) {
  return network.addTensor(nameOf(role), std::move(facts));
}

Index LayerWriter::constant(const std::string &role, TensorFacts facts, std::span<const std::byte> elements) {
  return network.addConstant(nameOf(role), std::move(facts), elements);
}

Index LayerWriter::integers(const std::string &role, const std::vector<int32_t> &values) {
  return network.addIntegers(nameOf(role), values, {int32_t(values.size())});
}

Index LayerWriter::constantOf(const std::string &role, const TensorFacts &like, int64_t value) {
  const int16_t wide = int16_t(value);
  const int8_t narrow = int8_t(value);
  const auto bytes = like.type == schema::TensorType::INT16 ? std::as_bytes(std::span(&wide, 1))
                                                            : std::as_bytes(std::span(&narrow, 1));
  return constant(role, {like.type, {1}, like.grid}, bytes);
}

Index LayerWriter::reshaped(Index from, const Dimensions &shape) {
  TensorFacts facts = factsOf(from);
  if (facts.shape == shape)
    return from;
  facts.shape = shape;
  const Index made = between("reshaped", std::move(facts));
  reshape(from, made);
  return made;
}

void LayerWriter::reshape(Index from, Index to) {
  if (from == to)
    return;
  schema::ReshapeOptionsT options;
  options.new_shape = network.shape(to);
  const Index shape = integers("shape", network.shape(to));
  network.addOperator(BuiltinOperator::RESHAPE, {from, shape}, to, std::move(options));
}

void LayerWriter::limit(Index from, Index to, const Activation &activation) {
  if (activation.least && activation.greatest) {
    const Index raised = between("raised", factsOf(to));
    limitOne(BuiltinOperator::MAXIMUM, from, raised, *activation.least, "least");
    limitOne(BuiltinOperator::MINIMUM, raised, to, *activation.greatest, "greatest");
  } else if (activation.least) {
    limitOne(BuiltinOperator::MAXIMUM, from, to, *activation.least, "least");
  } else if (activation.greatest) {
    limitOne(BuiltinOperator::MINIMUM, from, to, *activation.greatest, "greatest");
  }
}

void LayerWriter::limitOne(BuiltinOperator code, Index from, Index to, int64_t end, const char *role) {
  const Index limit = constantOf(role, factsOf(to), end);
  network.addOperator(code, {from, limit}, to, schema::MaximumMinimumOptionsT());
}
