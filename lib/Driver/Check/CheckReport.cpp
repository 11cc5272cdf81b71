//===- CheckReport.cpp - What the self-check tells ------------------------===//
#include "Driver/Check/SelfCheck.h"

#include "Driver/Compare/DifferenceText.h"
#include "Driver/Json.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

using namespace tare;

namespace {

std::string cosineText(double cosine, int digits) {
  return std::isnan(cosine) ? "not finite" : fmt::format("{:.{}f}", cosine, digits);
}

/// "0, 3, 7 to 9", with dots after some.
std::string listed(const std::vector<int64_t> &indices) {
  constexpr size_t mostRuns = 6;
  std::string text;
  size_t runs = 0;
  for (size_t i = 0; i != indices.size(); ++runs) {
    if (runs == mostRuns)
      return text + ", ..";
    size_t last = i;
    while (last + 1 != indices.size() && indices[last + 1] == indices[last] + 1)
      ++last;
    text += (text.empty() ? "" : ", ") + fmt::format("{}", indices[i]);
    if (last != i)
      text += fmt::format(" to {}", indices[last]);
    i = last + 1;
  }
  return text;
}

/// Where along an axis a part lies, where that says it.
std::string indicesOf(const Collapse &part) {
  return part.axis ? fmt::format(" ({} along axis {})", listed(part.indices), *part.axis) : "";
}

/// Which elements of an output, but all of it.
std::string placeOf(const Collapse &collapse) {
  if (collapse.isPart)
    return fmt::format("what is from value '{}'{}", collapse.value, indicesOf(collapse));
  return fmt::format("{} of {} slices along axis {} ({})", collapse.indices.size(), collapse.slices, *collapse.axis,
                     listed(collapse.indices));
}

/// What an output is judged by.
std::string measureOf(const OutputQuality &quality) {
  if (quality.equal)
    return equalText(quality.difference);
  return fmt::format("SQNR {}, cosine {}", decibels(quality.difference.sqnr()),
                     cosineText(quality.difference.cosine(), 6));
}

std::string describe(const CheckedOutput &output, int64_t samples) {
  const OutputQuality &quality = output.quality;
  std::string line = fmt::format("output '{}': {}", quality.name, measureOf(quality));
  if (quality.rangeUsed)
    line += fmt::format(", {:.0f} % of its range used", 100 * *quality.rangeUsed);
  auto worst = std::ranges::min_element(quality.parts, {}, &Collapse::sqnr);
  if (worst != quality.parts.end())
    line +=
        fmt::format("; of its parts '{}'{} has the least, {}", worst->value, indicesOf(*worst), decibels(worst->sqnr));
  line += fmt::format(" ({} sample{})", samples, samples == 1 ? "" : "s");
  if (const std::optional<Unseen> &unseen = quality.unseen)
    line += fmt::format("; these samples say nothing of '{}', which stays within [{:.4g}, {:.4g}] in float, less than "
                        "its grid's step of {:.4g}, where others of the calibration reach {:.4g}; check more (--check "
                        "N), or compare on samples that show something",
                        unseen->value, unseen->low, unseen->high, unseen->step, unseen->reach);
  return line;
}

/// Which elements: all of "output 'y'", or some.
std::string subjectOf(const CheckedOutput &output, const Collapse &collapse) {
  std::string subject = fmt::format("output '{}'", output.quality.name);
  if (collapse.isOutput)
    return subject + " has collapsed";
  return fmt::format("{}: {} {} collapsed", subject, placeOf(collapse),
                     collapse.isPart || collapse.indices.size() == 1 ? "has" : "have");
}

/// What has collapsed beside the first: the two worst of it.
std::string othersOf(const std::vector<Collapse> &collapses) {
  constexpr size_t shown = 2;
  std::string text;
  for (size_t i = 1; i < std::min(collapses.size(), 1 + shown); ++i)
    text += (i == 1 ? "; so have " : ", ") + placeOf(collapses[i]);
  return collapses.size() > 1 + shown ? text + fmt::format(" and {} more", collapses.size() - 1 - shown) : text;
}

std::string findingOf(const CheckedOutput &output, const Collapse &collapse) {
  if (collapse.equal && *collapse.equal < fewEqual)
    return equalText(output.quality.difference);
  if (collapse.isConstant)
    return "all elements are equal, in float they are not";
  return fmt::format("SQNR {}{}, cosine {}", collapse.indices.size() > 1 && !collapse.isPart ? "down to " : "",
                     decibels(collapse.sqnr), cosineText(collapse.cosine, 4));
}

std::string originText(const LossOrigin &origin) {
  const char *where = origin.isInput     ? "the loss begins in input"
                      : origin.isGradual ? "it is lost little by little, most in layer"
                                         : "the loss begins in layer";
  std::string text = fmt::format("{} '{}'", where, origin.layer);
  if (origin.step > 0)
    text += fmt::format(", which holds [{:.4g}, {:.4g}] in steps of {:.4g}", origin.low, origin.high, origin.step);
  return text;
}

/// What is missing of what has not collapsed; bools and indices have no decibels.
void setCost(Warning &warning, const Collapse &collapse) {
  constexpr double most = 1e3;
  if (collapse.equal)
    return;
  warning.cost = std::isnan(collapse.sqnr) ? most : std::clamp(collapsedSqnr - collapse.sqnr, 0.0, most);
  warning.unit = CostUnit::decibel;
}

Warning collapseWarning(const CheckedOutput &output) {
  const Collapse &collapse = output.quality.collapses.front();
  Warning warning;
  warning.kind = "CollapsedOutput";
  warning.cause = warning.layer = output.origin ? output.origin->layer : output.quality.name;
  setCost(warning, collapse);
  warning.text = subjectOf(output, collapse) + ": " + findingOf(output, collapse) + othersOf(output.quality.collapses);
  if (output.origin)
    warning.text += "; " + originText(*output.origin);
  warning.remedy = output.remedy;
  return warning;
}

/// Of an output that has not collapsed.
Warning weightWarning(const CheckedOutput &output) {
  const double sqnr = output.quality.difference.sqnr();
  Warning warning;
  warning.kind = "LostWeights";
  warning.layer = output.weights->layer;
  warning.cost = std::max(weakSqnr - sqnr, 0.0);
  warning.unit = CostUnit::decibel;
  warning.text = fmt::format("output '{}': SQNR {}; {}", output.quality.name, decibels(sqnr), output.weights->text);
  warning.remedy = output.weights->remedy;
  return warning;
}

void writeCollapse(llvm::json::OStream &json, const Collapse &collapse) {
  json.object([&] {
    json.attribute("value", jsonText(collapse.value));
    if (collapse.axis) {
      json.attribute("axis", *collapse.axis);
      jsonList(json, "indices", collapse.indices);
    }
    json.attribute("sqnr_db", jsonNumber(collapse.sqnr));
    json.attribute("cosine", jsonNumber(collapse.cosine));
    json.attribute("all_equal", collapse.isConstant);
  });
}

void writeOrigin(llvm::json::OStream &json, const LossOrigin &origin) {
  json.attributeObject("loss_begins", [&] {
    json.attribute("layer", jsonText(origin.layer));
    json.attribute("sqnr_db", jsonNumber(origin.sqnr));
    json.attribute("operand_sqnr_db", jsonNumber(origin.operandSqnr));
    json.attribute("gradual", origin.isGradual);
    json.attribute("cause", jsonText(origin.cause));
  });
}

void writeOutput(llvm::json::OStream &json, const CheckedOutput &output) {
  const OutputQuality &quality = output.quality;
  json.object([&] {
    json.attribute("name", jsonText(quality.name));
    json.attribute("sqnr_db", jsonNumber(quality.difference.sqnr()));
    json.attribute("cosine", jsonNumber(quality.difference.cosine()));
    json.attribute("equal_share", quality.equal ? jsonNumber(*quality.equal) : llvm::json::Value(nullptr));
    json.attribute("range_used", quality.rangeUsed ? jsonNumber(*quality.rangeUsed) : llvm::json::Value(nullptr));
    json.attributeArray("parts", [&] {
      for (const Collapse &part : quality.parts)
        writeCollapse(json, part);
    });
    json.attribute("unseen",
                   quality.unseen ? llvm::json::Value(jsonText(quality.unseen->value)) : llvm::json::Value(nullptr));
    json.attributeArray("collapsed", [&] {
      for (const Collapse &collapse : quality.collapses)
        writeCollapse(json, collapse);
    });
    if (output.origin)
      writeOrigin(json, *output.origin);
    if (!output.remedy.empty())
      json.attribute("remedy", jsonText(output.remedy));
  });
}

} // namespace

std::vector<std::string> tare::linesOf(const SelfCheck &check, size_t most) {
  std::vector<std::string> lines;
  for (const CheckedOutput &output : check.outputs) {
    if (lines.size() == most) {
      lines.push_back(fmt::format("and {} more outputs; --verbose shows all", check.outputs.size() - most));
      break;
    }
    lines.push_back(describe(output, check.samples));
  }
  return lines;
}

std::vector<Warning> tare::warningsOf(const SelfCheck &check) {
  std::vector<Warning> warnings;
  for (const CheckedOutput &output : check.outputs)
    if (!output.quality.collapses.empty())
      warnings.push_back(collapseWarning(output));
    else if (output.weights)
      warnings.push_back(weightWarning(output));
  return warnings;
}

std::optional<Warning> tare::unmovedWarning(const SelfCheck &check) {
  if (!check.isUnmoved)
    return std::nullopt;
  Warning warning;
  warning.kind = "UnmovedOutputs";
  warning.layer = check.outputs.front().quality.name;
  warning.unit = CostUnit::none;
  warning.text = fmt::format("all outputs ('{}'{}) are the same for {} different samples, in float: the network does "
                             "not react to these data",
                             warning.layer, check.outputs.size() > 1 ? ", .." : "", check.samples);
  warning.remedy = "calibrate on data as the network takes them: scaled, centered and laid out as in training";
  return warning;
}

void tare::writeCheck(llvm::json::OStream &json, const SelfCheck &check) {
  json.attributeObject("check", [&] {
    json.attribute("samples", check.samples);
    json.attributeArray("outputs", [&] {
      for (const CheckedOutput &output : check.outputs)
        writeOutput(json, output);
    });
    json.attributeObject("program", [&] {
      json.attribute("layers", check.program.layers);
      json.attribute("elements", check.program.elements);
      json.attribute("differing", check.program.differing);
      json.attribute("largest_difference", jsonNumber(check.program.largest));
    });
  });
}
