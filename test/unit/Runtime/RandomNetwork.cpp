//===- RandomNetwork.cpp - Programs of random layers ----------------------===//
#include "RandomNetwork.h"

#include "tare/Kernels/Registry.h"

namespace tare::test {

using namespace program;

namespace {

class Generator {
public:
  explicit Generator(uint32_t seed) : rng(seed) {}

  NetworkBuilder make(size_t layers) {
    values.push_back(addInput());
    for (size_t i = 0; i != layers; ++i) {
      // Late, so that the memory that it takes may have been another's before.
      if (i == layers / 2 && coin())
        values.push_back(addInput());
      values.push_back(addLayer());
    }
    int32_t zeroPoint = pick(-9, 9);
    uint32_t real = layer(dequantize({0.25}, 0, zeroPoint), {values.back()});
    if (coin())
      real = layer(transpose({0, 3, 1, 2}), {real});
    builder.output("real", real);
    builder.program.outputs.back()->zero_point = zeroPoint;
    builder.output("integers", anyValue());
    return std::move(builder);
  }

private:
  int64_t pick(int64_t min, int64_t max) { return min + int64_t(rng() % uint64_t(max - min + 1)); }
  bool coin() { return pick(0, 1) == 0; }
  /// The later, the likelier, so that programs are deep.
  uint32_t anyValue() {
    size_t window = std::min<size_t>(values.size(), 4);
    return values[values.size() - 1 - pick(0, window - 1)];
  }
  template <typename Parameters> uint32_t layer(Parameters parameters, std::vector<uint32_t> operands) {
    return builder.layer("layer" + std::to_string(count++), std::move(parameters), std::move(operands));
  }
  std::unique_ptr<RequantT> anyRequant(size_t channels) {
    std::vector<int32_t> multipliers(coin() ? 1 : channels);
    std::vector<uint8_t> shifts(multipliers.size());
    for (auto &multiplier : multipliers)
      multiplier = pick(1 << 14, 1 << 15);
    for (auto &shift : shifts)
      shift = pick(17, 24);
    int32_t zeroPoint = pick(-128, 127);
    return requant(multipliers, shifts, zeroPoint, coin() ? zeroPoint : -128);
  }
  template <typename T> uint32_t anyConstant(Shape shape, int64_t min, int64_t max) {
    std::vector<T> data(elementCount(shape));
    for (T &value : data)
      value = pick(min, max);
    return builder.constant("constant" + std::to_string(count++), shape, data);
  }

  uint32_t addInput() {
    int64_t h = pick(3, 9), w = pick(3, 9), c = pick(1, 5);
    std::string name = "input" + std::to_string(count++);
    switch (pick(0, 2)) {
    case 0: // integers
      return builder.input(name, {ElementType::i8, {1, h, w, c}}, "NHWC");
    case 1: { // real numbers
      uint32_t x = builder.input(name, {ElementType::f32, {1, h, w, c}});
      return layer(quantize(0.5f, pick(-9, 9)), {x});
    }
    default: { // real numbers, channels first
      uint32_t x = builder.input(name, {ElementType::f32, {1, c, h, w}});
      return layer(quantize(0.5f, pick(-9, 9)), {layer(transpose({0, 2, 3, 1}), {x})});
    }
    }
  }

  uint32_t addLayer() {
    switch (pick(0, 8)) {
    case 0:
    case 1:
      return addConv(anyValue());
    case 2:
      return addAverage(anyValue());
    case 3:
      return addMaximum(anyValue());
    case 4:
      return addSum(anyValue());
    case 5:
      return layer(transpose({0, 2, 1, 3}), {anyValue()});
    case 6:
      return addConcat(anyValue());
    case 7:
      return addReshape(anyValue());
    default:
      return addRescale(anyValue());
    }
  }

  uint32_t addConv(uint32_t x) {
    int64_t inputs = builder.type(x).shape[3];
    bool depthwise = coin();
    int64_t outputs = depthwise ? inputs : pick(1, 8);
    ConvT op;
    int32_t stride = pick(1, 2);
    op.strides = {stride, stride};
    op.pads = {1, 1, 1, 1};
    op.dilations = {1, 1};
    op.group = depthwise ? inputs : 1;
    op.input_zero_point = pick(-128, 127);
    op.requant = anyRequant(outputs);
    uint32_t w = anyConstant<int8_t>({outputs, 3, 3, depthwise ? 1 : inputs}, -127, 127);
    uint32_t b = anyConstant<int32_t>({outputs}, -5000, 5000);
    return layer(std::move(op), {x, w, b});
  }

  uint32_t addAverage(uint32_t x) {
    AveragePoolT op;
    op.kernel = {3, 3};
    op.strides = {1, 1};
    op.pads = {1, 1, 1, 1};
    op.count_include_pad = coin();
    op.input_zero_point = pick(-9, 9);
    op.requant = anyRequant(9);
    return layer(std::move(op), {x});
  }

  uint32_t addMaximum(uint32_t x) {
    MaxPoolT op;
    op.kernel = {2, 2};
    op.strides = {1, 1};
    op.pads = {0, 0, 1, 1};
    op.dilations = {1, 1};
    return layer(op, {x});
  }

  uint32_t addSum(uint32_t x) {
    AddT op;
    op.lhs_multiplier = pick(1, 1000);
    op.rhs_multiplier = pick(-1000, 1000);
    op.shift = 10;
    op.zero_point = pick(-9, 9);
    op.clamp_min = -128;
    op.clamp_max = 127;
    return layer(op, {x, coin() ? x : addRescale(x)});
  }

  uint32_t addConcat(uint32_t x) {
    ConcatT op;
    op.axis = 1;
    if (builder.type(x).shape[1] > 20)
      return addRescale(x);
    return layer(op, {x, addRescale(x), x});
  }

  uint32_t addReshape(uint32_t x) {
    Shape shape = builder.type(x).shape;
    return layer(reshape({1, shape[1] * shape[2], 1, shape[3]}), {x});
  }

  uint32_t addRescale(uint32_t x) {
    RescaleT op;
    op.input_zero_point = pick(-9, 9);
    op.requant = anyRequant(builder.type(x).shape[3]);
    return layer(std::move(op), {x});
  }

  std::mt19937 rng;
  NetworkBuilder builder;
  std::vector<uint32_t> values;
  size_t count = 0;
};

} // namespace

NetworkBuilder randomNetwork(uint32_t seed, size_t layers) { return Generator(seed).make(layers); }

std::vector<std::byte> randomValue(const TensorType &type, std::mt19937 &rng) {
  std::vector<std::byte> bytes(type.bytes());
  if (type.element == ElementType::f32) {
    auto *values = reinterpret_cast<float *>(bytes.data());
    for (int64_t i = 0; i != type.count(); ++i)
      values[i] = float(int64_t(rng() % 2000) - 1000) / 16;
    return bytes;
  }
  for (std::byte &byte : bytes)
    byte = std::byte(rng());
  return bytes;
}

std::vector<std::vector<std::byte>> runReference(const Model &model,
                                                 const std::vector<std::vector<std::byte>> &inputs) {
  const ProgramT &program = model.program();
  std::vector<std::vector<std::byte>> values(program.tensors.size());
  auto view = [&](uint32_t tensor) -> ConstTensorView {
    const void *constant = model.constant(tensor);
    return {model.type(tensor), constant ? constant : values[tensor].data()};
  };
  for (size_t i = 0; i != inputs.size(); ++i)
    values[program.inputs[i]->tensor] = inputs[i];
  for (const auto &layer : program.layers) {
    std::vector<ConstTensorView> operands;
    for (uint32_t operand : layer->operands)
      operands.push_back(view(operand));
    values[layer->result].resize(model.type(layer->result).bytes());
    kernels::lookup(layer->op.type)
        ->reference(layer->op, operands, {model.type(layer->result), values[layer->result].data()});
  }
  return values;
}

} // namespace tare::test
