//===- InputProductsTest.cpp - What layers read, in pairs -----------------===//
//
// Whatever weights a layer has, w^T X^T X w is the sum of the squares of its
// results: so a layer that the evaluator runs tells whether its products are right.
//
//===----------------------------------------------------------------------===//
#include "tare/Calibration/InputProducts.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Quant/IR/Quant.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Parser/Parser.h"
#include "tare/Dialect/Qnn/QnnDialect.h"
#include "tare/Evaluator/Evaluator.h"
#include "llvm/Support/FormatVariadic.h"

#include <gtest/gtest.h>

#include <mutex>
#include <random>

using namespace mlir;
using namespace tare;
using namespace tare::calibration;

namespace {

/// The given samples, in the order of `order`.
class GivenSamples : public SampleSource {
public:
  GivenSamples(const std::vector<Tensor> &samples, std::vector<size_t> order)
      : samples(samples), order(std::move(order)) {}

  int64_t sampleCount() const final { return int64_t(order.size()); }
  Result<std::optional<Sample>> next() final {
    std::lock_guard lock(mutex);
    if (at == order.size())
      return std::optional<Sample>();
    const size_t index = order[at++];
    Sample sample;
    sample.index = index;
    sample.inputs = {samples[index]};
    return std::optional<Sample>(std::move(sample));
  }

private:
  const std::vector<Tensor> &samples;
  const std::vector<size_t> order;
  size_t at = 0;
  std::mutex mutex;
};

/// A layer on a grid of steps of 1: text of the types, of the op and its attributes.
struct Layer {
  std::string input, weight, result, op, attributes;
  int64_t channels, groups;
};

OwningOpRef<ModuleOp> moduleOf(MLIRContext &context, const Layer &layer, StringRef grid) {
  const std::string text = llvm::formatv(R"mlir(
func.func @main(%x: tensor<{0}xf32> {{qnn.name = "x"}) -> tensor<{2}xf32> {{
  %q = quant.qcast %x : tensor<{0}xf32> to tensor<{0}x{5}>
  %d = quant.dcast %q : tensor<{0}x{5}> to tensor<{0}xf32>
  %w = qnn.constant dense<1.0> : tensor<{1}xf32> as tensor<{1}xf32>
  %y = qnn.{3} %d, %w {4} : (tensor<{0}xf32>, tensor<{1}xf32>) -> tensor<{2}xf32> loc("layer"("y"))
  return %y : tensor<{2}xf32>
})mlir",
                                         layer.input, layer.weight, layer.result, layer.op, layer.attributes, grid);
  return parseSourceString<ModuleOp>(text, &context);
}

std::vector<Tensor> randomSamples(const Tensor &like, size_t count, int reach) {
  std::mt19937 engine(5);
  std::uniform_int_distribution<int> number(-reach, reach);
  std::vector<Tensor> samples;
  for (size_t i = 0; i < count; ++i) {
    Tensor sample(ElementType::f32, like.shape());
    for (int64_t e = 0; e < sample.count(); ++e)
      sample.mutableAs<float>()[e] = float(number(engine));
    samples.push_back(std::move(sample));
  }
  return samples;
}

class InputProductsTest : public ::testing::Test {
protected:
  InputProductsTest() { context.loadDialect<func::FuncDialect, quant::QuantDialect, qnn::QnnDialect>(); }

  qnn::InputProducts measure(ModuleOp module, const std::vector<Tensor> &samples, std::vector<size_t> order,
                             size_t threads) {
    GivenSamples source(samples, std::move(order));
    ProductOptions options;
    options.isWanted = [](qnn::AccumulatorOpInterface) { return true; };
    options.threads = threads;
    Result<MeasuredProducts> measured = measureInputProducts(module, source, options);
    EXPECT_TRUE(bool(measured));
    return std::move(measured->products["layer"]);
  }

  void check(const Layer &layer, StringRef grid = "!quant.uniform<i8:f32, 1.0>", int reach = 100) {
    OwningOpRef<ModuleOp> module = moduleOf(context, layer, grid);
    ASSERT_TRUE(bool(module));
    FailureOr<Evaluator> evaluator = Evaluator::create(*module);
    ASSERT_TRUE(succeeded(evaluator));
    const std::vector<Tensor> samples = randomSamples(Tensor(evaluator->inputs()[0].type), 3, reach);
    const qnn::InputProducts products = measure(*module, samples, {0, 1, 2}, 1);
    EXPECT_EQ(products.groups, layer.groups);
    ASSERT_EQ(products.sums.size(), size_t(products.groups * products.weights * products.weights));
    // All weights are 1, so the sum of a group's products is that of the squares of one of its channels.
    std::vector<double> squares(size_t(layer.groups));
    for (const Tensor &sample : samples) {
      const Tensor y = evaluator->run({sample})[0];
      const int64_t axis = layer.op == "linear" ? int64_t(y.shape().size()) - 1 : 1;
      int64_t inner = 1;
      for (size_t a = size_t(axis) + 1; a < y.shape().size(); ++a)
        inner *= y.shape()[a];
      for (int64_t e = 0; e < y.count(); ++e)
        if (const int64_t channel = e / inner % layer.channels; channel % (layer.channels / layer.groups) == 0)
          squares[size_t(channel / (layer.channels / layer.groups))] +=
              double(y.as<float>()[e]) * double(y.as<float>()[e]);
    }
    const size_t each = size_t(products.weights * products.weights);
    for (size_t g = 0; g < squares.size(); ++g) {
      double sum = 0;
      for (size_t i = 0; i < each; ++i)
        sum += products.sums[g * each + i];
      EXPECT_DOUBLE_EQ(sum, squares[g]);
    }
    // Exact sums know no order and no threads.
    EXPECT_EQ(measure(*module, samples, {2, 0, 1}, 3).sums, products.sums);
  }

  MLIRContext context;
};

TEST_F(InputProductsTest, Linear) { check({"4x5", "3x5", "4x3", "linear", "", 3, 1}); }

TEST_F(InputProductsTest, Rows) { check({"2x3x6", "2x6", "2x3x2", "linear", "", 2, 1}); }

TEST_F(InputProductsTest, Convolution) {
  check({"1x3x7x6", "4x3x3x2", "1x4x4x3", "conv", "{pads = array<i64: 1, 0, 1, 1>, strides = array<i64: 2, 2>}", 4, 1});
}

TEST_F(InputProductsTest, Groups) { check({"2x4x5x5", "6x2x3x3", "2x6x3x3", "conv", "{group = 2 : i64}", 6, 2}); }

TEST_F(InputProductsTest, Depthwise) {
  check({"1x3x6x6", "3x1x3x3", "1x3x6x6", "conv", "{group = 3 : i64, pads = array<i64: 1, 1, 1, 1>}", 3, 3});
}

TEST_F(InputProductsTest, DilatedLine) {
  check({"1x2x12", "3x2x3", "1x3x8", "conv", "{dilations = array<i64: 3>, pads = array<i64: 1, 1>}", 3, 1});
}

TEST_F(InputProductsTest, Transposed) {
  check({"1x2x3x4", "3x2x3x3", "1x3x6x8", "conv_transpose",
         "{strides = array<i64: 2, 2>, pads = array<i64: 1, 1, 1, 1>, output_padding = array<i64: 1, 1>}", 3, 1});
}

TEST_F(InputProductsTest, WideIntegers) {
  check({"4x5", "3x5", "4x3", "linear", "", 3, 1}, "!quant.uniform<i16:f32, 1.0>", 9000);
}

// Of more places than are looked at a part, each once.
TEST_F(InputProductsTest, ManyPlaces) {
  const Layer layer{"1x1x40x40", "1x1x1x1", "1x1x40x40", "conv", "", 1, 1};
  OwningOpRef<ModuleOp> module = moduleOf(context, layer, "!quant.uniform<i8:f32, 1.0>");
  std::vector<Tensor> samples{Tensor(ElementType::f32, {1, 1, 40, 40})};
  for (int64_t e = 0; e < samples[0].count(); ++e)
    samples[0].mutableAs<float>()[e] = 1;
  EXPECT_EQ(measure(*module, samples, {0}, 1).sums, std::vector<double>{256});
}

TEST_F(InputProductsTest, TheLargestAreLeftOut) {
  OwningOpRef<ModuleOp> module =
      moduleOf(context, {"4x5", "3x5", "4x3", "linear", "", 3, 1}, "!quant.uniform<i8:f32, 1.0>");
  const std::vector<Tensor> samples{Tensor(ElementType::f32, {4, 5})};
  GivenSamples source(samples, {0});
  ProductOptions options;
  options.isWanted = [](qnn::AccumulatorOpInterface) { return true; };
  options.maxBytes = 5 * 5 * sizeof(double) - 1;
  Result<MeasuredProducts> measured = measureInputProducts(*module, source, options);
  ASSERT_TRUE(bool(measured));
  EXPECT_TRUE(measured->products.empty());
  EXPECT_EQ(measured->tooLarge, std::vector<std::string>{"layer"});
}

} // namespace
