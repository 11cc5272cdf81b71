//===- Network.cpp - A TFLite network that is being written ---------------===//
#include "Network.h"

#include <algorithm>
#include <cstring>
#include <string_view>

using namespace tare;
using namespace tare::tflite;

static constexpr uint32_t formatVersion = 3;

static std::string_view textOf(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char *>(bytes.data()), bytes.size()};
}

Network::Network() {
  model.version = formatVersion;
  model.subgraphs.push_back(std::make_unique<schema::SubGraphT>());
  // Of tensors without elements, by the format.
  model.buffers.push_back(std::make_unique<schema::BufferT>());
}

std::string Network::uniqueName(const std::string &name) {
  std::string unique = name;
  for (int number = 1; !names.insert(unique).second; ++number)
    unique = name + "_" + std::to_string(number);
  return unique;
}

Index Network::addTensor(const std::string &name, TensorFacts facts) {
  auto tensor = std::make_unique<schema::TensorT>();
  tensor->name = uniqueName(name);
  tensor->type = facts.type;
  tensor->shape = std::move(facts.shape);
  if (facts.grid.isKnown()) {
    tensor->quantization = std::make_unique<schema::QuantizationParametersT>();
    tensor->quantization->zero_point.assign(facts.grid.scales.size(), facts.grid.zeroPoint);
    tensor->quantization->scale = std::move(facts.grid.scales);
    tensor->quantization->quantized_dimension = facts.grid.axis;
  }
  graph().tensors.push_back(std::move(tensor));
  return Index(graph().tensors.size() - 1);
}

Grid Network::grid(Index tensor) const {
  const auto &quantization = graph().tensors[tensor]->quantization;
  if (!quantization)
    return {};
  return {quantization->scale, quantization->zero_point.front(), quantization->quantized_dimension};
}

uint32_t Network::bufferOf(std::span<const std::byte> elements) {
  const std::string_view text = textOf(elements);
  const size_t hash = std::hash<std::string_view>()(text);
  auto [begin, end] = buffers.equal_range(hash);
  for (auto it = begin; it != end; ++it)
    if (std::ranges::equal(model.buffers[it->second]->data,
                           std::span(reinterpret_cast<const uint8_t *>(text.data()), text.size())))
      return it->second;
  auto buffer = std::make_unique<schema::BufferT>();
  buffer->data.assign(text.begin(), text.end());
  model.buffers.push_back(std::move(buffer));
  buffers.emplace(hash, model.buffers.size() - 1);
  return model.buffers.size() - 1;
}

Index Network::addConstant(const std::string &name, TensorFacts facts, std::span<const std::byte> elements) {
  const Index index = addTensor(name, std::move(facts));
  graph().tensors[index]->buffer = bufferOf(elements);
  return index;
}

Index Network::addIntegers(const std::string &name, const std::vector<int32_t> &values, Dimensions shape) {
  return addConstant(name, {schema::TensorType::INT32, std::move(shape)}, std::as_bytes(std::span(values)));
}

void Network::add(BuiltinOperator code, std::vector<Index> inputs, Index output, schema::BuiltinOptionsUnion options) {
  auto factsOf = [&](Index index) { return TensorFacts{type(index), shape(index), grid(index)}; };
  std::vector<TensorFacts> read;
  for (Index input : inputs)
    read.push_back(factsOf(input));
  auto op = std::make_unique<schema::OperatorT>();
  op->opcode_index = codeIndex(code, versionOf(code, options, read, factsOf(output)));
  op->inputs = std::move(inputs);
  op->outputs = {output};
  op->builtin_options = std::move(options);
  graph().operators.push_back(std::move(op));
}

uint32_t Network::codeIndex(BuiltinOperator code, int32_t version) {
  auto [entry, isNew] = codes.emplace(std::pair(code, version), model.operator_codes.size());
  if (isNew) {
    auto made = std::make_unique<schema::OperatorCodeT>();
    made->builtin_code = code;
    made->deprecated_builtin_code = int8_t(std::min(code, BuiltinOperator::PLACEHOLDER_FOR_GREATER_OP_CODES));
    made->version = version;
    model.operator_codes.push_back(std::move(made));
  }
  return entry->second;
}

std::map<std::string, int64_t> Network::operators() const {
  std::map<std::string, int64_t> counts;
  for (const auto &op : graph().operators)
    ++counts[schema::EnumNameBuiltinOperator(model.operator_codes[op->opcode_index]->builtin_code)];
  return counts;
}

static std::vector<std::unique_ptr<schema::TensorMapT>> mapsOf(const std::vector<Port> &ports) {
  std::vector<std::unique_ptr<schema::TensorMapT>> maps;
  for (const Port &port : ports) {
    maps.push_back(std::make_unique<schema::TensorMapT>());
    maps.back()->name = port.name;
    maps.back()->tensor_index = port.tensor;
  }
  return maps;
}

std::string Network::finish(const std::vector<Port> &inputs, const std::vector<Port> &outputs,
                            std::string description) {
  for (const Port &port : inputs)
    graph().inputs.push_back(port.tensor);
  for (const Port &port : outputs)
    graph().outputs.push_back(port.tensor);
  graph().name = "main";
  auto signature = std::make_unique<schema::SignatureDefT>();
  signature->signature_key = "serving_default";
  signature->inputs = mapsOf(inputs);
  signature->outputs = mapsOf(outputs);
  model.signature_defs.push_back(std::move(signature));
  model.description = std::move(description);
  flatbuffers::FlatBufferBuilder builder;
  builder.Finish(schema::Model::Pack(builder, &model), schema::ModelIdentifier());
  return {reinterpret_cast<const char *>(builder.GetBufferPointer()), builder.GetSize()};
}
