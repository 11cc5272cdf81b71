//===- RangesFileTest.cpp - A ranges file, written, read, and refused -----===//
#include "tare/Calibration/Ranges.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

using namespace tare;
using namespace tare::calibration;

namespace {

std::string file(const std::string &entry, const std::string &root = R"("version": 1, "samples": 2)") {
  return "{" + root + ", \"values\": {\"x\": " + entry + "}}";
}

std::string entry(const std::string &more) { return R"({"label": "calibrated", "min": -1, "max": 2, )" + more + "}"; }

/// The error, without the file's name; "" where there is none.
std::string errorOf(const std::string &text) {
  Result<Ranges> read = parseRanges(text, "r.json");
  return read ? "" : read.error().message.substr(6);
}

ValueRange valueOf(const std::string &text) {
  Result<Ranges> read = parseRanges(text, "r.json");
  EXPECT_TRUE(read) << read.error().message;
  return read ? read->values.at("x") : ValueRange();
}

TEST(RangesFile, EveryFieldComesBack) {
  ValueRange value;
  value.label = calibratedLabel;
  value.min = -1.5, value.max = 2, value.seenMin = -1.25, value.seenMax = 1.75;
  value.nonFinite = 3, value.nonFiniteSample = 5;
  value.flattened = 7, value.flattenedOf = 11;
  value.leastRowMaximum = -0.5;
  value.headroomBelow = 0.25, value.headroomAbove = 0.5, value.beyond = 0.125;
  value.chosenMin = -1, value.chosenMax = 1;
  value.stepErrors = StepErrors{8, 0.75, -3, {1, 0.5, 0.25}};
  Ranges ranges;
  ranges.method = "mse", ranges.activations = "int16", ranges.samples = 9;
  ranges.values = {{"x", value}};
  Result<Ranges> read = parseRanges(toJson(ranges), "r.json");
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->values, ranges.values);
  EXPECT_EQ(read->method, "mse");
  EXPECT_EQ(read->activations, "int16");
  EXPECT_EQ(read->samples, 9);
  EXPECT_TRUE(read->isFromFile);
}

TEST(RangesFile, WhatWasNotSeenIsWrittenAsNull) {
  Result<Ranges> ranges = parseRanges(file(entry(R"("seen_max": 3)")), "r.json");
  ASSERT_TRUE(ranges);
  std::string text = toJson(*ranges);
  EXPECT_NE(text.find("\"seen_min\": null"), std::string::npos) << text;
  ValueRange again = valueOf(text);
  EXPECT_TRUE(std::isnan(again.seenMin));
  EXPECT_EQ(again.seenMax, 3);
}

TEST(RangesFile, NestsAsDeepAsItsReaderMayPrint) {
  auto nested = [](size_t depth) {
    return "{\n\"version\": " + std::string(depth, '[') + std::string(depth, ']') + ", \"values\": {}}";
  };
  EXPECT_NE(errorOf(nested(199)).find("has \"version\": [[["), std::string::npos);
  for (size_t depth : {200, 3000000})
    EXPECT_EQ(errorOf(nested(depth)), ":2: nests more than 200 deep, which no ranges file needs");
}

TEST(RangesFile, WhatIsLeftOutHasADefault) {
  ValueRange value = valueOf(file(R"({"label": "calibrated", "min": -1, "max": 2})"));
  EXPECT_TRUE(std::isnan(value.seenMin) && std::isnan(value.seenMax));
  EXPECT_EQ(value.nonFinite, 0u);
  EXPECT_EQ(value.nonFiniteSample, -1);
  EXPECT_EQ(value.flattened, 0u);
  EXPECT_EQ(value.flattenedOf, 0u);
  EXPECT_EQ(value.headroomBelow, 0);
  EXPECT_EQ(value.headroomAbove, 0);
  EXPECT_EQ(value.beyond, 0);
  EXPECT_FALSE(value.leastRowMaximum || value.chosenMin || value.chosenMax || value.stepErrors);
  value = valueOf(file(entry(R"("seen_min": null, "seen_max": 3)")));
  EXPECT_TRUE(std::isnan(value.seenMin));
  EXPECT_EQ(value.seenMax, 3);
}

/// What is zero is not written, nor what belongs to it.
TEST(RangesFile, WritesWhatThereIs) {
  Ranges ranges;
  ranges.values["x"].label = deadLabel;
  std::string text = toJson(ranges);
  for (const char *key :
       {"non_finite", "flattened", "beyond", "headroom", "chosen", "least_row_maximum", "step_errors"})
    EXPECT_EQ(text.find(key), std::string::npos) << key;
  ranges.values["x"].nonFinite = 1;
  EXPECT_EQ(toJson(ranges).find("non_finite_sample"), std::string::npos);
  ranges.values["x"].nonFiniteSample = 0;
  EXPECT_NE(toJson(ranges).find("\"non_finite_sample\": 0"), std::string::npos);
  ranges.values["x"].chosenMin = 1;
  EXPECT_EQ(toJson(ranges).find("chosen"), std::string::npos);
}

TEST(RangesFile, WholeNumbersMayHaveAPoint) {
  EXPECT_EQ(valueOf(file(entry(R"("non_finite": 3.0, "non_finite_sample": 2.0)"))).nonFiniteSample, 2);
  EXPECT_EQ(errorOf(file(entry(R"("seen_min": -1)"), R"("version": 1.0)")), "");
}

TEST(RangesFile, Fields) {
  auto number = [](const std::string &key, const std::string &found) {
    return ": value 'x' has \"" + key + "\": " + found + ", expected a number that float32 holds";
  };
  EXPECT_EQ(errorOf(file(entry(R"("seen_min": "a")"))),
            ": value 'x' has \"seen_min\": \"a\", expected null or a number that float32 holds");
  EXPECT_EQ(errorOf(file(R"({"label": "calibrated", "min": -1, "max": 1e39})")), number("max", "1e+39"));
  EXPECT_EQ(errorOf(file(R"({"label": "calibrated", "min": -1e39, "max": 1})")), number("min", "-1e+39"));
  EXPECT_EQ(errorOf(file(R"({"label": "calibrated", "min": -3.4e38, "max": 3.4e38})")), "");
  EXPECT_EQ(errorOf(file(entry(R"("least_row_maximum": null)"))), number("least_row_maximum", "null"));
  for (const char *key : {"non_finite", "non_finite_sample", "flattened", "flattened_of"})
    for (const char *found : {"-1", "0.5"})
      EXPECT_EQ(errorOf(file(entry("\"" + std::string(key) + "\": " + found))),
                ": value 'x' has \"" + std::string(key) + "\": " + found + ", expected a whole number of 0 or more");
  for (const char *key : {"headroom_below", "headroom_above", "beyond"}) {
    EXPECT_EQ(errorOf(file(entry("\"" + std::string(key) + "\": -0.5"))),
              ": value 'x' has \"" + std::string(key) + "\": -0.5, expected a number of 0 or more");
    EXPECT_EQ(errorOf(file(entry("\"" + std::string(key) + "\": 0"))), "");
  }
  for (const char *label : {"calibrated", "inherited", "constant", "dead", "nan"})
    EXPECT_EQ(errorOf(file("{\"label\": \"" + std::string(label) + "\", \"min\": -1, \"max\": 2}")), "") << label;
  EXPECT_EQ(errorOf(file(R"({"label": "seen", "min": -1, "max": 2})")),
            ": value 'x' has \"label\": \"seen\", expected one of calibrated, inherited, constant, dead, nan");
  EXPECT_EQ(errorOf(file(R"({"label": 1, "min": -1, "max": 2})")),
            ": value 'x' has \"label\": 1, expected one of calibrated, inherited, constant, dead, nan");
}

TEST(RangesFile, LongValuesAreCut) {
  std::string forty(38, 'a'), more(39, 'a');
  EXPECT_EQ(errorOf(file(entry("\"seen_min\": \"" + forty + "\""))),
            ": value 'x' has \"seen_min\": \"" + forty + "\", expected null or a number that float32 holds");
  EXPECT_EQ(errorOf(file(entry("\"seen_min\": \"" + more + "\""))),
            ": value 'x' has \"seen_min\": \"" + more + "..., expected null or a number that float32 holds");
}

TEST(RangesFile, Root) {
  std::string good = R"({"label": "calibrated", "min": -1, "max": 2})";
  for (const char *method : {"", "auto", "min_max", "percentile", "mse", "kl"})
    EXPECT_EQ(errorOf(file(good, R"("version": 1, "method": ")" + std::string(method) + "\"")), "") << method;
  EXPECT_EQ(errorOf(file(good, R"("version": 1, "method": "max")")),
            ": has \"method\": \"max\", expected one of auto, min_max, mean_min_max, percentile, mse, kl, kl_v2, aciq");
  for (const char *activations : {"", "int8", "int16"})
    EXPECT_EQ(errorOf(file(good, R"("version": 1, "activations": ")" + std::string(activations) + "\"")), "");
  EXPECT_EQ(errorOf(file(good, R"("version": 1, "activations": "i8")")),
            ": has \"activations\": \"i8\", expected int8 or int16");
  EXPECT_EQ(errorOf(file(good, R"("version": 1, "samples": -1)")),
            ": has \"samples\": -1, expected a whole number of 0 or more");
  EXPECT_EQ(errorOf(file(good, R"("version": 2)")), ": has version 2, this build reads version 1; calibrate again");
  EXPECT_EQ(errorOf(file(good, R"("samples": 1)")), ": has version none, this build reads version 1; calibrate again");
  EXPECT_EQ(errorOf(file(good, R"("version": "1")")), ": has \"version\": \"1\", expected a number");
  EXPECT_EQ(errorOf(""), ": is empty, expected a ranges file, as tare calibrate writes");
  EXPECT_EQ(errorOf(" \n"), ": is empty, expected a ranges file, as tare calibrate writes");
  EXPECT_TRUE(errorOf("{").starts_with(": is not JSON: parse error at line 1"));
  std::string noRanges =
      ": is not a ranges file: expected an object with \"version\" and \"values\", as tare calibrate writes";
  for (const char *text : {"[]", "{}", "{\"values\": 1}", "3"})
    EXPECT_EQ(errorOf(text), noRanges) << text;
}

TEST(RangesFile, Keys) {
  EXPECT_EQ(errorOf("{\"version\": 1,\n\"valves\": 3, \"values\": {}}"),
            ":2: unknown key \"valves\"; expected one of version, method, activations, samples, values, sample_hashes; "
            "did you mean "
            "'values'?");
  EXPECT_EQ(errorOf("{\"version\": 1, \"version\": 1, \"values\": {}}"), ":1: the key \"version\" stands there twice");
  std::string twice =
      "{\"version\": 1, \"values\": {\n\"x\": {\"label\": \"calibrated\",\n\"min\": -1, \"max\": 2, \"min\": -2}}}";
  EXPECT_EQ(errorOf(twice), ":3: value 'x': the key \"min\" stands there twice");
  EXPECT_TRUE(
      errorOf(file(entry(R"("mim": 1)"))).starts_with(":1: value 'x': unknown key \"mim\"; expected one of label,"));
  EXPECT_TRUE(errorOf(file(entry(R"("step_errors": {"bit": 8})")))
                  .starts_with(":1: value 'x': unknown key \"bit\"; expected one of bits, power, first, errors"));
  // Names of values are any; two of one name are one too many.
  EXPECT_EQ(errorOf(R"({"version": 1, "values": {"version": {"label": "dead", "min": 0, "max": 0}}})"), "");
  EXPECT_EQ(errorOf(R"({"version": 1, "values": {"x": {"label": "dead", "min": 0, "max": 0}, "x": {}}})"),
            ":1: the key \"x\" stands there twice");
}

TEST(RangesFile, Entries) {
  EXPECT_EQ(errorOf(file("3")), ": value 'x' is not an object");
  for (const char *text :
       {R"({"min": -1, "max": 2})", R"({"label": "dead", "max": 2})", R"({"label": "dead", "min": 2})"})
    EXPECT_EQ(errorOf(file(text)), ": value 'x' needs \"label\", \"min\" and \"max\"");
  EXPECT_EQ(errorOf(file(R"({"label": "dead", "min": 2, "max": 1})")),
            ": value 'x' needs finite numbers with min <= max");
  EXPECT_EQ(errorOf(file(R"({"label": "dead", "min": 1, "max": 1})")), "");
  EXPECT_EQ(errorOf(file(entry(R"("seen_min": 2, "seen_max": 1)"))),
            ": value 'x' has \"seen_min\": 2 above \"seen_max\": 1; calibrate again");
  EXPECT_EQ(errorOf(file(entry(R"("seen_min": 1, "seen_max": 1)"))), "");
  for (const char *seen : {R"("seen_min": -1, "seen_max": 0)", R"("seen_min": 0, "seen_max": 1)"}) {
    std::string text = R"({"label": "calibrated", "min": 0, "max": 0, )" + std::string(seen) + "}";
    EXPECT_NE(errorOf(file(text)).find("has the range [0, 0], but calibration saw ["), std::string::npos);
    EXPECT_EQ(errorOf(file(R"({"label": "nan", "min": 0, "max": 0, )" + std::string(seen) + "}")), "");
    EXPECT_EQ(errorOf(file(R"({"label": "calibrated", "min": 0, "max": 1, )" + std::string(seen) + "}")), "");
    EXPECT_EQ(errorOf(file(R"({"label": "calibrated", "min": -1, "max": 0, )" + std::string(seen) + "}")), "");
  }
  EXPECT_EQ(errorOf(file(R"({"label": "calibrated", "min": 0, "max": 0, "seen_min": 0, "seen_max": 0})")), "");
}

/// Who writes a range for what calibration did not reach knows more.
TEST(RangesFile, DeadWithARangeIsCalibrated) {
  EXPECT_EQ(valueOf(file(R"({"label": "dead", "min": 0, "max": 1})")).label, calibratedLabel);
  EXPECT_EQ(valueOf(file(R"({"label": "dead", "min": 0, "max": 0})")).label, deadLabel);
}

TEST(RangesFile, StepErrors) {
  auto errors = [](const std::string &fields) { return file(entry("\"step_errors\": {" + fields + "}")); };
  std::string good = R"("bits": 16, "power": 0, "first": -1000, "errors": [0, 1.5])";
  ValueRange value = valueOf(errors(good));
  ASSERT_TRUE(value.stepErrors);
  EXPECT_EQ(value.stepErrors->bits, 16);
  EXPECT_EQ(value.stepErrors->first, -1000);
  EXPECT_EQ(value.stepErrors->errors, (std::vector<double>{0, 1.5}));
  std::string misfit =
      ": value 'x' has \"step_errors\" without \"bits\", \"power\", \"first\" and \"errors\", numbers of 0 and more";
  for (const char *bad :
       {R"("power": 1, "first": 1, "errors": [1])", R"("bits": 8, "first": 1, "errors": [1])",
        R"("bits": 8, "power": 1, "errors": [1])", R"("bits": 8, "power": 1, "first": 1)",
        R"("bits": 8, "power": -1, "first": 1, "errors": [1])", R"("bits": 8, "power": 1, "first": 0.5, "errors": [1])",
        R"("bits": 8, "power": 1, "first": 1001, "errors": [1])",
        R"("bits": 8, "power": 1, "first": -1001, "errors": [1])", R"("bits": 8, "power": 1, "first": 1, "errors": [])",
        R"("bits": 8, "power": 1, "first": 1, "errors": [1, -1])",
        R"("bits": 8, "power": 1, "first": 1, "errors": [1, "a"])"})
    EXPECT_EQ(errorOf(errors(bad)), misfit) << bad;
  EXPECT_EQ(errorOf(errors(R"("bits": 12, "power": 1, "first": 1, "errors": [1])")),
            ": value 'x' step_errors: has \"bits\": 12, expected 8 or 16");
  EXPECT_EQ(errorOf(errors(R"("bits": 8, "power": 1, "first": 1, "errors": 3)")),
            ": value 'x' step_errors: has \"errors\": 3, expected a list");
}

/// One value, or two, that a file says to be seen in [-1, 1] and in [-2, 2].
bool bearOut(std::vector<ValueRange> values, int64_t samples = 4) {
  Ranges ranges;
  ranges.samples = samples;
  for (size_t i = 0; i < values.size(); ++i) {
    values[i].label = values[i].label.empty() ? calibratedLabel : values[i].label;
    ranges.values[std::to_string(i)] = values[i];
  }
  return bearsOut(ranges);
}

ValueRange seen(double min, double max, double seenMin, double seenMax) {
  ValueRange range;
  range.min = min, range.max = max, range.seenMin = seenMin, range.seenMax = seenMax;
  return range;
}

TEST(RangesFile, WhatBearsItOut) {
  ValueRange one = seen(-1, 1, -1, 1), two = seen(-2, 2, -2, 2);
  EXPECT_TRUE(bearOut({one, two}));
  EXPECT_FALSE(bearOut({one, two}, 0));
  EXPECT_TRUE(bearOut({}, 1));
  // A hundredth of what was seen may be cut off on each side.
  EXPECT_TRUE(bearOut({seen(-0.981, 0.981, -1, 1), two}));
  EXPECT_FALSE(bearOut({seen(-0.979, 1, -1, 1), two}));
  EXPECT_FALSE(bearOut({seen(-1, 0.979, -1, 1), two}));
  // More may where all data are alike.
  EXPECT_TRUE(bearOut({seen(-0.5, 1, -1, 1), one}));
  EXPECT_TRUE(bearOut({seen(-0.5, 1, -1, 1)}));
  // Nothing was seen beyond what was seen.
  EXPECT_FALSE(bearOut({seen(-1.01, 1, -1, 1)}));
  EXPECT_FALSE(bearOut({seen(-1, 1.01, -1, 1)}));
  ValueRange wide = seen(-1.5, 1.25, -1, 1);
  EXPECT_FALSE(bearOut({wide}));
  wide.headroomBelow = 0.5, wide.headroomAbove = 0.25;
  EXPECT_TRUE(bearOut({wide}));
  wide.headroomBelow = 0.4;
  EXPECT_FALSE(bearOut({wide}));
  wide.headroomBelow = 0.5, wide.headroomAbove = 0.2;
  EXPECT_FALSE(bearOut({wide}));
  // 0 is in every range.
  EXPECT_TRUE(bearOut({seen(0, 2, 1, 2)}));
  EXPECT_TRUE(bearOut({seen(-2, 0, -2, -1)}));
  EXPECT_FALSE(bearOut({seen(-1, 1, NAN, 1)}));
  EXPECT_FALSE(bearOut({seen(-1, 1, -1, NAN)}));
  // Of what is no activation nothing is asked.
  ValueRange constant = seen(-9, 9, 0, 0);
  constant.label = constantLabel;
  EXPECT_TRUE(bearOut({one, constant, two}));
}

} // namespace
