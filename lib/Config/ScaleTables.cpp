//===- ScaleTables.cpp - Tables of scales as text -------------------------===//
#include "tare/Config/Tables.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"

#include <cmath>

using namespace tare;
using namespace tare::config;

namespace {

constexpr llvm::StringLiteral weightsEnding = "_param_0";

/// A name and the numbers behind it.
struct Line {
  std::string place;
  llvm::StringRef name;
  std::vector<double> numbers;
};

Result<std::vector<Line>> linesOf(llvm::StringRef text, const std::string &file) {
  std::vector<Line> lines;
  llvm::StringSet<> known;
  for (unsigned number = 1; !text.empty(); ++number) {
    auto [line, rest] = text.split('\n');
    text = rest;
    llvm::SmallVector<llvm::StringRef> words;
    llvm::SplitString(line, words);
    if (words.empty() || words[0].starts_with("#"))
      continue;
    Line entry{file + ":" + std::to_string(number), words[0], {}};
    for (llvm::StringRef word : llvm::drop_begin(words)) {
      double value = 0;
      if (!llvm::to_float(word, value) || !std::isfinite(value))
        return Error{entry.place + ": found '" + word.str() + "', expected a number: a line is a name and numbers"};
      entry.numbers.push_back(value);
    }
    if (entry.numbers.empty())
      return Error{entry.place + ": '" + entry.name.str() + "' has no number, expected a scale"};
    if (!known.insert(entry.name).second)
      return Error{entry.place + ": '" + entry.name.str() + "' stands in a line before, too; leave one of them out"};
    lines.push_back(std::move(entry));
  }
  return lines;
}

/// (A1) Scales are float32.
Result<double> stepOf(double scale, const Line &line) {
  if (!(float(scale) > 0) || !std::isfinite(float(scale)))
    return Error{line.place + ": '" + line.name.str() + "' has a scale that is no positive float32"};
  return double(float(scale));
}

/// "LAYER SCALE", "LAYER_param_0 SCALE..": integers per unit, symmetric.
Result<Rules> fromIntegersPerUnit(const std::vector<Line> &lines) {
  Rules rules;
  for (const Line &line : lines) {
    Rule rule;
    rule.place = line.place;
    rule.isLenient = true;
    llvm::StringRef name = line.name;
    const bool areWeights = name.consume_back(weightsEnding);
    if (!areWeights && line.numbers.size() != 1)
      return Error{line.place + ": '" + line.name.str() + "' has " + std::to_string(line.numbers.size()) +
                   " numbers, expected the one scale of what the layer reads"};
    std::vector<double> steps;
    for (double number : line.numbers)
      if (Result<double> step = stepOf(1 / number, line))
        steps.push_back(*step);
      else
        return step.error();
    if (areWeights) {
      rule.selector.layers = {name.str()};
      rule.settings.layer.weightScales = std::move(steps);
    } else {
      rule.selector.feeds = {name.str()};
      rule.settings.activations.bits = 8;
      rule.settings.activations.symmetric = true;
      rule.settings.activations.scale = steps.front();
      rule.settings.activations.zeroPoint = 0;
    }
    rules.push_back(std::move(rule));
  }
  return rules;
}

/// "TENSOR SCALE ZERO_POINT": steps. Where every zero point is 0 the integers are symmetric and have a sign; otherwise
/// they are from 0 to 255, unless one is negative.
Result<Rules> fromSteps(const std::vector<Line> &lines) {
  const bool areSymmetric = llvm::all_of(lines, [](const Line &line) { return line.numbers[1] == 0; });
  const bool areSigned = areSymmetric || llvm::any_of(lines, [](const Line &line) { return line.numbers[1] < 0; });
  Rules rules;
  for (const Line &line : lines) {
    Result<double> step = stepOf(line.numbers[0], line);
    if (!step)
      return step.error();
    const double zero = line.numbers[1] - (areSigned ? 0 : 128);
    if (zero != std::rint(zero) || zero < -128 || zero > 127)
      return Error{line.place + ": '" + line.name.str() + "' has a zero point that no 8 bits hold"};
    Rule rule;
    rule.place = line.place;
    rule.isLenient = true;
    rule.selector.tensors = {line.name.str()};
    rule.settings.activations.bits = 8;
    rule.settings.activations.symmetric = areSymmetric;
    rule.settings.activations.scale = *step;
    rule.settings.activations.zeroPoint = int64_t(zero);
    if (zero == 0)
      rule.settings.layer.weightScales = {*step};
    rules.push_back(std::move(rule));
  }
  return rules;
}

} // namespace

Result<Rules> tare::config::parseScaleTable(llvm::StringRef text, const std::string &file) {
  Result<std::vector<Line>> lines = linesOf(text, file);
  if (!lines)
    return lines.error();
  const bool arePerUnit = llvm::any_of(*lines, [](const Line &line) { return line.name.ends_with(weightsEnding); });
  auto hasTwo = [](const Line &line) { return line.numbers.size() == 2; };
  if (!arePerUnit && llvm::all_of(*lines, hasTwo))
    return fromSteps(*lines);
  if (auto other = llvm::find_if(*lines, hasTwo); !arePerUnit && other != lines->end())
    return Error{other->place +
                 ": has two numbers where other lines have one; a table is LAYER SCALE and LAYER_param_0 "
                 "SCALE.. (ncnn), or TENSOR SCALE ZERO_POINT (Tengine)"};
  return fromIntegersPerUnit(*lines);
}
