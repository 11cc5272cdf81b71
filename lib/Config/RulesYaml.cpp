//===- RulesYaml.cpp - Configurations in YAML -----------------------------===//
#include "YamlReader.h"
#include "tare/Calibration/RangeSearch.h"
#include "tare/Config/Rules.h"
#include "tare/Diagnostics/Nearest.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/GlobPattern.h"
#include "llvm/Support/Regex.h"

#include <cmath>

using namespace tare;
using namespace tare::config;
using Kind = YamlNode::Kind;

namespace {

class Reader : YamlReader {
public:
  using YamlReader::YamlReader;

  Result<Rules> read(const YamlNode &root) {
    Rules rules;
    keys(root, "", {{"rules", [&](const YamlNode &list) { readList(list, rules); }}});
    if (root.kind == Kind::keys && root.entries.empty())
      fail(root, "found no keys, expected rules");
    return problem ? Result<Rules>(Error{*problem}) : std::move(rules);
  }

private:
  void readList(const YamlNode &list, Rules &rules) {
    if (list.kind != Kind::list)
      return expect(list, "rules", "a list of rules");
    for (const YamlNode &item : list.items)
      rules.push_back(readRule(item));
  }

  Rule readRule(const YamlNode &node) {
    Rule rule;
    rule.place = file + ":" + std::to_string(node.line);
    Selector &selector = rule.selector;
    bool selects = false;
    auto take = [&](std::vector<std::string> &into, auto check) {
      return [&, check](const YamlNode &value) { selects = true, readNames(value, into), check(value, into); };
    };
    auto any = [](const YamlNode &, const std::vector<std::string> &) {};
    auto regexes = [&](const YamlNode &node, const auto &names) { checkRegexes(node, names); };
    keys(node, "",
         {{"layer", take(selector.layers, any)},
          {"regex", take(selector.regexes, regexes)},
          {"op", take(selector.operators, any)},
          {"value", take(selector.values, any)},
          {"between", [&](const YamlNode &value) { selects = true, readBetween(value, selector.between); }},
          {"activations", [&](const YamlNode &value) { readActivations(value, rule.settings.activations); }},
          {"weights", [&](const YamlNode &value) { readWeights(value, rule.settings.layer); }},
          {"keep_float",
           [&](const YamlNode &value) { rule.settings.layer.keepFloat = readFlag(value, "keep_float"); }}});
    if (!selects)
      fail(node, "the rule says no layers; give layer, regex, op, value or between (layer: '*' is all layers)");
    else if (rule.settings.empty())
      fail(node, "the rule says nothing of its layers; give activations, weights or keep_float");
    return rule;
  }

  /// One name, or a list of them.
  void readNames(const YamlNode &node, std::vector<std::string> &names) {
    if (node.kind == Kind::scalar) {
      names = {node.text};
    } else if (node.kind == Kind::list && !node.items.empty()) {
      for (const YamlNode &item : node.items)
        item.kind == Kind::scalar ? names.push_back(item.text) : expect(item, "", "a name");
    } else {
      expect(node, "", "a name, or a list of names");
    }
  }

  /// Longer ones nest deeper than their parser's stack holds, or match for minutes.
  void checkRegexes(const YamlNode &node, const std::vector<std::string> &texts) {
    constexpr size_t longest = 1000;
    for (const std::string &text : texts)
      if (text.size() > longest)
        fail(node, "a regular expression has " + std::to_string(text.size()) + " characters, expected at most " +
                       std::to_string(longest));
      else if (std::string why; !llvm::Regex(text).isValid(why))
        fail(node, "'" + text + "' is no regular expression: " + why);
  }

  void readBetween(const YamlNode &node, std::pair<std::string, std::string> &between) {
    std::vector<std::string> names;
    readNames(node, names);
    if (names.size() != 2 || names[0].empty() || names[1].empty())
      return expect(node, "between", "two names of values: [FROM, TO]");
    between = {names[0], names[1]};
  }

  void readActivations(const YamlNode &node, qnn::ValueChoice &choice) {
    const std::string at = "activations.";
    keys(node, "activations",
         {{"bits", [&](const YamlNode &value) { choice.bits = unsigned(readInteger(value, at + "bits")); }},
          {"symmetric", [&](const YamlNode &value) { choice.symmetric = readFlag(value, at + "symmetric"); }},
          {"method", [&](const YamlNode &value) { choice.method = readMethod(value); }},
          {"percentile", [&](const YamlNode &value) { choice.percentile = readNumber(value, at + "percentile"); }},
          {"range", [&](const YamlNode &value) { choice.range = readRange(value); }},
          {"scale", [&](const YamlNode &value) { choice.scale = readScale(value, at + "scale"); }},
          {"zero_point", [&](const YamlNode &value) { choice.zeroPoint = readInteger(value, at + "zero_point"); }}});
    if (std::string problem = contradictionOf(choice); !problem.empty())
      fail(node, problem);
  }

  static std::string contradictionOf(qnn::ValueChoice &choice) {
    if (choice.bits && *choice.bits != 8 && *choice.bits != 16)
      return "activations.bits is " + std::to_string(*choice.bits) + ", expected 8 or 16";
    if (choice.range && choice.scale)
      return "activations.range and activations.scale say the same; leave one of them out";
    if (choice.zeroPoint && !choice.scale)
      return "activations.zero_point is of activations.scale, which is not there";
    if (choice.method && choice.hasGrid())
      return "activations.method finds what activations.range or activations.scale say; leave one of them out";
    if (choice.percentile && (*choice.percentile < 50 || *choice.percentile > 100))
      return "activations.percentile must lie in 50 to 100";
    if (choice.percentile && choice.method.value_or("percentile") != "percentile")
      return "activations.percentile is of the method percentile, found " + *choice.method;
    if (choice.percentile)
      choice.method = "percentile";
    return "";
  }

  void readWeights(const YamlNode &node, qnn::LayerChoice &choice) {
    keys(node, "weights",
         {{"bits", [&](const YamlNode &value) { checkWeightBits(value); }},
          {"symmetric", [&](const YamlNode &value) { checkSymmetricWeights(value); }},
          {"per_channel", [&](const YamlNode &value) { choice.perChannel = readFlag(value, "weights.per_channel"); }},
          {"scale", [&](const YamlNode &value) { choice.weightScales = readScales(value); }},
          {"bias_correction",
           [&](const YamlNode &value) { choice.biasCorrection = readFlag(value, "weights.bias_correction"); }},
          {"rounding", [&](const YamlNode &value) { choice.adaptiveRounding = readRounding(value); }}});
    if (choice.perChannel && choice.weightScales.size() > 1 && !*choice.perChannel)
      fail(node, "weights.scale has one for each channel, but weights.per_channel is false");
  }

  /// Whether it is "adaptive".
  bool readRounding(const YamlNode &node) {
    if (node.text != "adaptive" && node.text != "nearest")
      expect(node, "weights.rounding", "nearest or adaptive");
    return node.text == "adaptive";
  }

  /// The one width that there is may be said.
  void checkWeightBits(const YamlNode &node) {
    if (node.text != "8")
      expect(node, "weights.bits", "8: programs have weights of 8 bits");
  }
  void checkSymmetricWeights(const YamlNode &node) {
    if (node.text != "true")
      expect(node, "weights.symmetric", "true: weights have zero point 0");
  }

  bool readFlag(const YamlNode &node, const std::string &path) {
    if (node.text != "true" && node.text != "false")
      expect(node, path, "true or false");
    return node.text == "true";
  }

  int64_t readInteger(const YamlNode &node, const std::string &path) {
    int64_t integer = 0;
    if (node.kind != Kind::scalar || llvm::StringRef(node.text).getAsInteger(10, integer) || std::abs(integer) > 65536)
      expect(node, path, "an integer");
    return integer;
  }

  double readScale(const YamlNode &node, const std::string &path) {
    const double scale = readNumber(node, path);
    // Scales are float32 (A1).
    if (!problem && !(float(scale) > 0 && std::isfinite(float(scale))))
      expect(node, path, "a positive float32");
    return double(float(scale));
  }

  std::vector<double> readScales(const YamlNode &node) {
    std::vector<double> scales;
    if (node.kind == Kind::list && !node.items.empty())
      for (const YamlNode &item : node.items)
        scales.push_back(readScale(item, "weights.scale"));
    else
      scales.push_back(readScale(node, "weights.scale"));
    return scales;
  }

  std::pair<double, double> readRange(const YamlNode &node) {
    if (node.kind != Kind::list || node.items.size() != 2) {
      expect(node, "activations.range", "two numbers: [MIN, MAX]");
      return {};
    }
    const double low = readNumber(node.items[0], "activations.range"),
                 high = readNumber(node.items[1], "activations.range");
    if (!problem && !(low <= 0 && high >= 0 && low < high))
      fail(node, "activations.range is [" + node.items[0].text + ", " + node.items[1].text +
                     "], expected MIN < MAX with 0 between them or at an end");
    return {low, high};
  }

  std::string readMethod(const YamlNode &node) {
    const std::vector<std::string> names = calibration::methodNames();
    if (node.kind != Kind::scalar || !llvm::is_contained(names, node.text))
      expect(node, "activations.method", "one of " + llvm::join(names, ", ") + didYouMean(node.text, names));
    return node.text;
  }
};

} // namespace

Result<Rules> tare::config::parseRules(llvm::StringRef text, const std::string &file) {
  Result<YamlNode> root = parseYaml(text, file);
  return root ? Reader(file).read(*root) : Result<Rules>(root.error());
}
