//===- StatesTest.cpp - Inputs that a model gave itself -------------------===//
#include "tare/Tensor/States.h"

#include <gtest/gtest.h>

using namespace tare;

namespace {

const std::vector<InputDeclaration> inputs = {
    {"h", {ElementType::f32, {1, 2}}}, {"x", {ElementType::f32, {1}}}, {"c", {ElementType::f32, {1}}}};
const std::vector<InputDeclaration> outputs = {
    {"c_out", {ElementType::f32, {1}}}, {"y", {ElementType::i8, {1}}}, {"h_out", {ElementType::f32, {1, 2}}}};

std::string errorOf(const std::vector<StateNames> &names) {
  auto states = findStates(names, inputs, outputs);
  return states ? "" : states.error().message;
}

std::vector<float> numbersOf(const Tensor &tensor) { return {tensor.as<float>(), tensor.as<float>() + tensor.count()}; }

Tensor tensorOf(const std::vector<float> &numbers, Shape shape) {
  Tensor tensor(ElementType::f32, std::move(shape));
  std::copy(numbers.begin(), numbers.end(), tensor.mutableAs<float>());
  return tensor;
}

TEST(States, AreReadAroundTheLastEqualsSign) {
  auto state = parseState("a=b=c");
  ASSERT_TRUE(state);
  EXPECT_EQ(state->input, "a=b");
  EXPECT_EQ(state->output, "c");
  for (const char *text : {"", "h", "=h", "h="})
    EXPECT_EQ(parseState(text).error().message,
              std::string("--state: found '") + text + "', expected INPUT=OUTPUT, as h=h_out");
}

TEST(States, AreFoundInTheOrderOfTheInputs) {
  auto states = findStates({{"c", "c_out"}, {"h", "h_out"}}, inputs, outputs);
  ASSERT_TRUE(states);
  ASSERT_EQ(states->size(), 2u);
  EXPECT_EQ(states->at(0).input, 0u);
  EXPECT_EQ(states->at(0).output, 2u);
  EXPECT_EQ(states->at(1).input, 2u);
  EXPECT_EQ(states->at(1).output, 0u);
  std::vector<InputDeclaration> rest = withoutStates(inputs, *states);
  ASSERT_EQ(rest.size(), 1u);
  EXPECT_EQ(rest.front().name, "x");
}

TEST(States, ThatTheModelHasNot) {
  EXPECT_EQ(errorOf({{"k", "h_out"}}), "--state k=h_out: the model has no input 'k', expected one of 'h', 'x', 'c'");
  EXPECT_EQ(errorOf({{"h", "h"}}), "--state h=h: the model has no output 'h', expected one of 'c_out', 'y', 'h_out'");
  EXPECT_EQ(errorOf({{"h", "c_out"}}), "--state h=c_out: the input is float32 [1, 2], the output float32 [1]; expected "
                                       "the same, as one step's output is the next one's input");
  EXPECT_NE(errorOf({{"c", "y"}}).find("the input is float32 [1], the output int8 [1]"), std::string::npos);
  EXPECT_EQ(errorOf({{"h", "h_out"}, {"h", "h_out"}}),
            "--state h=h_out: the input 'h' is a state already; give each input once");
}

/// Counts what it gets: c grows by x, h is (c, x) of the step before.
class Steps : public SampleSource {
public:
  explicit Steps(std::vector<bool> begins) : begins(std::move(begins)) {}
  int64_t sampleCount() const override { return begins.size(); }
  Result<std::optional<Sample>> next() override {
    if (done == sampleCount())
      return std::optional<Sample>();
    Sample sample{done, {tensorOf({float(done + 1)}, {1})}, begins[done]};
    ++done;
    return std::optional<Sample>(std::move(sample));
  }

private:
  std::vector<bool> begins;
  int64_t done = 0;
};

TEST(SamplesWithStates, FeedsBackAndBeginsWithZerosInEachFile) {
  auto states = findStates({{"c", "c_out"}, {"h", "h_out"}}, inputs, outputs);
  ASSERT_TRUE(states);
  auto run = [](const Sample &sample) -> Result<std::vector<Tensor>> {
    float x = numbersOf(sample.inputs[1])[0], c = numbersOf(sample.inputs[2])[0];
    return std::vector<Tensor>{tensorOf({c + x}, {1}), Tensor(ElementType::i8, {1}), tensorOf({c, x}, {1, 2})};
  };
  SamplesWithStates samples(std::make_unique<Steps>(std::vector<bool>{true, false, false, true, false}),
                            StateFeed(*states, inputs), run);
  const std::vector<std::vector<float>> h = {{0, 0}, {0, 1}, {1, 2}, {0, 0}, {0, 4}};
  const std::vector<float> c = {0, 1, 3, 0, 4};
  for (size_t i = 0; i != c.size(); ++i) {
    auto sample = samples.next();
    ASSERT_TRUE(sample && *sample);
    ASSERT_EQ((*sample)->inputs.size(), 3u);
    EXPECT_EQ(numbersOf((*sample)->inputs[0]), h[i]) << i;
    EXPECT_EQ(numbersOf((*sample)->inputs[2]), std::vector<float>{c[i]}) << i;
  }
  auto end = samples.next();
  EXPECT_TRUE(end && !*end);
}

TEST(SamplesWithStates, EndWithWhatTheModelCannotRun) {
  auto run = [](const Sample &) -> Result<std::vector<Tensor>> { return Error{"index out of range"}; };
  auto states = findStates({{"c", "c_out"}, {"h", "h_out"}}, inputs, outputs);
  SamplesWithStates samples(std::make_unique<Steps>(std::vector<bool>{true}), StateFeed(*states, inputs), run);
  auto sample = samples.next();
  ASSERT_FALSE(sample);
  EXPECT_EQ(sample.error().message, "index out of range");
}

} // namespace
