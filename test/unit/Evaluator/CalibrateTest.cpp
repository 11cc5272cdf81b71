//===- CalibrateTest.cpp - Ranges of a graph's values ---------------------===//
#include "tare/Calibration/Calibrate.h"
#include "Modules.h"

#include <gtest/gtest.h>

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
