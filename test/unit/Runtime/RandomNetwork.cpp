//===- RandomNetwork.cpp - Programs of random layers ----------------------===//
#include "RandomNetwork.h"

#include "tare/Kernels/Registry.h"
#include "tare/Program/HostLayer.h"

#include <algorithm>
#include <limits>
#include <type_traits>

namespace tare::test {

using namespace program;

namespace {

/// T is the type of all activations: int8_t or int16_t.
template <typename T> class Generator {
public:
  Generator(uint32_t seed, bool hasHost) : rng(seed), hasHost(hasHost) {}

  NetworkBuilder make(size_t layers) {
    values.push_back(addInput());
    for (size_t i = 0; i != layers; ++i) {
      // Late, so that the memory that it takes may have been another's before.
      if (i == layers / 2 && coin())
        values.push_back(addInput());
      values.push_back(addLayer(anyValue()));
    }
    int32_t zeroPoint = pick(-9, 9);
    uint32_t real = layer(dequantize({0.25}, 0, zeroPoint), {values.back()});
    if (coin())
      real = layer(transpose({0, 3, 1, 2}), {real});
    builder.output("real", real);
    builder.program.outputs.back()->zero_point = zeroPoint;
    builder.output("integers", anyValue());
    for (uint32_t index : indices) {
      builder.output("indices" + std::to_string(index), index);
      builder.program.outputs.back()->scales.clear();
    }
    return std::move(builder);
  }

private:
  using Bias = std::conditional_t<sizeof(T) == 1, int32_t, int64_t>;
  static constexpr int64_t min = std::numeric_limits<T>::min();
  static constexpr int64_t max = std::numeric_limits<T>::max();
  static constexpr int64_t tableSize = sizeof(T) == 1 ? 256 : 513;

  int64_t pick(int64_t least, int64_t most) { return least + int64_t(rng() % uint64_t(most - least + 1)); }
  bool coin() { return pick(0, 1) == 0; }
  /// The later, the likelier, so that programs are deep.
  uint32_t anyValue() { return values[values.size() - 1 - pick(0, std::min<size_t>(values.size(), 4) - 1)]; }
  const Shape &shapeOf(uint32_t tensor) { return builder.program.tensors[tensor]->shape; }

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
    auto result = requant(multipliers, shifts, zeroPoint, coin() ? zeroPoint : min, max);
    result->rounding = Rounding(pick(0, int(Rounding::MAX)));
    return result;
  }
  /// The same, of 8 bits sometimes with a function behind the accumulator (A64).
  std::unique_ptr<RequantT> anyLayerRequant(size_t channels) {
    std::unique_ptr<RequantT> result = anyRequant(channels);
    if (min < -128 || pick(0, 2) != 0)
      return result;
    auto function = std::make_unique<LayerFunctionT>();
    for (uint8_t shift : result->shifts)
      function->shifts.push_back(shift - 8);
    result->shifts.clear();
    function->zero_point = pick(-2000, 2000), function->fraction_bits = 7, function->scale = 0.01;
    for (int i = 0; i < 513; ++i)
      function->table.push_back(pick(-20000, 20000));
    function->function = std::make_unique<FunctionT>();
    function->function->kind = FunctionKind::mish;
    result->function = std::move(function);
    return result;
  }
  template <typename Value> uint32_t anyConstant(Shape shape, int64_t least, int64_t most) {
    std::vector<Value> data(elementCount(shape));
    for (Value &value : data)
      value = pick(least, most);
    return builder.constant("constant" + std::to_string(count++), shape, data);
  }
  uint32_t anyBias(int64_t channels) { return anyConstant<Bias>({channels}, -5000, 5000); }

  uint32_t addInput() {
    int64_t h = pick(3, 9), w = pick(3, 9), c = coin() ? pick(1, 5) : pick(6, 70);
    std::string name = "input" + std::to_string(count++);
    QuantizeT cast = quantize(0.5f, pick(-9, 9));
    cast.output = ElementTypeOf<T>::value;
    switch (pick(0, 2)) {
    case 0: // integers
      return builder.input(name, {ElementTypeOf<T>::value, {1, h, w, c}}, "NHWC");
    case 1: // real numbers
      return layer(cast, {builder.input(name, {ElementType::f32, {1, h, w, c}})});
    default: { // real numbers, channels first
      uint32_t x = builder.input(name, {ElementType::f32, {1, c, h, w}});
      return layer(cast, {layer(transpose({0, 2, 3, 1}), {x})});
    }
    }
  }

  uint32_t addLayer(uint32_t x) {
    using Add = uint32_t (Generator::*)(uint32_t);
    constexpr Add kinds[] = {
        &Generator::addConv,      &Generator::addConv,    &Generator::addConvTranspose, &Generator::addLinear,
        &Generator::addAverage,   &Generator::addMaximum, &Generator::addSum,           &Generator::addProduct,
        &Generator::addMatMul,    &Generator::addConcat,  &Generator::addReshape,       &Generator::addTranspose,
        &Generator::addRescale,   &Generator::addSlice,   &Generator::addPad,           &Generator::addResize,
        &Generator::addLookup,    &Generator::addMean,    &Generator::addSoftmax,       &Generator::addLoop,
        &Generator::addNormalize, &Generator::addGather};
    // One in five is the host's.
    bool isHost = hasHost && pick(0, 4) == 0;
    uint32_t result = isHost ? addHost(x) : (this->*kinds[pick(0, std::size(kinds) - 1)])(x);
    // Keeps tensors small: everything beyond is cut off.
    return elementCount(shapeOf(result)) > 30000 ? addSlice(result) : result;
  }

  template <typename Convolution> uint32_t addConvolution(Convolution op, uint32_t x) {
    int64_t inputs = shapeOf(x)[3], outputs = coin() ? inputs : pick(1, 40);
    op.group = inputs == outputs && coin() ? inputs : 1;
    int32_t stride = pick(1, 2);
    op.strides = {stride, stride};
    op.pads = {1, 1, 1, 1};
    op.dilations = {1, 1};
    op.input_zero_point = pick(-128, 127);
    op.requant = anyLayerRequant(outputs);
    uint32_t w = anyConstant<int8_t>({outputs, 3, 3, inputs / op.group}, -127, 127);
    return layer(std::move(op), {x, w, anyBias(outputs)});
  }
  uint32_t addConv(uint32_t x) { return addConvolution(ConvT(), x); }
  uint32_t addConvTranspose(uint32_t x) {
    ConvTransposeT op;
    op.output_padding = {0, 0};
    return addConvolution(std::move(op), x);
  }

  uint32_t addLinear(uint32_t x) {
    int64_t outputs = pick(1, 40);
    LinearT op;
    op.requant = anyLayerRequant(outputs);
    uint32_t w = anyConstant<int8_t>({outputs, shapeOf(x)[3]}, -127, 127);
    return layer(std::move(op), {x, w, anyBias(outputs)});
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

  /// Something that broadcasts with x.
  uint32_t addOther(uint32_t x) {
    switch (pick(0, 2)) {
    case 0:
      return x;
    case 1:
      return addMean(x);
    default:
      return addRescale(x);
    }
  }

  uint32_t addSum(uint32_t x) {
    AddT op;
    op.lhs_multiplier = pick(1, 1000);
    op.rhs_multiplier = pick(-1000, 1000);
    op.shift = 10;
    op.zero_point = pick(-9, 9);
    op.clamp_min = min;
    op.clamp_max = max;
    return layer(op, {x, addOther(x)});
  }

  uint32_t addProduct(uint32_t x) {
    MulT op;
    op.lhs_zero_point = pick(-9, 9);
    op.requant = anyLayerRequant(shapeOf(x)[3]);
    return layer(std::move(op), {x, addOther(x)});
  }

  uint32_t addMatMul(uint32_t x) {
    uint32_t y = layer(transpose({0, 1, 3, 2}), {x});
    MatMulT op;
    op.lhs_zero_point = pick(-9, 9);
    op.rhs_zero_point = pick(-9, 9);
    op.requant = anyLayerRequant(1);
    return layer(std::move(op), {x, y});
  }

  uint32_t addConcat(uint32_t x) {
    ConcatT op;
    op.axis = pick(1, 3);
    return layer(op, {x, addRescale(x), x});
  }

  uint32_t addReshape(uint32_t x) {
    Shape shape = shapeOf(x);
    return layer(reshape({1, shape[1] * shape[2], 1, shape[3]}), {x});
  }

  uint32_t addTranspose(uint32_t x) { return layer(transpose({0, 2, 1, 3}), {x}); }

  uint32_t addRescale(uint32_t x) {
    RescaleT op;
    op.input_zero_point = pick(-9, 9);
    op.requant = anyRequant(shapeOf(x)[3]);
    return layer(std::move(op), {x});
  }

  uint32_t addNormalize(uint32_t x) {
    NormalizeT op;
    op.axes = {pick(0, 1) ? 3 : 1};
    op.axis = pick(0, 3);
    op.keep_mean = pick(0, 3) == 0;
    op.offset = pick(1, 1000);
    op.input_zero_point = pick(-9, 9);
    op.requant = anyRequant(1);
    const int64_t count = shapeOf(x)[op.axis];
    return layer(std::move(op),
                 {x, anyConstant<int16_t>({count}, -1000, 1000), anyConstant<int32_t>({count}, -99999, 99999)});
  }

  uint32_t addGather(uint32_t x) {
    GatherT op;
    op.axis = pick(1, 3);
    const int64_t length = shapeOf(x)[op.axis], chosen = pick(1, 9);
    if (coin())
      return layer(op, {x, anyConstant<int32_t>({chosen}, -length, length - 1)});
    return layer(op, {x, anyConstant<int64_t>({chosen}, -length, length - 1)});
  }

  uint32_t addSlice(uint32_t x) {
    SliceT op;
    for (int64_t size : shapeOf(x)) {
      int64_t kept = std::min<int64_t>(size, pick(1, 20));
      op.sizes.push_back(kept);
      op.starts.push_back(pick(0, size - kept));
      op.steps.push_back(1);
    }
    return layer(op, {x});
  }

  uint32_t addPad(uint32_t x) {
    PadT op;
    op.low = {0, 1, 0, 0};
    op.high = {0, 0, 2, 1};
    op.value = pick(-128, 127);
    op.mode = coin() ? PadMode::constant : PadMode::edge;
    return layer(op, {x});
  }

  uint32_t addResize(uint32_t x) {
    ResizeT op;
    op.mode = coin() ? ResizeMode::nearest : ResizeMode::linear;
    for (size_t i : {1, 2}) {
      auto axis = std::make_unique<ResizeAxisT>();
      for (int64_t n = pick(1, 12); n-- != 0;) {
        axis->lower.push_back(pick(0, shapeOf(x)[i] - 1));
        axis->upper.push_back(pick(0, shapeOf(x)[i] - 1));
        axis->weight.push_back(pick(0, 2048));
      }
      op.axes.push_back(std::move(axis));
    }
    return layer(std::move(op), {x});
  }

  uint32_t addLookup(uint32_t x) {
    Shape shape = coin() ? Shape{tableSize} : Shape{shapeOf(x)[3], tableSize};
    return layer(LookupT(), {x, anyConstant<T>(shape, min, max)});
  }

  uint32_t addMean(uint32_t x) {
    ReduceMeanT op;
    op.axes = coin() ? std::vector<int32_t>{1, 2} : std::vector<int32_t>{3};
    op.input_zero_point = pick(-9, 9);
    op.requant = anyRequant(1);
    return layer(std::move(op), {x});
  }

  uint32_t addSoftmax(uint32_t x) {
    SoftmaxT op;
    op.axis = pick(1, 3);
    op.requant = anyRequant(1);
    return layer(std::move(op), {x, anyConstant<int32_t>({tableSize}, 0, 65535)});
  }

  template <typename Table> std::vector<uint32_t> end(Table table, std::vector<uint32_t> operands, size_t results) {
    OpUnion op;
    op.Set(std::move(table));
    return builder.several("end" + std::to_string(count++), std::move(op), std::move(operands), results);
  }

  /// A loop over rows with two states, one of which becomes the other one's, and a row from around it.
  uint32_t addLoop(uint32_t x) {
    const Shape shape = shapeOf(x), row{1, 1, shape[2], shape[3]};
    const int64_t steps = shape[1];
    SliceT first{};
    first.starts = {0, 0, 0, 0}, first.steps = {1, 1, 1, 1};
    first.sizes.assign(row.begin(), row.end());
    uint32_t rows = layer(reshape({steps, 1, 1, shape[2], shape[3]}), {x}), around = layer(first, {x});
    LoopBeginT begin;
    begin.steps = steps, begin.sequences = 1;
    begin.reversed.assign(coin() ? 1 : 0, true);
    std::vector<uint32_t> in = end(begin, {rows, around, addRescale(around)}, 4);
    AddT sum;
    sum.lhs_multiplier = pick(1, 1000), sum.rhs_multiplier = pick(-1000, 1000), sum.shift = 10;
    sum.clamp_min = min, sum.clamp_max = max;
    uint32_t state = layer(sum, {in[1], in[2]}), other = layer(sum, {addRescale(in[3]), around});
    // All that is carried is read before any of it is written.
    LoopEndT last;
    last.steps = steps, last.carries = 2;
    last.reversed.assign(coin() ? 2 : 0, coin());
    std::vector<uint32_t> out = end(last, {in[0], state, in[2], state, coin() ? other : in[3]}, 4);
    AddT whole = sum;
    return layer(whole, {layer(whole, {layer(reshape(shape), {out[2]}), layer(reshape(shape), {out[3]})}),
                         layer(whole, {out[0], out[1]})});
  }

  std::vector<uint32_t> host(const host::Node &node, std::vector<uint32_t> operands, size_t results = 1) {
    return builder.host("host" + std::to_string(count++), node, std::move(operands), results);
  }

  /// A segment of the host: one op, several results, and bools that choose.
  uint32_t addHost(uint32_t x) {
    uint32_t real = layer(dequantize({0.25}, 0, pick(-9, 9)), {x});
    switch (pick(0, 2)) {
    case 0:
      real = host({"Hardmax", 13, host::Attributes({{"axis", pick(0, 3)}})}, {real}).front();
      break;
    case 1: {
      int64_t axis = pick(1, 3);
      uint32_t most = anyConstant<int64_t>({1}, 1, shapeOf(real)[axis]);
      std::vector<uint32_t> top = host({"TopK", 11, host::Attributes({{"axis", axis}})}, {real, most}, 2);
      indices.push_back(top[1]);
      real = top[0];
      break;
    }
    default: {
      uint32_t limit = anyConstant<float>({1}, -9, 9);
      uint32_t isAbove = host({"Greater", 13}, {real, limit}).front();
      real = host({"Where", 16}, {isAbove, real, limit}).front();
    }
    }
    QuantizeT cast = quantize(0.5f, pick(-9, 9));
    cast.output = ElementTypeOf<T>::value;
    return layer(cast, {real});
  }

  std::mt19937 rng;
  bool hasHost;
  NetworkBuilder builder;
  std::vector<uint32_t> values, indices;
  size_t count = 0;
};

} // namespace

NetworkBuilder randomNetwork(uint32_t seed, size_t layers, bool hasHost) {
  return seed % 3 == 2 ? Generator<int16_t>(seed, hasHost).make(layers) : Generator<int8_t>(seed, hasHost).make(layers);
}

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

static void runHost(const Model &model, const LayerT &layer, const HostT &host,
                    std::span<const ConstTensorView> operands, std::vector<std::vector<std::byte>> &values) {
  HostNode node = *decodeHost(host, operands.size());
  std::vector<tare::Tensor> given, made;
  for (const ConstTensorView &operand : operands)
    given.emplace_back(operand.type, nullptr, operand.data);
  for (uint32_t result : resultsOf(layer)) {
    values[result].resize(model.type(result).bytes());
    made.emplace_back(model.type(result), nullptr, values[result].data());
  }
  std::vector<const tare::Tensor *> pointers;
  for (int64_t number : node.operands)
    pointers.push_back(number < 0 ? nullptr : &given[number]);
  (void)host::run(node.node, pointers, made);
}

namespace {

/// Layers one after the other, by their reference kernels; loops as (A70) says, step by step.
class ReferenceRun {
public:
  explicit ReferenceRun(const Model &model) : model(model), values(model.program().tensors.size()) {}

  void run(size_t begin, size_t end) {
    for (size_t i = begin; i != end; ++i)
      if (layer(i).op.type == Op::LoopBegin)
        i = runLoop(i);
      else
        runLayer(layer(i));
  }

private:
  const LayerT &layer(size_t i) const { return *model.program().layers[i]; }

  ConstTensorView view(uint32_t tensor) const {
    const void *constant = model.constant(tensor);
    return {model.type(tensor), constant ? constant : values[tensor].data()};
  }
  std::vector<std::byte> bytesOf(uint32_t tensor) const {
    ConstTensorView from = view(tensor);
    const auto *bytes = static_cast<const std::byte *>(from.data);
    return {bytes, bytes + from.type.bytes()};
  }

  void runLayer(const LayerT &layer) {
    std::vector<ConstTensorView> operands;
    for (uint32_t operand : layer.operands)
      operands.push_back(view(operand));
    if (const HostT *host = layer.op.AsHost())
      return runHost(model, layer, *host, operands, values);
    values[layer.result].resize(model.type(layer.result).bytes());
    kernels::lookup(layer.op.type)
        ->reference(layer.op, operands, {model.type(layer.result), values[layer.result].data()});
  }

  static size_t place(const std::vector<bool> &reversed, size_t sequence, int64_t step, int64_t steps) {
    return sequence < reversed.size() && reversed[sequence] ? steps - 1 - step : step;
  }

  /// (A70) The layer that ends the loop.
  size_t runLoop(size_t first) {
    const LayerT &begin = layer(first);
    size_t last = first;
    while (layer(last).op.type != Op::LoopEnd || layer(last).operands[0] != begin.result)
      ++last;
    const LayerT &end = layer(last);
    const LoopBeginT &in = *begin.op.AsLoopBegin();
    const LoopEndT &out = *end.op.AsLoopEnd();
    const std::vector<uint32_t> begun = resultsOf(begin), given = resultsOf(end);
    std::vector<std::vector<std::byte>> states, sequences(given.size() - out.carries);
    for (size_t i = in.sequences; i != begin.operands.size(); ++i)
      states.push_back(bytesOf(begin.operands[i]));
    for (int64_t step = 0; step != in.steps; ++step) {
      const auto *number = reinterpret_cast<const std::byte *>(&step);
      values[begun[0]].assign(number, number + sizeof(step));
      for (size_t i = 0; i != in.sequences; ++i) {
        std::vector<std::byte> all = bytesOf(begin.operands[i]);
        const size_t size = all.size() / in.steps, at = place(in.reversed, i, step, in.steps) * size;
        values[begun[1 + i]].assign(all.begin() + at, all.begin() + at + size);
      }
      for (size_t i = 0; i != states.size(); ++i)
        values[begun[1 + in.sequences + i]] = states[i];
      run(first + 1, last);
      for (size_t i = 0; i != states.size(); ++i)
        states[i] = bytesOf(end.operands[1 + i]);
      for (size_t i = 0; i != sequences.size(); ++i) {
        std::vector<std::byte> element = bytesOf(end.operands[1 + out.carries + i]);
        sequences[i].resize(element.size() * in.steps);
        std::copy(element.begin(), element.end(),
                  sequences[i].begin() + place(out.reversed, i, step, in.steps) * element.size());
      }
    }
    for (size_t i = 0; i != given.size(); ++i)
      values[given[i]] = i < states.size() ? states[i] : sequences[i - states.size()];
    return last;
  }

public:
  const Model &model;
  std::vector<std::vector<std::byte>> values;
};

} // namespace

std::vector<std::vector<std::byte>> runReference(const Model &model,
                                                 const std::vector<std::vector<std::byte>> &inputs) {
  ReferenceRun run(model);
  for (size_t i = 0; i != inputs.size(); ++i)
    run.values[model.program().inputs[i]->tensor] = inputs[i];
  run.run(0, model.program().layers.size());
  return std::move(run.values);
}

} // namespace tare::test
