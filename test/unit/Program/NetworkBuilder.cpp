//===- NetworkBuilder.cpp - Programs made by hand -------------------------===//
#include "NetworkBuilder.h"

#include "tare/Kernels/Registry.h"
#include "tare/Program/Container.h"
#include "tare/Program/Loops.h"
#include "tare/Program/Model.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <numeric>

namespace tare::test {

using namespace program;

NetworkBuilder::NetworkBuilder() {
  program.producer = "test";
  program.target = std::make_unique<TargetT>();
  program.target->name = "generic";
}

uint32_t NetworkBuilder::addTensor(std::string name, TensorType type) {
  auto tensor = std::make_unique<TensorT>();
  tensor->name = std::move(name);
  tensor->type = type.element;
  tensor->shape = type.shape;
  program.tensors.push_back(std::move(tensor));
  data.emplace_back();
  return program.tensors.size() - 1;
}

uint32_t NetworkBuilder::addConstant(std::string name, TensorType type) {
  uint32_t index = addTensor(std::move(name), std::move(type));
  program.tensors[index]->constant = true;
  data[index] = blobs.back();
  return index;
}

uint32_t NetworkBuilder::input(std::string name, TensorType type, std::string layout) {
  auto port = std::make_unique<PortT>();
  port->name = name;
  port->tensor = addTensor(name, std::move(type));
  port->layout = layout;
  port->scales = {0.5};
  program.inputs.push_back(std::move(port));
  return program.inputs.back()->tensor;
}

void NetworkBuilder::output(std::string name, uint32_t tensor, std::string layout) {
  auto port = std::make_unique<PortT>();
  port->name = name;
  port->tensor = tensor;
  port->layout = layout;
  port->scales = {0.25};
  program.outputs.push_back(std::move(port));
}

uint32_t NetworkBuilder::layer(std::string name, OpUnion op, std::vector<uint32_t> operands) {
  std::vector<TensorType> types;
  for (uint32_t operand : operands)
    types.push_back(type(operand));
  auto result = kernels::lookup(op.type)->infer(op, types);
  if (!result) {
    ADD_FAILURE() << name << ": " << result.error().message;
    std::abort();
  }
  auto layer = std::make_unique<LayerT>();
  layer->name = name;
  layer->op = std::move(op);
  layer->operands = std::move(operands);
  layer->result = addTensor(name, *result);
  program.layers.push_back(std::move(layer));
  return program.layers.back()->result;
}

std::vector<uint32_t> NetworkBuilder::host(std::string name, const host::Node &node, std::vector<uint32_t> operands,
                                           size_t results) {
  OpUnion op;
  op.Set(encodeHost(node, {}));
  return several(std::move(name), std::move(op), std::move(operands), results);
}

std::vector<uint32_t> NetworkBuilder::several(std::string name, OpUnion op, std::vector<uint32_t> operands,
                                              size_t results) {
  auto layer = std::make_unique<LayerT>();
  layer->name = name;
  layer->op = std::move(op);
  std::vector<kernels::Operand> known;
  for (uint32_t operand : operands)
    known.push_back({type(operand), program.tensors[operand]->constant ? data[operand].data() : nullptr});
  auto types = inferResults(layer->op, known, results);
  if (!types) {
    ADD_FAILURE() << name << ": " << types.error().message;
    std::abort();
  }
  layer->operands = std::move(operands);
  std::vector<uint32_t> made;
  for (const TensorType &type : *types)
    made.push_back(addTensor(made.empty() ? name : name + ":" + std::to_string(made.size()), type));
  layer->result = made.front();
  layer->further_results.assign(made.begin() + 1, made.end());
  program.layers.push_back(std::move(layer));
  return made;
}

TensorType NetworkBuilder::type(uint32_t tensor) const { return typeOf(*program.tensors[tensor]); }

namespace {

/// A tensor, or a reshape's operand and result together.
struct Block {
  uint64_t offset = 0, bytes = 0;
  int64_t begin = 0, end = 0;
};

/// The lowest offset at which the block meets none that lives with it.
uint64_t firstFit(const Block &block, const std::vector<Block> &placed) {
  uint64_t offset = 0;
  for (bool moved = true; moved;) {
    moved = false;
    for (const Block &other : placed)
      if (other.begin <= block.end && block.begin <= other.end && other.offset < offset + block.bytes &&
          offset < other.offset + other.bytes) {
        offset = other.offset + other.bytes;
        moved = true;
      }
  }
  return offset;
}

} // namespace

ProgramT NetworkBuilder::finish() {
  auto uses = analyzeDataflow(program);
  EXPECT_TRUE(uses) << uses.error().message;
  auto loops = findLoops(program, *uses);
  EXPECT_TRUE(loops) << loops.error().message;
  std::vector<uint32_t> leader(program.tensors.size());
  std::iota(leader.begin(), leader.end(), 0);
  for (const auto &layer : program.layers)
    if (layer->op.type == Op::Reshape && !program.tensors[layer->operands[0]]->constant)
      leader[layer->result] = leader[layer->operands[0]];
  std::vector<Block> placed;
  for (uint32_t i = 0; i != leader.size(); ++i) {
    if (leader[i] != i || program.tensors[i]->constant)
      continue;
    Block block{0, alignUp(type(i).bytes()), lifetimeOf(i, program, *uses, *loops).begin, 0};
    for (uint32_t j = i; j != leader.size(); ++j)
      if (leader[j] == i)
        block.end = std::max(block.end, lifetimeOf(j, program, *uses, *loops).end);
    block.offset = firstFit(block, placed);
    placed.push_back(block);
    for (uint32_t j = i; j != leader.size(); ++j)
      if (leader[j] == i)
        program.tensors[j]->arena_offset = block.offset;
    program.arena_bytes = std::max(program.arena_bytes, block.offset + block.bytes);
  }
  return program;
}

std::vector<std::byte> NetworkBuilder::bytes() {
  auto bytes = serialize(finish(), constants());
  EXPECT_TRUE(bytes) << bytes.error().message;
  return bytes ? *bytes : std::vector<std::byte>();
}

std::unique_ptr<RequantT> requant(std::vector<int32_t> multipliers, std::vector<uint8_t> shifts, int32_t zeroPoint,
                                  int32_t min, int32_t max) {
  auto result = std::make_unique<RequantT>();
  result->multipliers = std::move(multipliers);
  result->shifts = std::move(shifts);
  result->zero_point = zeroPoint;
  result->clamp_min = min;
  result->clamp_max = max;
  return result;
}

std::unique_ptr<RequantT> stagedRequant(std::vector<int32_t> multipliers, uint8_t accumulatorShift,
                                        uint8_t productShift, uint8_t outputShift, std::vector<int32_t> bias) {
  auto result = requant(std::move(multipliers), {}, 0);
  result->rounding = Rounding::half_away;
  result->stages = std::make_unique<StagesT>();
  result->stages->accumulator_shift = accumulatorShift;
  result->stages->product_shift = productShift;
  result->stages->output_shift = outputShift;
  result->stages->bias = std::move(bias);
  return result;
}

TransposeT transpose(std::vector<int32_t> permutation) {
  TransposeT op;
  op.permutation = std::move(permutation);
  return op;
}

ReshapeT reshape(Shape shape) {
  ReshapeT op;
  op.shape = std::move(shape);
  return op;
}

QuantizeT quantize(float scale, int32_t zeroPoint) {
  QuantizeT op;
  op.scale = scale;
  op.zero_point = zeroPoint;
  op.output = ElementType::i8;
  return op;
}

DequantizeT dequantize(std::vector<double> scales, int32_t axis, int32_t zeroPoint) {
  DequantizeT op;
  op.scales = std::move(scales);
  op.axis = axis;
  op.zero_point = zeroPoint;
  return op;
}

NetworkBuilder joinedNetwork() {
  NetworkBuilder builder;
  uint32_t x = builder.input("x", {ElementType::i8, {2, 3}});
  uint32_t a = builder.layer("turn", transpose({1, 0}), {x});
  program::SliceT rows;
  rows.starts = {1, 0}, rows.steps = {1, 1}, rows.sizes = {2, 2};
  uint32_t b = builder.layer("rows", std::move(rows), {a});
  builder.output("a", a);
  builder.output("b", b);
  builder.output("c", a);
  auto &outputs = builder.program.outputs;
  for (size_t i = 0; i != outputs.size(); ++i) {
    double scale = std::array{0.5, 0.25, 2.0}[i];
    outputs[i]->scales = {scale};
    outputs[i]->host_steps.push_back(hostStep(dequantize({scale}, 0, 0)));
  }
  program::ConcatT join;
  join.axis = 0;
  outputs[1]->host_steps.push_back(hostStep(std::move(join), 2));
  outputs[1]->host_steps.push_back(hostStep(transpose({1, 0})));
  outputs[1]->model_output = "y";
  return builder;
}

NetworkBuilder smallNetwork() {
  NetworkBuilder builder;
  uint32_t x = builder.input("image", {ElementType::f32, {1, 2, 6, 6}}, "NCHW");
  builder.program.inputs[0]->zero_point = 3;
  uint32_t nhwc = builder.layer("to_nhwc", transpose({0, 2, 3, 1}), {x});
  uint32_t q = builder.layer("quantize", quantize(0.5f, 3), {nhwc});
  std::vector<int8_t> weights(4 * 3 * 3 * 2);
  for (size_t i = 0; i != weights.size(); ++i)
    weights[i] = int8_t(i * 37 % 255 - 127);
  uint32_t w = builder.constant("conv.w", {4, 3, 3, 2}, weights);
  uint32_t b = builder.constant<int32_t>("conv.b", {4}, {100, -200, 300, 0});
  ConvT conv;
  conv.strides = {1, 1};
  conv.pads = {1, 1, 1, 1};
  conv.dilations = {1, 1};
  conv.input_zero_point = 3;
  conv.requant = requant({1000, 2000, 3000, 4000}, {18, 19, 20, 21}, -5);
  uint32_t y = builder.layer("conv", std::move(conv), {q, w, b});
  MaxPoolT pool;
  pool.kernel = pool.strides = {2, 2};
  pool.pads = {0, 0, 0, 0};
  pool.dilations = {1, 1};
  uint32_t p = builder.layer("pool", pool, {y});
  uint32_t flat = builder.layer("flatten", reshape({1, 36}), {p});
  std::vector<int8_t> matrix(3 * 36);
  for (size_t i = 0; i != matrix.size(); ++i)
    matrix[i] = int8_t(i * 91 % 255 - 127);
  uint32_t fw = builder.constant("fc.w", {3, 36}, matrix);
  uint32_t fb = builder.constant<int32_t>("fc.b", {3}, {5, -6, 7});
  uint32_t acc = builder.layer("fc", LinearT(), {flat, fw, fb});
  uint32_t real = builder.layer("dequantize", dequantize({0.25, 0.5, 0.125}, 1, 0), {acc});
  builder.output("logits", real, "NC");
  builder.program.outputs[0]->scales = {0.25, 0.5, 0.125};
  builder.program.outputs[0]->axis = 1;
  return builder;
}

} // namespace tare::test
