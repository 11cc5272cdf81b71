//===- TablesTest.cpp - Ranges and scales of other tools ------------------===//
#include "tare/Config/Tables.h"

#include <gtest/gtest.h>

using namespace tare;
using namespace tare::config;

namespace {

Rules json(const char *text) {
  Result<Rules> rules = parseTensorJson(text, "t.json");
  EXPECT_TRUE(rules) << rules.error().message;
  return rules ? *rules : Rules();
}

Rules table(const char *text) {
  Result<Rules> rules = parseScaleTable(text, "t.table");
  EXPECT_TRUE(rules) << rules.error().message;
  return rules ? *rules : Rules();
}

std::string refusal(const Result<Rules> &rules) { return rules ? "" : rules.error().message; }

TEST(Tables, OnnxRuntimeOverrides) {
  Rules rules = json(R"({
    "x": [{"quant_type": "QUInt8", "scale": 0.5, "zero_point": 131}],
    "y": {"quant_type": "QInt16", "rmin": -1.5, "rmax": 6, "symmetric": true},
    "w": [{"quant_type": "QInt8", "scale": 0.25, "axis": 0}, {"scale": 0.125}]})");
  ASSERT_EQ(rules.size(), 3u);
  std::map<std::string, Settings> of;
  for (const Rule &rule : rules)
    of[rule.selector.tensors.front()] = rule.settings;
  // Unsigned integers become signed ones of the same value.
  EXPECT_EQ(of["x"].activations.scale, 0.5);
  EXPECT_EQ(of["x"].activations.zeroPoint, 3);
  EXPECT_EQ(of["x"].activations.bits, 8u);
  EXPECT_EQ(of["y"].activations.range, std::pair(-1.5, 6.0));
  EXPECT_EQ(of["y"].activations.bits, 16u);
  EXPECT_EQ(of["y"].activations.symmetric, true);
  EXPECT_EQ(of["w"].layer.weightScales, (std::vector<double>{0.25, 0.125}));
  EXPECT_FALSE(of["w"].hasActivations());
}

TEST(Tables, OneChannelIsAListOfOne) {
  Rules rules = json(R"({"w": [{"quant_type": "QInt8", "scale": 0.25, "zero_point": 0, "axis": 0}]})");
  EXPECT_EQ(rules.front().settings.layer.weightScales, std::vector<double>{0.25});
}

TEST(Tables, FirstEncodings) {
  Rules rules = json(R"({"version": "0.6.1",
    "activation_encodings": {"x": [{"bitwidth": 8, "dtype": "int", "is_symmetric": "False", "max": 0.996, "min": 0.0, "offset": 0, "scale": 0.00390625}],
                             "h": [{"bitwidth": 16, "dtype": "float"}]},
    "param_encodings": {"w": [{"bitwidth": 8, "dtype": "int", "is_symmetric": "True", "offset": -128, "scale": 0.5, "max": 63.5, "min": -64.0},
                              {"bitwidth": 8, "dtype": "int", "is_symmetric": "True", "offset": -128, "scale": 0.25}],
                        "b": [{"bitwidth": 32, "dtype": "int", "scale": 0.5, "offset": -2147483648}]}})");
  std::map<std::string, Settings> of;
  for (const Rule &rule : rules)
    of[rule.selector.tensors.front()] = rule.settings;
  // The least integer, 0, stands for 0: -128 with a sign.
  EXPECT_EQ(of["x"].activations.zeroPoint, -128);
  EXPECT_EQ(of["x"].activations.scale, 0.00390625);
  EXPECT_EQ(of["x"].activations.symmetric, false);
  EXPECT_EQ(of["h"].layer.keepFloat, true);
  EXPECT_EQ(of["w"].layer.weightScales, (std::vector<double>{0.5, 0.25}));
  EXPECT_FALSE(of.contains("b"));
}

TEST(Tables, ListsOfEncodings) {
  Rules rules = json(R"({"version": "1.0.0",
    "activation_encodings": [{"name": "x", "dtype": "INT", "enc_type": "PER_TENSOR", "bw": 8, "is_sym": false, "scale": [0.5], "offset": [-131]}],
    "param_encodings": [{"name": "w", "dtype": "INT", "enc_type": "PER_CHANNEL", "bw": 8, "is_sym": true, "scale": [0.5], "offset": [-128]}]})");
  ASSERT_EQ(rules.size(), 2u);
  EXPECT_EQ(rules[0].settings.activations.zeroPoint, 3);
  EXPECT_EQ(rules[1].settings.layer.weightScales, std::vector<double>{0.5});
  rules = json(
      R"({"version": "2.0.0", "encodings": [{"name": "x", "output_dtype": "uint8", "y_scale": 0.5, "y_zero_point": 131},
                                                     {"name": "w", "output_dtype": "int8", "y_scale": [0.5, 0.25], "axis": 0}]})");
  EXPECT_EQ(rules[0].settings.activations.zeroPoint, 3);
  EXPECT_EQ(rules[1].settings.layer.weightScales, (std::vector<double>{0.5, 0.25}));
}

TEST(Tables, JsonThatIsNone) {
  EXPECT_NE(refusal(parseTensorJson("{\"x\": [{\"scal\": 1}]}", "t")).find("unknown key 'scal'"), std::string::npos);
  EXPECT_NE(refusal(parseTensorJson("{\"x\": [{\"scal\": 1}]}", "t")).find("did you mean 'scale'?"), std::string::npos);
  EXPECT_NE(refusal(parseTensorJson("{\"x\": [{\"scale\": 0}]}", "t")).find("no positive float32"), std::string::npos);
  EXPECT_NE(refusal(parseTensorJson("[1]", "t")).find("no JSON object"), std::string::npos);
  EXPECT_NE(refusal(parseTensorJson(R"({"param_encodings": {"w": [{"bitwidth": 4, "scale": 1, "offset": -8}]}})", "t"))
                .find("weights of 4 bits"),
            std::string::npos);
  EXPECT_NE(refusal(parseTensorJson("{\"x\":" + std::string(100000, '['), "t")).find("nest deeper"), std::string::npos);
}

// ncnn: integers per unit, of what a layer reads, and of its weights.
TEST(Tables, IntegersPerUnit) {
  Rules rules = table("conv1_param_0 2.0 4.0\nfc_param_0 8\nconv1 254.000000\n");
  ASSERT_EQ(rules.size(), 3u);
  EXPECT_EQ(rules[0].selector.layers, std::vector<std::string>{"conv1"});
  EXPECT_EQ(rules[0].settings.layer.weightScales, (std::vector<double>{0.5, 0.25}));
  EXPECT_EQ(rules[1].settings.layer.weightScales, std::vector<double>{0.125});
  EXPECT_EQ(rules[2].selector.feeds, std::vector<std::string>{"conv1"});
  EXPECT_EQ(rules[2].settings.activations.scale, double(float(1 / 254.0)));
  EXPECT_EQ(rules[2].settings.activations.symmetric, true);
}

// Tengine: steps and zero points, of unsigned integers where some zero point is not 0.
TEST(Tables, Steps) {
  Rules rules = table("x 0.00392156886 0\n\nrelu1 0.0235294122 128\n");
  ASSERT_EQ(rules.size(), 2u);
  EXPECT_EQ(rules[0].settings.activations.scale, double(0.00392156886f));
  EXPECT_EQ(rules[0].settings.activations.zeroPoint, -128);
  EXPECT_EQ(rules[1].settings.activations.zeroPoint, 0);
  EXPECT_EQ(rules[1].place, "t.table:3");
  rules = table("x 0.5 0\ny 0.25 0\n");
  EXPECT_EQ(rules[0].settings.activations.zeroPoint, 0);
  EXPECT_EQ(rules[0].settings.activations.symmetric, true);
}

TEST(Tables, TextThatIsNone) {
  EXPECT_NE(refusal(parseScaleTable("conv1_param_0 1\nconv1 0.5x\n", "t")).find("t:2: found '0.5x'"),
            std::string::npos);
  EXPECT_NE(refusal(parseScaleTable("conv1_param_0 0\n", "t")).find("no positive float32"), std::string::npos);
  EXPECT_NE(refusal(parseScaleTable("x 1\ny 1 2\n", "t")).find("t:2: has two numbers"), std::string::npos);
  EXPECT_NE(refusal(parseScaleTable("x 1 0\ny 1 300\n", "t")).find("no 8 bits hold"), std::string::npos);
}

} // namespace
