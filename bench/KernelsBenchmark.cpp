//===- KernelsBenchmark.cpp - Integer kernels by themselves ---------------===//
//
// One thread, operands in cache as far as they fit: what a layer costs without
// the runtime around it. Items are multiply-accumulates for products, elements
// for the others.
//
//===----------------------------------------------------------------------===//
#include "tare/Kernels/Registry.h"

#include <benchmark/benchmark.h>

#include <cmath>
#include <random>

using namespace tare;
using namespace tare::kernels;

namespace {

/// An operator with random operands, and its kernel's memory.
class Layer {
public:
  Layer(program::OpUnion layer, std::vector<TensorType> types, size_t constants) : op(std::move(layer)) {
    std::mt19937 random(1);
    std::vector<Operand> prepared;
    for (const TensorType &type : types) {
      Tensor &operand = operands.emplace_back(type);
      for (size_t i = 0; i < type.bytes(); ++i)
        operand.mutableAs<uint8_t>()[i] = uint8_t(random());
      prepared.push_back({type, operands.size() + constants > types.size() ? operand.data() : nullptr});
    }
    const OpKernel &kernel = *lookup(op.type);
    Result<TensorType> type = kernel.infer(op, types);
    result = Tensor(*type);
    macs = kernel.macs(op, types, *type);
    fast = kernel.prepare(op, prepared, *type);
    scratch = Tensor(ElementType::u8, {int64_t(fast->scratchBytes() + 1)});
  }

  void run() {
    std::vector<ConstTensorView> views;
    for (const Tensor &operand : operands)
      views.push_back(operand.view());
    fast->run(views, result.mutableView(), scratch.mutableAs<std::byte>(), {});
  }
  int64_t items() const { return macs ? macs : result.count(); }
  const TensorType &output() const { return result.type(); }

private:
  program::OpUnion op;
  std::vector<Tensor> operands;
  Tensor result, scratch;
  std::unique_ptr<FastKernel> fast;
  int64_t macs = 0;
};

template <typename Parameters> program::OpUnion makeOp(Parameters parameters) {
  program::OpUnion op;
  op.Set(std::move(parameters));
  return op;
}

std::unique_ptr<program::RequantT> requant(int64_t channels, int bits) {
  auto r = std::make_unique<program::RequantT>();
  r->multipliers.assign(channels, 20000);
  r->shifts.assign(channels, uint8_t(bits));
  r->clamp_min = -128, r->clamp_max = 127;
  return r;
}

void measure(benchmark::State &state, Layer &layer) {
  for (auto _ : state)
    layer.run();
  state.SetItemsProcessed(state.iterations() * layer.items());
}

/// A layer of the benchmark's arguments: height (and width), input channels, output channels, kernel, stride, groups.
Layer makeConv(const benchmark::State &state, std::unique_ptr<program::RequantT> requantization) {
  int64_t size = state.range(0), inputs = state.range(1), outputs = state.range(2), kernel = state.range(3),
          group = state.range(5);
  program::ConvT conv;
  conv.strides.assign(2, int32_t(state.range(4)));
  conv.pads.assign(4, int32_t(kernel / 2));
  conv.dilations = {1, 1};
  conv.group = int32_t(group);
  conv.requant = std::move(requantization);
  return Layer(makeOp(std::move(conv)),
               {{ElementType::i8, {1, size, size, inputs}},
                {ElementType::i8, {outputs, kernel, kernel, inputs / group}},
                {ElementType::i32, {outputs}}},
               2);
}

void conv(benchmark::State &state) {
  Layer layer = makeConv(state, requant(state.range(2), 26));
  measure(state, layer);
}

/// With a function behind the accumulator (A64).
void convWithFunction(benchmark::State &state) {
  auto r = requant(state.range(2), 26);
  r->function = std::make_unique<program::LayerFunctionT>();
  r->function->shifts.assign(state.range(2), 18), r->shifts.clear();
  r->function->fraction_bits = 7, r->function->scale = 0.001;
  for (int i = 0; i < 513; ++i)
    r->function->table.push_back(int16_t(60 * (i - 256)));
  r->function->function = std::make_unique<program::FunctionT>();
  Layer layer = makeConv(state, std::move(r));
  measure(state, layer);
}

/// The same as two layers: a convolution, and a table of 256 entries.
void convThenLookup(benchmark::State &state) {
  Layer layer = makeConv(state, requant(state.range(2), 26));
  Layer table(makeOp(program::LookupT()), {layer.output(), {ElementType::i8, {256}}}, 1);
  for (auto _ : state)
    layer.run(), table.run();
  state.SetItemsProcessed(state.iterations() * layer.items());
}

void linear(benchmark::State &state) {
  int64_t rows = state.range(0), inputs = state.range(1), outputs = state.range(2);
  program::LinearT linear;
  linear.requant = requant(outputs, 26);
  Layer layer(makeOp(std::move(linear)),
              {{ElementType::i8, {rows, inputs}}, {ElementType::i8, {outputs, inputs}}, {ElementType::i32, {outputs}}},
              2);
  measure(state, layer);
}

/// An operator on images of 56 x 56 x 64.
void image(benchmark::State &state, program::OpUnion (*make)(), std::vector<TensorType> others, size_t constants) {
  std::vector<TensorType> types = {{ElementType::i8, {1, 56, 56, 64}}};
  types.insert(types.end(), others.begin(), others.end());
  Layer layer(make(), types, constants);
  measure(state, layer);
}

const TensorType same = {ElementType::i8, {1, 56, 56, 64}}, channels = {ElementType::i8, {64}},
                 byteTable = {ElementType::i8, {256}};

program::OpUnion makeAdd() {
  program::AddT add;
  add.lhs_multiplier = 20000, add.rhs_multiplier = 15000, add.shift = 15;
  add.clamp_min = -128, add.clamp_max = 127;
  return makeOp(std::move(add));
}

program::OpUnion makeMul() {
  program::MulT mul;
  mul.requant = requant(1, 20);
  return makeOp(std::move(mul));
}

program::OpUnion makeRescale() {
  program::RescaleT rescale;
  rescale.requant = requant(1, 14);
  return makeOp(std::move(rescale));
}

program::OpUnion makeLookup() { return makeOp(program::LookupT()); }

program::OpUnion makeMaxPool() {
  program::MaxPoolT pool;
  pool.kernel = {3, 3}, pool.strides = {2, 2}, pool.pads = {1, 1, 1, 1}, pool.dilations = {1, 1};
  return makeOp(std::move(pool));
}

program::OpUnion makeAveragePool() {
  program::AveragePoolT pool;
  pool.kernel = {2, 2}, pool.strides = {2, 2}, pool.pads = {0, 0, 0, 0};
  pool.requant = requant(4, 16);
  return makeOp(std::move(pool));
}

program::OpUnion makeMean() {
  program::ReduceMeanT mean;
  mean.axes = {1, 2};
  mean.requant = requant(1, 24);
  return makeOp(std::move(mean));
}

program::OpUnion makeTranspose() {
  program::TransposeT transpose;
  transpose.permutation = {0, 3, 1, 2};
  return makeOp(std::move(transpose));
}

program::OpUnion makeConcat() {
  program::ConcatT concat;
  concat.axis = 3;
  return makeOp(std::move(concat));
}

program::OpUnion makeResize() {
  program::ResizeT resize;
  resize.mode = program::ResizeMode::linear;
  for (int d = 0; d < 2; ++d) {
    auto axis = std::make_unique<program::ResizeAxisT>();
    for (int i = 0; i < 112; ++i)
      axis->lower.push_back(i / 2), axis->upper.push_back(std::min(i / 2 + 1, 55)),
          axis->weight.push_back(i % 2 * 1024);
    resize.axes.push_back(std::move(axis));
  }
  return makeOp(std::move(resize));
}

program::OpUnion makeDequantize() {
  program::DequantizeT dequantize;
  dequantize.scales = {0.1};
  return makeOp(std::move(dequantize));
}

} // namespace

BENCHMARK(conv)
    ->ArgNames({"size", "in", "out", "kernel", "stride", "group"})
    // ResNet-50's.
    ->Args({224, 3, 64, 7, 2, 1})
    ->Args({56, 64, 64, 1, 1, 1})
    ->Args({56, 64, 64, 3, 1, 1})
    ->Args({56, 64, 256, 1, 1, 1})
    ->Args({56, 256, 64, 1, 1, 1})
    ->Args({28, 128, 128, 3, 1, 1})
    ->Args({28, 512, 128, 1, 1, 1})
    ->Args({14, 256, 256, 3, 1, 1})
    ->Args({14, 1024, 256, 1, 1, 1})
    ->Args({7, 512, 512, 3, 1, 1})
    ->Args({7, 2048, 512, 1, 1, 1})
    ->Args({56, 256, 512, 1, 2, 1})
    // MobileNet's and small ones.
    ->Args({112, 32, 32, 3, 1, 32})
    ->Args({56, 144, 144, 3, 2, 144})
    ->Args({14, 576, 576, 3, 1, 576})
    ->Args({112, 16, 96, 1, 1, 1})
    ->Args({32, 16, 16, 3, 1, 1})
    ->Args({8, 8, 8, 3, 1, 1});
// Of a detector with SiLU.
static void silus(benchmark::internal::Benchmark *bench) {
  bench->ArgNames({"size", "in", "out", "kernel", "stride", "group"})
      ->Args({80, 32, 32, 1, 1, 1})
      ->Args({80, 32, 32, 3, 1, 1})
      ->Args({40, 64, 64, 3, 1, 1})
      ->Args({20, 128, 128, 3, 1, 1})
      ->Args({56, 144, 144, 3, 1, 144});
}
BENCHMARK(convWithFunction)->Apply(silus);
BENCHMARK(convThenLookup)->Apply(silus);
BENCHMARK(linear)->ArgNames({"rows", "in", "out"})->Args({1, 2048, 1000})->Args({32, 512, 512});
BENCHMARK_CAPTURE(image, add, makeAdd, std::vector{same}, 0);
BENCHMARK_CAPTURE(image, mul_channels, makeMul, std::vector{channels}, 0);
BENCHMARK_CAPTURE(image, rescale, makeRescale, std::vector<TensorType>(), 0);
BENCHMARK_CAPTURE(image, lookup, makeLookup, std::vector{byteTable}, 1);
BENCHMARK_CAPTURE(image, max_pool, makeMaxPool, std::vector<TensorType>(), 0);
BENCHMARK_CAPTURE(image, average_pool, makeAveragePool, std::vector<TensorType>(), 0);
BENCHMARK_CAPTURE(image, reduce_mean, makeMean, std::vector<TensorType>(), 0);
BENCHMARK_CAPTURE(image, transpose, makeTranspose, std::vector<TensorType>(), 0);
BENCHMARK_CAPTURE(image, concat, makeConcat, std::vector{same}, 0);
BENCHMARK_CAPTURE(image, resize_linear, makeResize, std::vector<TensorType>(), 0);
BENCHMARK_CAPTURE(image, dequantize, makeDequantize, std::vector<TensorType>(), 0);
