//===- Generators.cpp - A random valid case of each operator --------------===//
#include "Cases.h"

#include <cmath>

namespace tare::kernels::test {
namespace {

ElementType activation(Random &random) { return random.chance(70) ? ElementType::i8 : ElementType::i16; }
ElementType accumulator(ElementType type) { return type == ElementType::i8 ? ElementType::i32 : ElementType::i64; }
double typical(ElementType type) { return type == ElementType::i8 ? 64 : 16384; }

int32_t zeroPoint(Random &random, ElementType type) {
  int64_t min = type == ElementType::i8 ? -128 : -32768;
  return int32_t(random.chance(20) ? 0 : random.chance(25) ? min : random.integer(min, -min - 1));
}

std::vector<int32_t> list(Random &random, size_t size, int64_t low, int64_t high) {
  std::vector<int32_t> values;
  for (size_t i = 0; i < size; ++i)
    values.push_back(int32_t(random.integer(low, high)));
  return values;
}

/// A channel count: ones, small ones, vector lengths and their neighbours.
int64_t channelCount(Random &random) {
  return random.pick<int64_t>({1, 1, 2, 3, 4, 5, 7, 8, 12, 15, 16, 17, 24, 31, 32, 33, 48, 63, 64, 65, 80, 128});
}

/// The sizes of a convolution: group, channels, kernel, attributes and an input
/// that the kernel fits.
struct ConvSizes {
  int64_t group, groupInputs, groupOutputs;
  std::vector<int32_t> strides, pads, dilations;
  Shape input, weights;
};

ConvSizes convSizes(Random &random) {
  ConvSizes s;
  size_t rank = random.chance(80) ? 2 : 1;
  bool depthwise = random.chance(30), pointwise = random.chance(30);
  s.group = depthwise ? channelCount(random) : random.chance(20) ? random.integer(2, 4) : 1;
  s.groupInputs = depthwise ? 1 : channelCount(random);
  s.groupOutputs = depthwise ? random.pick<int64_t>({1, 1, 1, 2, 3}) : channelCount(random);
  s.strides = list(random, rank, 1, random.chance(50) ? 1 : 3);
  s.dilations = list(random, rank, 1, random.chance(70) ? 1 : 3);
  s.pads = list(random, 2 * rank, 0, random.chance(60) ? 1 : 4);
  s.input = {random.integer(1, 2)};
  s.weights = {s.group * s.groupOutputs};
  for (size_t i = 0; i < rank; ++i) {
    int64_t kernel = pointwise ? 1 : random.integer(1, 4), extent = s.dilations[i] * (kernel - 1) + 1;
    s.weights.push_back(kernel);
    s.input.push_back(random.integer(std::max<int64_t>(1, extent - s.pads[i] - s.pads[i + rank]), extent + 12));
  }
  s.input.push_back(s.group * s.groupInputs);
  s.weights.push_back(s.groupInputs);
  return s;
}

template <typename Parameters> Case convolution(Random &random, Parameters conv, const ConvSizes &s) {
  ElementType type = activation(random);
  conv.strides = s.strides, conv.pads = s.pads, conv.dilations = s.dilations;
  conv.group = int32_t(s.group);
  conv.input_zero_point = zeroPoint(random, type);
  if (random.chance(85)) {
    double products = double(elementCount(s.weights)) / double(s.weights[0]);
    conv.requant = randomLayerRequant(random, s.weights[0], type, typical(type) * 64 * std::sqrt(products));
  }
  Case test;
  test.operands = {randomTensor(random, {type, s.input}), randomTensor(random, {ElementType::i8, s.weights}),
                   randomTensor(random, {accumulator(type), {s.weights[0]}})};
  test.op = makeOp(std::move(conv));
  test.constants = 2;
  return test;
}

Case makeConv(Random &random) { return convolution(random, program::ConvT(), convSizes(random)); }

Case makeConvTranspose(Random &random) {
  ConvSizes s = convSizes(random);
  program::ConvTransposeT conv;
  conv.output_padding = list(random, s.strides.size(), 0, 2);
  // Padding that leaves something of the result.
  for (size_t i = 0, rank = s.strides.size(); i < rank; ++i) {
    int64_t size =
        (s.input[i + 1] - 1) * s.strides[i] + s.dilations[i] * (s.weights[i + 1] - 1) + conv.output_padding[i] + 1;
    s.pads[i] = int32_t(std::min<int64_t>(s.pads[i], (size - 1) / 2));
    s.pads[i + rank] = int32_t(std::min<int64_t>(s.pads[i + rank], (size - 1) / 2));
  }
  return convolution(random, std::move(conv), s);
}

Case makeLinear(Random &random) {
  ElementType type = activation(random);
  int64_t inputs = random.chance(50) ? channelCount(random) : random.integer(1, 700), outputs = channelCount(random);
  program::LinearT linear;
  if (random.chance(85))
    linear.requant = randomLayerRequant(random, outputs, type, typical(type) * 64 * std::sqrt(double(inputs)));
  Shape shape = {random.integer(1, 20), inputs};
  if (random.chance(20))
    shape.insert(shape.begin(), 2);
  Case test;
  test.operands = {randomTensor(random, {type, shape}), randomTensor(random, {ElementType::i8, {outputs, inputs}}),
                   randomTensor(random, {accumulator(type), {outputs}})};
  test.op = makeOp(std::move(linear));
  test.constants = 2;
  return test;
}

Case makeMatMul(Random &random) {
  ElementType type = activation(random);
  int64_t rows = random.integer(1, 20), inner = random.integer(1, 70), columns = channelCount(random);
  program::MatMulT matmul;
  matmul.lhs_zero_point = zeroPoint(random, type);
  matmul.rhs_zero_point = zeroPoint(random, type);
  if (random.chance(80))
    matmul.requant =
        randomLayerRequant(random, columns, type, typical(type) * typical(type) * std::sqrt(double(inner)));
  Shape a = {rows, inner}, b = {inner, columns};
  if (random.chance(60))
    a.insert(a.begin(), random.pick<int64_t>({1, 3}));
  if (random.chance(60))
    b.insert(b.begin(), 3);
  Case test;
  test.operands = {randomTensor(random, {type, a}), randomTensor(random, {type, b})};
  test.op = makeOp(std::move(matmul));
  return test;
}

/// Two shapes that broadcast: equal ones, a channel vector, a scalar, mixed
/// ones.
std::pair<Shape, Shape> broadcastPair(Random &random) {
  Shape full = {random.integer(1, 3), random.integer(1, 6), random.integer(1, 6), channelCount(random)};
  Shape other = full;
  int64_t kind = random.integer(0, 4);
  if (kind == 1)
    other = {full.back()};
  else if (kind == 2)
    other = {};
  else if (kind == 3)
    for (int64_t &dim : other)
      dim = random.chance(50) ? 1 : dim;
  Shape lhs = full;
  if (kind == 3)
    lhs[random.integer(0, 3)] = 1;
  return random.chance(50) ? std::pair(lhs, other) : std::pair(other, lhs);
}

Case makeAdd(Random &random) {
  ElementType type = activation(random);
  auto [a, b] = broadcastPair(random);
  auto grid = randomRequant(random, 1, type, typical(type));
  program::AddT add;
  add.lhs_zero_point = zeroPoint(random, type), add.rhs_zero_point = zeroPoint(random, type);
  add.lhs_multiplier = grid->multipliers[0];
  add.rhs_multiplier = int32_t(random.integer(-int64_t(grid->multipliers[0]), grid->multipliers[0]));
  add.shift = grid->shifts[0];
  add.zero_point = grid->zero_point, add.clamp_min = grid->clamp_min, add.clamp_max = grid->clamp_max;
  add.rounding = grid->rounding;
  Case test;
  test.operands = {randomTensor(random, {type, a}), randomTensor(random, {type, b})};
  test.op = makeOp(std::move(add));
  test.constants = random.chance(20) ? 1 : 0;
  return test;
}

Case makeMul(Random &random) {
  ElementType type = activation(random);
  auto [a, b] = broadcastPair(random);
  int64_t channels = std::max(a.empty() ? 1 : a.back(), b.empty() ? 1 : b.back());
  program::MulT mul;
  mul.lhs_zero_point = zeroPoint(random, type), mul.rhs_zero_point = zeroPoint(random, type);
  mul.requant = randomLayerRequant(random, channels, type, typical(type) * typical(type));
  Case test;
  test.operands = {randomTensor(random, {type, a}), randomTensor(random, {type, b})};
  test.op = makeOp(std::move(mul));
  return test;
}

Shape imageOrVector(Random &random) {
  if (random.chance(30))
    return {random.integer(1, 2), random.integer(1, 20), channelCount(random)};
  return {random.integer(1, 2), random.integer(1, 12), random.integer(1, 12), channelCount(random)};
}

Case makeRescale(Random &random) {
  ElementType type = activation(random);
  Shape shape = imageOrVector(random);
  program::RescaleT rescale;
  rescale.input_zero_point = zeroPoint(random, type);
  ElementType output = activation(random);
  if (output != type || random.chance(50))
    rescale.output = output;
  rescale.requant = randomRequant(random, shape.back(), output, typical(type));
  Case test;
  test.operands = {randomTensor(random, {type, shape})};
  test.op = makeOp(std::move(rescale));
  return test;
}

Case makeLookup(Random &random) {
  ElementType type = activation(random);
  Shape shape = imageOrVector(random), table = {type == ElementType::i8 ? 256 : 513};
  if (random.chance(50))
    table.insert(table.begin(), random.chance(20) ? 1 : shape.back());
  Case test;
  test.operands = {randomTensor(random, {type, shape}), randomTensor(random, {type, table})};
  test.op = makeOp(program::LookupT());
  test.constants = 1;
  return test;
}

/// Kernel, strides, dilations and pads narrower than the kernel, for an input
/// that fits.
template <typename Pool> Case pooling(Random &random, Pool pool, std::vector<int32_t> dilations) {
  ElementType type = activation(random);
  size_t rank = dilations.size();
  pool.kernel = list(random, rank, 1, 4);
  pool.strides = list(random, rank, 1, 3);
  Shape shape = {random.integer(1, 2)};
  for (size_t i = 0; i < 2 * rank; ++i)
    pool.pads.push_back(int32_t(random.integer(0, dilations[i % rank] * (pool.kernel[i % rank] - 1))));
  for (size_t i = 0; i < rank; ++i) {
    int64_t extent = dilations[i] * (pool.kernel[i] - 1) + 1;
    shape.push_back(random.integer(std::max<int64_t>(1, extent - pool.pads[i] - pool.pads[i + rank]), extent + 10));
  }
  shape.push_back(channelCount(random));
  Case test;
  test.operands = {randomTensor(random, {type, shape})};
  test.op = makeOp(std::move(pool));
  return test;
}

Case makeMaxPool(Random &random) {
  program::MaxPoolT pool;
  std::vector<int32_t> dilations = list(random, random.chance(70) ? 2 : 1, 1, 2);
  pool.dilations = dilations;
  return pooling(random, std::move(pool), dilations);
}

Case makeAveragePool(Random &random) {
  program::AveragePoolT pool;
  pool.count_include_pad = random.chance(30);
  Case test = pooling(random, std::move(pool), std::vector<int32_t>(random.chance(70) ? 2 : 1, 1));
  program::AveragePoolT &made = *test.op.AsAveragePool();
  ElementType type = test.operands[0].element();
  int64_t window = 1;
  for (int32_t size : made.kernel)
    window *= size;
  made.input_zero_point = zeroPoint(random, type);
  made.requant = randomRequant(random, window, type, typical(type) * double(window));
  return test;
}

Case makeReduceMean(Random &random) {
  ElementType type = activation(random);
  Shape shape = imageOrVector(random);
  program::ReduceMeanT mean;
  double count = 1;
  bool spatial = random.chance(50);
  for (int32_t d = 0; d < int32_t(shape.size()); ++d)
    if (spatial ? d > 0 && d + 1 < int32_t(shape.size()) : random.chance(50))
      mean.axes.push_back(d), count *= double(shape[d]);
  if (mean.axes.empty())
    mean.axes = {0}, count = double(shape[0]);
  mean.keep_dims = random.chance(50);
  mean.input_zero_point = zeroPoint(random, type);
  mean.requant = randomRequant(random, 1, type, typical(type) * count);
  Case test;
  test.operands = {randomTensor(random, {type, shape})};
  test.op = makeOp(std::move(mean));
  return test;
}

Case makeSoftmax(Random &random) {
  ElementType type = activation(random);
  Shape shape = imageOrVector(random);
  program::SoftmaxT softmax;
  softmax.axis = int32_t(random.chance(60) ? int64_t(shape.size()) - 1 : random.integer(0, int64_t(shape.size()) - 1));
  softmax.requant = randomRequant(random, 1, type, 32768.0 / double(shape[softmax.axis]));
  int64_t size = type == ElementType::i8 ? 256 : random.chance(50) ? 513 : 640;
  Tensor table(ElementType::i32, {size});
  double decay = double(random.integer(1, 100)) / double(size);
  for (int64_t i = 0; i < size; ++i)
    table.mutableAs<int32_t>()[i] = random.chance(2) ? int32_t(random.integer(INT32_MIN, INT32_MAX))
                                                     : int32_t(65535 * std::exp(-decay * double(i)));
  Case test;
  test.operands = {randomTensor(random, {type, shape}), table};
  test.op = makeOp(std::move(softmax));
  test.constants = 1;
  return test;
}

ElementType movable(Random &random) {
  return random.pick<ElementType>(
      {ElementType::i8, ElementType::i8, ElementType::i16, ElementType::i32, ElementType::i64, ElementType::f32});
}

Shape anyShape(Random &random, int64_t leastRank) {
  Shape shape(random.integer(leastRank, 5));
  for (int64_t &dim : shape)
    dim = random.integer(1, 7);
  if (!shape.empty())
    shape.back() = channelCount(random);
  return shape;
}

Case makeConcat(Random &random) {
  ElementType type = movable(random);
  Shape shape = anyShape(random, 1);
  program::ConcatT concat;
  concat.axis = int32_t(random.integer(0, int64_t(shape.size()) - 1));
  Case test;
  for (int64_t i = random.integer(1, 4); i > 0; --i) {
    shape[concat.axis] = random.integer(1, 9);
    test.operands.push_back(randomTensor(random, {type, shape}));
  }
  test.op = makeOp(std::move(concat));
  return test;
}

Case makeSlice(Random &random) {
  Shape shape = anyShape(random, 0);
  program::SliceT slice;
  for (int64_t dim : shape) {
    int64_t first = random.integer(0, dim - 1), last = random.chance(30) ? dim - 1 : random.integer(0, dim - 1);
    int64_t step = random.chance(50) ? 1 : random.integer(1, 3);
    slice.starts.push_back(int32_t(first));
    slice.steps.push_back(int32_t(last < first ? -step : step));
    slice.sizes.push_back(int32_t(std::abs(last - first) / step + 1));
  }
  Case test;
  test.operands = {randomTensor(random, {movable(random), shape})};
  test.op = makeOp(std::move(slice));
  return test;
}

/// Indices of both types, from both ends, one of them or none of whose dimensions.
Case makeGather(Random &random) {
  Shape shape = anyShape(random, 0);
  if (shape.empty())
    shape = {random.integer(1, 9)};
  program::GatherT gather;
  gather.axis = int32_t(random.integer(0, int64_t(shape.size()) - 1));
  const int64_t length = shape[gather.axis];
  Shape chosen;
  while (chosen.size() < 2 && shape.size() + chosen.size() <= 7 && random.chance(70))
    chosen.push_back(random.integer(1, 6));
  Tensor indices(random.chance(50) ? ElementType::i32 : ElementType::i64, chosen);
  for (int64_t i = 0; i < indices.count(); ++i) {
    const int64_t index = random.integer(-length, length - 1);
    if (indices.element() == ElementType::i32)
      indices.mutableAs<int32_t>()[i] = int32_t(index);
    else
      indices.mutableAs<int64_t>()[i] = index;
  }
  Case test;
  test.operands = {randomTensor(random, {movable(random), shape}), indices};
  test.op = makeOp(std::move(gather));
  return test;
}

Case makePad(Random &random) {
  Shape shape = anyShape(random, 0);
  program::PadT pad;
  pad.mode = program::PadMode(random.integer(0, int64_t(program::PadMode::MAX)));
  for (int64_t dim : shape) {
    int64_t most = pad.mode == program::PadMode::reflect ? std::min<int64_t>(dim - 1, 3) : 3;
    pad.low.push_back(int32_t(random.integer(0, most)));
    pad.high.push_back(int32_t(random.integer(0, most)));
  }
  pad.value = int32_t(random.integer(-128, 127));
  Case test;
  test.operands = {randomTensor(random, {movable(random), shape})};
  test.op = makeOp(std::move(pad));
  return test;
}

Case makeReshape(Random &random) {
  Shape shape = anyShape(random, 0);
  program::ReshapeT reshape;
  reshape.shape = {elementCount(shape), 1};
  Case test;
  test.operands = {randomTensor(random, {movable(random), shape})};
  test.op = makeOp(std::move(reshape));
  return test;
}

/// From planes to pixels: the transposition at most networks' input.
Case makePlanes(Random &random) {
  program::TransposeT transpose;
  transpose.permutation = {0, 2, 3, 1};
  Case test;
  test.operands = {randomTensor(random, {ElementType::i8, {2, 3, random.integer(1, 9), random.integer(1, 40)}})};
  test.op = makeOp(std::move(transpose));
  return test;
}

Case makeTranspose(Random &random) {
  if (random.chance(20))
    return makePlanes(random);
  Shape shape = anyShape(random, 0);
  program::TransposeT transpose;
  for (size_t d = 0; d < shape.size(); ++d)
    transpose.permutation.insert(transpose.permutation.begin() + random.integer(0, int64_t(d)), int32_t(d));
  Case test;
  test.operands = {randomTensor(random, {movable(random), shape})};
  test.op = makeOp(std::move(transpose));
  return test;
}

Case makeResize(Random &random) {
  Shape shape = imageOrVector(random);
  program::ResizeT resize;
  resize.mode = random.chance(50) ? program::ResizeMode::nearest : program::ResizeMode::linear;
  for (size_t d = 1; d + 1 < shape.size(); ++d) {
    auto axis = std::make_unique<program::ResizeAxisT>();
    for (int64_t i = random.integer(1, 20); i > 0; --i) {
      axis->lower.push_back(int32_t(random.integer(0, shape[d] - 1)));
      axis->upper.push_back(int32_t(random.integer(0, shape[d] - 1)));
      axis->weight.push_back(uint16_t(random.chance(10) ? 2048 : random.integer(0, 2048)));
    }
    resize.axes.push_back(std::move(axis));
  }
  ElementType element = activation(random);
  if (random.chance(40)) {
    resize.mode = program::ResizeMode::rescaled;
    resize.input_zero_point = zeroPoint(random, element);
    resize.weight_bits = uint8_t(element == ElementType::i16 || random.chance(20) ? 15 : 11);
    resize.fraction_bits = uint8_t(random.integer(0, resize.weight_bits * int64_t(resize.axes.size())));
    resize.requant = randomRequant(random, 1, element, std::ldexp(typical(element), resize.fraction_bits));
  }
  Case test;
  test.operands = {randomTensor(random, {element, shape})};
  test.op = makeOp(std::move(resize));
  return test;
}

Case makeQuantize(Random &random) {
  program::QuantizeT quantize;
  quantize.output = activation(random);
  quantize.scale = float(random.integer(1, 1000)) / (quantize.output == ElementType::i8 ? 500.0f : 100000.0f);
  quantize.zero_point = zeroPoint(random, quantize.output);
  quantize.narrow = quantize.zero_point > -100 && random.chance(30);
  Tensor input = randomTensor(random, {ElementType::f32, imageOrVector(random)});
  for (int64_t i = 0; i < input.count(); ++i) {
    if (random.chance(20)) // Ties.
      input.mutableAs<float>()[i] = (float(random.integer(-140, 140)) + 0.5f) * quantize.scale;
    if (random.chance(1))
      input.mutableAs<float>()[i] = random.pick<float>({NAN, INFINITY, -INFINITY, 3e38f, -3e38f});
  }
  Case test;
  test.operands = {input};
  test.op = makeOp(std::move(quantize));
  return test;
}

Case makeDequantize(Random &random) {
  ElementType type = random.pick<ElementType>({ElementType::i8, ElementType::i16, ElementType::i32, ElementType::i64});
  Shape shape = imageOrVector(random);
  program::DequantizeT dequantize;
  dequantize.axis =
      int32_t(random.chance(60) ? int64_t(shape.size()) - 1 : random.integer(0, int64_t(shape.size()) - 1));
  dequantize.zero_point = zeroPoint(random, type == ElementType::i8 ? type : ElementType::i16);
  for (int64_t c = random.chance(40) ? 1 : shape[dequantize.axis]; c > 0; --c)
    dequantize.scales.push_back(double(random.integer(1, 1000000)) * 1e-7);
  Case test;
  test.operands = {randomTensor(random, {type, shape})};
  test.op = makeOp(std::move(dequantize));
  return test;
}

/// gamma and beta that accumulators of 32 bits hold, or, now and then, do not.
std::pair<Tensor, Tensor> normParameters(Random &random, int64_t count) {
  Tensor gamma(ElementType::i16, {count}), beta(ElementType::i32, {count});
  const int64_t most = random.chance(15) ? INT32_MAX : (int64_t(1) << 30) - 1;
  for (int64_t c = 0; c < count; ++c) {
    gamma.mutableAs<int16_t>()[c] =
        int16_t(random.integer(random.chance(10) ? -32768 : -1000, random.chance(10) ? 32767 : 1000));
    beta.mutableAs<int32_t>()[c] =
        int32_t(random.chance(10) ? random.integer(-most, most) : random.integer(-1000000, 1000000));
  }
  return {gamma, beta};
}

Case makeNormalize(Random &random) {
  ElementType type = activation(random);
  Shape shape = imageOrVector(random);
  const auto rank = int64_t(shape.size());
  program::NormalizeT op;
  for (int64_t axis = 0; axis < rank; ++axis)
    if (random.chance(40))
      op.axes.push_back(int32_t(axis));
  if (op.axes.empty())
    op.axes = {int32_t(random.integer(0, rank - 1))};
  op.axis = int32_t(random.integer(0, rank - 1));
  op.keep_mean = random.chance(30);
  op.offset = random.chance(60) ? random.integer(1, 1000) : int64_t(1) << random.integer(0, 62);
  op.input_zero_point = zeroPoint(random, type);
  op.requant = randomRequant(random, 1, type, random.chance(50) ? 1e6 : 1e9);
  auto [gamma, beta] = normParameters(random, random.chance(30) ? 1 : shape[op.axis]);
  Tensor input = randomTensor(random, {type, shape});
  if (random.chance(10)) // No variance.
    for (int64_t i = 0; i < input.count(); ++i)
      type == ElementType::i8 ? input.mutableAs<int8_t>()[i] = 7 : input.mutableAs<int16_t>()[i] = 7;
  Case test;
  test.operands = {input, gamma, beta};
  test.constants = random.chance(90) ? 2 : 0;
  test.op = makeOp(std::move(op));
  return test;
}

} // namespace

const std::vector<Generator> generators = {{"conv", makeConv},
                                           {"conv_transpose", makeConvTranspose},
                                           {"linear", makeLinear},
                                           {"matmul", makeMatMul},
                                           {"add", makeAdd},
                                           {"mul", makeMul},
                                           {"rescale", makeRescale},
                                           {"lookup", makeLookup},
                                           {"max_pool", makeMaxPool},
                                           {"average_pool", makeAveragePool},
                                           {"reduce_mean", makeReduceMean},
                                           {"softmax", makeSoftmax},
                                           {"concat", makeConcat},
                                           {"slice", makeSlice},
                                           {"pad", makePad},
                                           {"reshape", makeReshape},
                                           {"transpose", makeTranspose},
                                           {"resize", makeResize},
                                           {"quantize", makeQuantize},
                                           {"dequantize", makeDequantize},
                                           {"normalize", makeNormalize},
                                           {"gather", makeGather}};

} // namespace tare::kernels::test
