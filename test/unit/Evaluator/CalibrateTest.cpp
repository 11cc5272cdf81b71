//===- CalibrateTest.cpp - Ranges of a graph's values ---------------------===//
#include "tare/Calibration/Calibrate.h"
#include "Modules.h"

#include <gtest/gtest.h>
#include <set>

#include <cmath>
#include <mutex>

using namespace tare;
using namespace tare::calibration;

namespace {

/// Samples given in an order of their own.
class ListedSamples : public SampleSource {
public:
  explicit ListedSamples(std::vector<Tensor> samples) : samples(std::move(samples)) {}
  int64_t sampleCount() const override { return samples.size(); }
  Result<std::optional<Sample>> next() override {
    std::lock_guard lock(mutex);
    if (position == samples.size())
      return std::optional<Sample>();
    int64_t index = position++;
    return std::optional<Sample>(Sample{index, {samples[index]}});
  }

private:
  std::mutex mutex;
  std::vector<Tensor> samples;
  size_t position = 0;
};

constexpr char graph[] = R"(func.func @main(%x: tensor<4xf32> {qnn.name = "x"}) -> tensor<2x2xf32> {
    %c = qnn.constant dense<2.0> : tensor<4xf32> as tensor<4xf32> loc("c")
    %0 = qnn.mul %x, %c : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32> loc("mul"("doubled"))
    %1 = qnn.clip %0 {interval = #qnn.clamp<0.0, 0.0>} : (tensor<4xf32>) -> tensor<4xf32> loc("clip"("nothing"))
    %2 = qnn.reshape %0 {shape = array<i64: 2, 2>} : (tensor<4xf32>) -> tensor<2x2xf32> loc("reshape"("square"))
    return %2 : tensor<2x2xf32> })";

std::vector<Tensor> randomTensors(size_t count) {
  std::vector<Tensor> tensors;
  auto source = randomSamples({{"x", {ElementType::f32, {4}}}}, count);
  for (size_t i = 0; i < count; ++i)
    tensors.push_back((*source->next())->inputs[0]);
  return tensors;
}

template <typename T> std::set<T> drawn(ElementType element, IntegerRange range) {
  auto source = randomSamples({{"x", {ElementType::f32, {2}}}, {"ids", {element, {40}}}}, 20, {std::nullopt, range});
  std::set<T> numbers;
  while (std::optional<Sample> sample = *source->next())
    numbers.insert(sample->inputs[1].as<T>(), sample->inputs[1].as<T>() + sample->inputs[1].count());
  return numbers;
}

TEST(RandomSamples, IntegersComeFromAllOfTheirRange) {
  EXPECT_EQ(drawn<int64_t>(ElementType::i64, {-2, 2}), (std::set<int64_t>{-2, -1, 0, 1, 2}));
  EXPECT_EQ(drawn<int32_t>(ElementType::i32, {5, 7}), (std::set<int32_t>{5, 6, 7}));
  EXPECT_EQ(drawn<uint8_t>(ElementType::u8, {254, 255}), (std::set<uint8_t>{254, 255}));
  EXPECT_EQ(drawn<int8_t>(ElementType::i8, {-128, -127}), (std::set<int8_t>{-128, -127}));
  EXPECT_EQ(drawn<bool>(ElementType::boolean, {0, 1}), (std::set<bool>{false, true}));
  EXPECT_EQ(drawn<int64_t>(ElementType::i64, {3, 3}), (std::set<int64_t>{3}));
}

class CalibrateTest : public testing::Test {
protected:
  Result<Ranges> ranges(std::vector<Tensor> samples, size_t threads = 1, Method method = Method::minMax) {
    ListedSamples source(std::move(samples));
    CalibrationOptions options;
    options.search.method = method;
    options.threads = threads;
    return calibrate(*module, source, options);
  }

  std::unique_ptr<mlir::MLIRContext> context = makeContext();
  mlir::OwningOpRef<mlir::ModuleOp> module = parse(*context, graph);
};

TEST_F(CalibrateTest, LabelsEveryValue) {
  Result<Ranges> found = ranges({makeTensor<float>({4}, {-1, 0, 1, 3})});
  ASSERT_TRUE(bool(found));
  EXPECT_EQ(found->samples, 1);
  ASSERT_EQ(found->values.size(), 5u);
  EXPECT_EQ(found->values["x"].label, "calibrated");
  EXPECT_EQ(found->values["x"].min, -1);
  EXPECT_EQ(found->values["doubled"].max, 6);
  EXPECT_EQ(found->values["square"].label, "inherited");
  EXPECT_EQ(found->values["square"].min, -2);
  EXPECT_EQ(found->values["nothing"].label, "dead");
  EXPECT_EQ(found->values["c"].label, "constant");
  EXPECT_EQ(found->values["c"].seenMin, 2);
  EXPECT_EQ(found->values["c"].min, 0);
}

TEST_F(CalibrateTest, SeesNaN) {
  Result<Ranges> found = ranges({makeTensor<float>({4}, {-1, NAN, 1, 3})});
  ASSERT_TRUE(bool(found));
  EXPECT_EQ(found->values["doubled"].label, "nan");
  EXPECT_EQ(found->values["doubled"].nonFinite, 1u);
}

/// The lowest number of those with NaN, whoever comes by it, in every value; one in the first sample counts, too.
TEST_F(CalibrateTest, TellsTheFirstSampleWithNaN) {
  for (size_t threads : {1, 3})
    for (int64_t first : {0, 2}) {
      std::vector<Tensor> samples = randomTensors(9);
      for (int64_t sample : {first, int64_t(5), int64_t(8)})
        samples[sample] = makeTensor<float>({4}, {1, 2, NAN, INFINITY});
      Result<Ranges> found = ranges(samples, threads);
      ASSERT_TRUE(bool(found));
      for (const char *name : {"x", "doubled"}) {
        EXPECT_EQ(found->values[name].nonFiniteSample, first) << name;
        EXPECT_EQ(found->values[name].nonFinite, 6u) << name;
      }
    }
}

/// What was seen, and what is chosen of it, of each value, the last one as well, on any number of threads.
TEST_F(CalibrateTest, SeesTheEndsOfEveryValue) {
  mlir::OwningOpRef<mlir::ModuleOp> chain =
      parse(*context, R"(func.func @main(%x: tensor<2xf32> {qnn.name = "x"}) -> tensor<2xf32> {
    %0 = qnn.relu %x : (tensor<2xf32>) -> tensor<2xf32> loc("relu"("positive"))
    %1 = qnn.sqrt %0 : (tensor<2xf32>) -> tensor<2xf32> loc("sqrt"("root"))
    return %1 : tensor<2xf32> })");
  for (size_t threads : {1, 2, 5})
    for (Method method : {Method::minMax, Method::percentile}) {
      ListedSamples source({makeTensor<float>({2}, {-8, 4}), makeTensor<float>({2}, {1, 2.25}),
                            makeTensor<float>({2}, {9, 0.25}), makeTensor<float>({2}, {3, 3})});
      CalibrationOptions options;
      options.search.method = method;
      options.threads = threads;
      Result<Ranges> found = calibrate(*chain, source, options);
      ASSERT_TRUE(bool(found));
      auto seen = [&](const char *name) { return std::pair(found->values[name].seenMin, found->values[name].seenMax); };
      EXPECT_EQ(seen("x"), std::pair(-8.0, 9.0));
      EXPECT_EQ(seen("positive"), std::pair(0.0, 9.0));
      EXPECT_EQ(seen("root"), std::pair(0.0, 3.0));
      EXPECT_EQ(found->samples, 4);
      EXPECT_TRUE(found->measured);
      if (method == Method::minMax) {
        EXPECT_EQ(found->values["root"].min, 0.0);
        EXPECT_EQ(found->values["root"].max, 3.0);
        EXPECT_EQ(found->values["x"].min, -8.0);
      }
    }
}

/// A softmax along the axis in the middle, some of whose elements are masked. Rows are (n, k): the largest of each are
/// 5, 3, 8 and 7. A row that is masked as a whole, and one with NaN, say nothing.
TEST_F(CalibrateTest, TellsTheLeastMaximumOfMaskedRows) {
  mlir::OwningOpRef<mlir::ModuleOp> softmax =
      parse(*context, R"(func.func @main(%x: tensor<2x3x2xf32> {qnn.name = "x"}) -> tensor<2x3x2xf32> {
    %0 = qnn.softmax %x {axis = 1 : i64} : (tensor<2x3x2xf32>) -> tensor<2x3x2xf32> loc("softmax"("y"))
    return %0 : tensor<2x3x2xf32> })");
  auto least = [&](const std::vector<std::vector<float>> &samples) {
    std::vector<Tensor> tensors;
    for (const std::vector<float> &sample : samples)
      tensors.push_back(makeTensor<float>({2, 3, 2}, sample));
    ListedSamples source(std::move(tensors));
    CalibrationOptions options;
    options.search.method = Method::minMax;
    options.threads = 2;
    return calibrate(*softmax, source, options)->values["x"].leastRowMaximum;
  };
  constexpr float masked = -1000;
  EXPECT_EQ(least({{1, 3, 5, masked, masked, 2, 8, 6, masked, 7, 0, masked}}), 3);
  // Wherever in its row the largest is.
  EXPECT_EQ(least({{5, 9, 6, masked, masked, 9.5, 8, 6, masked, 7, 0, masked}}), 6);
  EXPECT_EQ(least({{masked, 9, 4, masked, 6, 9.5, 8, 6, masked, 7, 0, 5}}), 6);
  // Of all samples.
  EXPECT_EQ(least({{5, 9, 6, masked, masked, 9.5, 8, 6, masked, 7, 0, masked},
                   {5, 9, 6, masked, masked, 9.5, 8, 1, masked, 2, 0, masked}}),
            2);
  // Masked as a whole: it has no largest.
  EXPECT_EQ(least({{masked, 9, masked, masked, masked, 9.5, 8, 6, masked, 7, 0, masked}}), 7);
  // Nothing is so low that it is a mask's, up to a distance of 64.
  EXPECT_FALSE(least({{1, 3, 5, -61, -61, 2, 8, 6, -61, 7, 0, -61}}));
  EXPECT_EQ(least({{1, 3, 5, -61.5, -61.5, 2, 8, 6, -61.5, 7, 0, -61.5}}), 3);
}

/// (A67) On a fine grid ranges go on beyond what was seen, but for numbers that a grid of the model's holds, or that
/// are computed from such, and those at either side of a reciprocal, whose table bends.
TEST_F(CalibrateTest, LeavesHeadroomWhereNobodyKnowsTheEnds) {
  mlir::OwningOpRef<mlir::ModuleOp> mixed = parse(
      *context,
      R"(func.func @main(%x: tensor<64xf32> {qnn.name = "x"}) -> (tensor<64xf32>, tensor<64xf32>, tensor<64xf32>) {
    %c = qnn.constant dense<2.0> : tensor<1xf32> as tensor<1xf32> loc("c")
    %0 = qnn.mul %x, %c : (tensor<64xf32>, tensor<1xf32>) -> tensor<64xf32> loc("mul"("free"))
    %q = quant.qcast %0 : tensor<64xf32> to tensor<64x!quant.uniform<i16:f32, 0.001>>
    %d = quant.dcast %q : tensor<64x!quant.uniform<i16:f32, 0.001>> to tensor<64xf32> loc("dcast"("given"))
    %1 = qnn.mul %d, %c : (tensor<64xf32>, tensor<1xf32>) -> tensor<64xf32> loc("mul"("of_given"))
    %2 = qnn.mul %1, %1 : (tensor<64xf32>, tensor<64xf32>) -> tensor<64xf32> loc("mul"("later"))
    %3 = qnn.add %2, %c : (tensor<64xf32>, tensor<1xf32>) -> tensor<64xf32> loc("add"("divisor"))
    %4 = qnn.reciprocal %3 : (tensor<64xf32>) -> tensor<64xf32> loc("reciprocal"("inverse"))
    return %2, %4, %x : tensor<64xf32>, tensor<64xf32>, tensor<64xf32> })");
  ASSERT_TRUE(mixed);
  std::vector<Tensor> samples;
  auto source = randomSamples({{"x", {ElementType::f32, {64}}}}, 16);
  for (int i = 0; i != 16; ++i)
    samples.push_back((*source->next())->inputs[0]);
  ListedSamples listed(std::move(samples));
  CalibrationOptions options;
  options.search.method = Method::automatic;
  options.search.grid = {65535, true};
  Result<Ranges> found = calibrate(*mixed, listed, options);
  ASSERT_TRUE(bool(found));
  auto headroom = [&](const char *name) {
    return found->values.at(name).headroomBelow + found->values.at(name).headroomAbove;
  };
  EXPECT_GT(headroom("x"), 0);
  EXPECT_GT(headroom("later"), 0);
  for (const char *name : {"free", "given", "of_given", "divisor", "inverse"})
    EXPECT_EQ(headroom(name), 0) << name;
}

TEST_F(CalibrateTest, NeedsASample) { EXPECT_FALSE(bool(ranges({}))); }

TEST_F(CalibrateTest, DependsOnTheSetOfSamplesAlone) {
  std::vector<Tensor> samples = randomTensors(37), reversed(samples.rbegin(), samples.rend());
  for (Method method : {Method::automatic, Method::minMax, Method::percentile, Method::mse, Method::kl}) {
    Result<Ranges> one = ranges(samples, 1, method), four = ranges(reversed, 4, method);
    ASSERT_TRUE(one && four);
    EXPECT_EQ(toJson(*one), toJson(*four));
  }
}

TEST(RangesTest, SurviveTheirFile) {
  Ranges ranges;
  ranges.method = "mse";
  ranges.samples = 5;
  ranges.values["a \"quoted\" name"] = {calibratedLabel, -3e-7, 1.0 / 3.0, -1.5, 2.5, 0, std::nullopt};
  ranges.values["b"] = {nanLabel, 0, 0, 0, 0, 7, std::nullopt};
  ranges.values["c"] = {calibratedLabel, -1, 1, -1, 1, 0, StepErrors{16, 1.0 / 3.0, -17, {0.1, 1e-9, 1.0 / 7.0}}};
  Result<Ranges> read = parseRanges(toJson(ranges), "ranges.json");
  ASSERT_TRUE(bool(read));
  EXPECT_EQ(read->values, ranges.values);
  EXPECT_EQ(read->method, "mse");
  EXPECT_EQ(read->samples, 5);
  EXPECT_EQ(toJson(*read), toJson(ranges));
}

TEST(RangesTest, RefuseWhatIsNotARangesFile) {
  const std::pair<const char *, const char *> cases[] = {
      {"{", "is not JSON"},
      {"[]", "is not a ranges file"},
      {R"({"values": {}})", "has version none"},
      {R"({"version": 99, "values": {}})", "has version 99"},
      {R"({"version": 1, "values": {"v": 3}})", "value 'v' is not an object"},
      {R"({"version": 1, "values": {"v": {"label": "calibrated", "min": 1}}})", "value 'v' needs"},
      {R"({"version": 1, "values": {"v": {"label": "calibrated", "min": 2, "max": 1}}})", "value 'v' needs finite"},
      {R"({"version": 1, "values": {"v": {"label": "calibrated", "min": 0, "max": 1, "step_errors": {"bits": 8}}}})",
       "value 'v' has \"step_errors\" without"},
      {R"({"version": 1, "values": {"v": {"label": "calibrated", "min": 0, "max": 1, "step_errors":
          {"bits": 8, "power": 1, "first": -3, "errors": [0.5, -1]}}}})",
       "value 'v' has \"step_errors\" without"},
  };
  for (auto [text, message] : cases) {
    Result<Ranges> read = parseRanges(text, "r.json");
    ASSERT_FALSE(bool(read)) << text;
    EXPECT_NE(read.error().message.find(message), std::string::npos) << read.error().message;
    EXPECT_EQ(read.error().message.rfind("r.json: ", 0), 0u);
  }
}

TEST(RandomSamplesTest, AreTheSameEveryTime) {
  auto first = randomTensors(3), second = randomTensors(3);
  for (size_t i = 0; i < 3; ++i)
    EXPECT_EQ(valuesOf<float>(first[i]), valuesOf<float>(second[i]));
  EXPECT_NE(valuesOf<float>(first[0]), valuesOf<float>(first[1]));
}

} // namespace
