//===- RulesTest.cpp - Rules, and what they hit ---------------------------===//
#include "tare/Config/Apply.h"
#include "tare/Config/Write.h"

#include <gtest/gtest.h>

using namespace tare;
using namespace tare::config;

namespace {

Layer layer(std::string name, std::string op, std::string value, std::vector<size_t> operands, int64_t channels = 0) {
  Layer layer;
  layer.name = std::move(name);
  layer.op = std::move(op);
  layer.values = {std::move(value)};
  layer.operandLayers = std::move(operands);
  layer.channels = channels;
  layer.weights = channels ? layer.name + ".w" : "";
  layer.refusals.weights = channels ? "" : "it has no weights";
  return layer;
}

/// x -> conv1 (a) -> pool (p) -> conv2 (b) -> add (y), and a into the addition.
std::vector<Layer> network() {
  std::vector<Layer> layers{layer("x", "input", "x", {}), layer("conv1", "conv", "a", {0}, 2),
                            layer("pool", "max_pool", "p", {1}), layer("conv[2]", "conv", "b", {2}, 3),
                            layer("sum", "add", "y", {3, 1})};
  layers[0].isInput = true;
  layers[0].refusals.keepFloat = "it is an input";
  layers[2].keepsGrid = true;
  layers[2].refusals.activations = "it keeps the grid of 'a'";
  return layers;
}

std::vector<size_t> hit(const Selector &selector) {
  const std::vector<Layer> layers = network();
  auto numbers = LayerIndex(layers).select(selector);
  EXPECT_TRUE(numbers);
  return numbers ? *numbers : std::vector<size_t>();
}

using Numbers = std::vector<size_t>;

TEST(Select, ByEachCondition) {
  EXPECT_EQ(hit({.layers = {"conv*"}}), (Numbers{1, 3}));
  // A name that is a layer's is no glob.
  EXPECT_EQ(hit({.layers = {"conv[2]"}}), (Numbers{3}));
  EXPECT_EQ(hit({.regexes = {"^conv.$"}}), (Numbers{1}));
  EXPECT_EQ(hit({.operators = {"Conv"}}), (Numbers{1, 3}));
  EXPECT_EQ(hit({.values = {"[ab]"}}), (Numbers{1, 3}));
  EXPECT_EQ(hit({.tensors = {"a", "conv[2].w"}}), (Numbers{1, 3}));
  // Of what the pool gives the grid is that of conv1.
  EXPECT_EQ(hit({.feeds = {"conv[2]"}}), (Numbers{1}));
  EXPECT_EQ(hit({.between = {"a", "b"}}), (Numbers{2, 3}));
  EXPECT_EQ(hit({.between = {"x", "y"}}), (Numbers{1, 2, 3, 4}));
  EXPECT_EQ(hit({.layers = {"conv*"}, .operators = {"add"}}), Numbers());
}

TEST(Apply, LaterRulesWin) {
  auto rules = parseRules("rules:\n"
                          "  - {layer: '*', activations: {bits: 16, method: kl}}\n"
                          "  - {layer: sum, activations: {bits: 8}}\n"
                          "  - {layer: sum, activations: {range: [-1, 2]}}\n"
                          "  - {value: y, activations: {scale: 0.5}}\n",
                          "q.yaml");
  ASSERT_TRUE(rules) << rules.error().message;
  const std::vector<Layer> layers = network();
  auto outcome = apply(*rules, layers, *loadTarget("generic"), ElementType::i8);
  ASSERT_TRUE(outcome) << outcome.error().message;
  const qnn::ValueChoice &sum = outcome->layers[4].settings.activations;
  EXPECT_EQ(sum.bits, 8u);
  EXPECT_EQ(sum.scale, 0.5);
  EXPECT_FALSE(sum.range);
  EXPECT_EQ(outcome->layers[4].rules, (Numbers{0, 1, 2, 3}));
  EXPECT_EQ(outcome->layers[2].rules, Numbers());
  EXPECT_EQ(outcome->choices(layers).values.at("a").bits, 16u);
  EXPECT_FALSE(outcome->choices(layers).values.contains("p"));
}

TEST(Apply, WhatIsWrittenChangesNothing) {
  auto rules = parseRules("rules: [{op: conv, weights: {per_channel: false}}, {layer: sum, activations: {scale: 0.1, "
                          "zero_point: -3}}, {layer: sum, keep_float: false}]",
                          "q.yaml");
  const std::vector<Layer> layers = network();
  const Defaults defaults{
      "m.onnx", "generic", 8, false, true, false, false, {{"x", "auto"}, {"a", "auto"}, {"b", "auto"}}, 99.99};
  auto outcome = apply(*rules, layers, *loadTarget("generic"), ElementType::i8);
  ASSERT_TRUE(outcome) << outcome.error().message;
  const std::string text = writeYaml(layers, *outcome, defaults);
  auto again = parseRules(text, "again.yaml");
  ASSERT_TRUE(again) << again.error().message << text;
  auto same = apply(*again, layers, *loadTarget("generic"), ElementType::i8);
  ASSERT_TRUE(same) << same.error().message << text;
  for (size_t i = 0; i < layers.size(); ++i)
    EXPECT_EQ(textOf(effectiveSettings(layers[i], same->layers[i].settings, defaults)),
              textOf(effectiveSettings(layers[i], outcome->layers[i].settings, defaults)))
        << text;
  EXPECT_EQ(writeYaml(layers, *same, defaults), text);
}

TEST(Apply, OfNothingAnEmptyListIsWritten) {
  Layer rounded = layer("fc", "linear", "y", {});
  rounded.refusals.activations = "the model rounds its result to a grid of its own";
  const std::string text = writeYaml({rounded}, {{LayerOutcome{}}, {}}, {"m.onnx", "generic"});
  auto rules = parseRules(text, "q.yaml");
  ASSERT_TRUE(rules) << rules.error().message << text;
  EXPECT_TRUE(rules->empty());
  EXPECT_NE(text.find("# 'fc', linear: the model rounds its result"), std::string::npos);
}

/// The message about one rule, behind its place.
std::string refusal(const std::string &rule) {
  auto rules = parseRules("rules:\n  - " + rule + "\n", "q.yaml");
  if (!rules)
    return rules.error().message;
  auto outcome = apply(*rules, network(), *loadTarget("generic"), ElementType::i8);
  return outcome ? "" : outcome.error().message;
}

TEST(Rules, Refusals) {
  EXPECT_EQ(refusal("{layer: conv1, activations: {bits: 4}}"), "q.yaml:2: activations.bits is 4, expected 8 or 16");
  EXPECT_EQ(refusal("{layer: conv1, weights: {bits: 4}}"),
            "q.yaml:2: weights.bits: found '4', expected 8: programs have weights of 8 bits");
  EXPECT_NE(refusal("{layr: conv1, keep_float: true}").find("did you mean 'layer'?"), std::string::npos);
  EXPECT_NE(refusal("{keep_float: true}").find("the rule says no layers"), std::string::npos);
  EXPECT_NE(refusal("{layer: conv1}").find("the rule says nothing"), std::string::npos);
  EXPECT_NE(refusal("{layer: conv1, activations: {range: [1, 2]}}").find("with 0 between them"), std::string::npos);
  EXPECT_NE(refusal("{layer: conv1, activations: {method: kll}}").find("did you mean 'kl'?"), std::string::npos);
  EXPECT_NE(refusal("{regex: '(', keep_float: true}").find("is no regular expression"), std::string::npos);
  EXPECT_NE(refusal("{op: cnv, keep_float: true}").find("the network has the operators add, conv, input, max_pool"),
            std::string::npos);
  EXPECT_NE(refusal("{layer: x, keep_float: true}").find("it is an input"), std::string::npos);
  EXPECT_NE(refusal("{layer: conv1, layer: sum, keep_float: true}").find("stands here twice"), std::string::npos);
  EXPECT_NE(refusal("{layer: &a conv1, value: *a, keep_float: true}").find("alias"), std::string::npos);
  EXPECT_NE(refusal(std::string(1000, '[')).find("nests more than"), std::string::npos);
}

/// What is broken anywhere is refused, or says something else; it ends no process.
TEST(Rules, BrokenText) {
  const std::string good = "rules:\n  - layer: \"*\"\n    activations: {bits: 16, method: kl}\n  - regex: ^a\n"
                           "    weights: {scale: [1, 2]}\n  - between: [a, b]\n    keep_float: true\n";
  ASSERT_TRUE(parseRules(good, "q.yaml"));
  size_t refused = 0;
  for (size_t at = 0; at < good.size(); ++at)
    for (char byte : {'\0', '\n', '[', '}', ':', '"', '\xd1', '\x16'}) {
      std::string broken = good;
      broken[at] = byte;
      refused += !parseRules(broken, "q.yaml");
    }
  EXPECT_GT(refused, good.size());
}

} // namespace
