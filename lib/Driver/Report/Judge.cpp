//===- Judge.cpp - What a reader should know first ------------------------===//
#include "Driver/Report/Report.h"

#include "Driver/Check/OutputCheck.h"
#include "Driver/Compare/DifferenceText.h"

#include "llvm/ADT/STLExtras.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

using namespace tare;
using Severity = Finding::Severity;

namespace {

/// An output's least SQNR, or share of equal elements, of each grade but the last.
struct Limit {
  Grade grade;
  double sqnr, equal;
};
constexpr Limit limits[] = {{Grade::close, 30, 0.99}, {Grade::fair, 20, 0.9}, {Grade::far, collapsedSqnr, fewEqual}};

Grade gradeOf(const Accuracy &accuracy) {
  for (const Limit &limit : limits)
    if (accuracy.isDiscrete ? accuracy.difference.equalShare() >= limit.equal
                            : accuracy.difference.sqnr() >= limit.sqnr)
      return limit.grade;
  return Grade::lost;
}

std::string measureOf(const Accuracy &accuracy) {
  return accuracy.isDiscrete ? equalText(accuracy.difference) : "SQNR " + decibels(accuracy.difference.sqnr());
}

std::string percent(double share) { return fmt::format("{:.3g} %", 100 * share); }

//===----------------------------------------------------------------------===//
// Single findings
//===----------------------------------------------------------------------===//

/// Less than so much of a grid is used, more than so many channels are coarse: enough to be why a layer adds error.
constexpr double littleUsed = 0.25, manyCoarse = 0.1;

/// Why a layer may add error, and what helps.
struct Cause {
  std::string text, advice;
};

Cause causeOf(const InspectedLayer &layer, const ReportedLayer &row) {
  const std::optional<GridEnds> grid = gridEnds(layer);
  if (row.seen && grid && row.seen->clippedShare() > muchClipped)
    return {fmt::format("{} of its values lie beyond its range, [{:.4g}, {:.4g}], and are cut off",
                        percent(row.seen->clippedShare()), grid->low, grid->high),
            "calibrate on more samples like these, or by --method min_max"};
  // At 16 bits ranges go on beyond what was seen, where steps are plenty.
  const bool hasFewSteps = layer.output.element == ElementType::i8;
  if (row.seen && grid && hasFewSteps && row.seen->usedShare(*grid) < littleUsed)
    return {fmt::format("its values take up {} of its range, [{:.4g}, {:.4g}]", percent(row.seen->usedShare(*grid)),
                        grid->low, grid->high),
            "calibrate on samples like these, or see which outliers have made the range so wide"};
  if (row.weights && double(row.weights->coarse) > manyCoarse * double(row.weights->channels))
    return {fmt::format("the weights of {} of its {} channels use fewer than {} steps", row.weights->coarse,
                        row.weights->channels, WeightChannels::fewSteps),
            "make channels alike in size by --equalize on"};
  if (hasFewSteps)
    return {"its 8 bits are coarse beside what it computes",
            fmt::format("give it 16 bits where the target has them: layer: {}, activations: {{bits: 16}} in --config",
                        layer.name)};
  return {};
}

Finding findingOfLayer(const Report &report, size_t index) {
  const ReportedLayer &row = report.layers[index];
  const double behind = -10 * std::log10(*row.accuracy->noticed);
  const Cause cause = causeOf(report.inspection.layers[index], row);
  std::string text = row.accuracy->fall
                         ? fmt::format("'{}' loses {:.1f} dB: {:.1f} dB behind it, {:.1f} dB before", row.label,
                                       *row.accuracy->fall, behind, behind + *row.accuracy->fall)
                         : fmt::format("'{}' is the first to lose: {:.1f} dB behind it", row.label, behind);
  if (!cause.text.empty())
    text += "; " + cause.text;
  // What is added where results are close is worth a look, no more.
  const bool isMuch = behind < limits[1].sqnr;
  return {isMuch ? Severity::warning : Severity::remark, int64_t(index), text, cause.advice};
}

/// Whether some layers have 8 bits, so that all could have 16.
bool isNarrow(const Report &report) {
  return std::ranges::any_of(report.inspection.layers, [](const InspectedLayer &layer) {
    return gridEnds(layer) && layer.output.element == ElementType::i8;
  });
}

/// An output, or what is joined in one: many boxes may hide that the scores beside them are lost.
struct Judged {
  std::string text;
  const Accuracy *accuracy;
  int64_t layer = -1;
};

std::vector<Judged> judgedOf(const Report &report) {
  std::vector<Judged> all;
  for (const ReportedAccuracy &output : report.accuracy) {
    all.push_back({fmt::format("output '{}'", output.name), &output.accuracy});
    for (size_t part : output.parts)
      all.push_back({fmt::format("the part '{}' of output '{}'", report.layers[part].label, output.name),
                     &*report.layers[part].accuracy, int64_t(part)});
  }
  return all;
}

std::optional<Finding> findingOfOutput(const Report &report, const Judged &output) {
  const Grade grade = gradeOf(*output.accuracy);
  if (grade != Grade::lost && grade != Grade::far)
    return std::nullopt;
  const bool isLost = grade == Grade::lost;
  return Finding{isLost ? Severity::error : Severity::warning, output.layer,
                 fmt::format("{} {}: {}", output.text, isLost ? "has collapsed" : "is far from the model's",
                             measureOf(*output.accuracy)),
                 isNarrow(report) ? "see below where accuracy falls; --activations i16 gives all layers 16 bits"
                                  : "see below where accuracy falls"};
}

/// Whether what reads a layer has half of its error at least.
bool isNoticed(const ReportedLayer &row) {
  return !row.accuracy || !row.accuracy->noticed ||
         *row.accuracy->noticed >= std::pow(10, -row.accuracy->difference.sqnr() / 10) / 2;
}

/// Of layers that are no finding by what they add.
void addRanges(Report &report, const std::vector<size_t> &told) {
  for (size_t i = 0; i != report.layers.size(); ++i) {
    const ReportedLayer &row = report.layers[i];
    if (!row.seen || row.seen->clippedShare() <= muchClipped || !isNoticed(row) || std::ranges::count(told, i))
      continue;
    report.findings.push_back({Severity::remark, int64_t(i),
                               fmt::format("{} of the values of '{}' lie beyond its range and are cut off",
                                           percent(row.seen->clippedShare()), row.label)});
  }
}

void addWeights(Report &report) {
  for (size_t i = 0; i != report.layers.size(); ++i)
    if (const auto &weights = report.layers[i].weights; weights && weights->dead > 0)
      report.findings.push_back({Severity::remark, int64_t(i),
                                 fmt::format("the weights of {} of the {} channels of '{}' are all 0", weights->dead,
                                             weights->channels, report.layers[i].label)});
}

void addHost(Report &report) {
  int64_t count = 0, macs = 0, all = 0, first = -1;
  for (size_t i = 0; i != report.layers.size(); ++i) {
    const InspectedLayer &layer = report.inspection.layers[i];
    all += layer.macs;
    if (!layer.isHost)
      continue;
    first = count++ == 0 ? int64_t(i) : first;
    macs += layer.macs;
  }
  if (count > 0)
    report.findings.push_back(
        {Severity::remark, first,
         fmt::format("the host computes {} layer{} in float, with {} of the multiply-accumulates; the first is '{}'",
                     count, count == 1 ? "" : "s", percent(all ? double(macs) / double(all) : 0),
                     report.layers[first].label)});
}

//===----------------------------------------------------------------------===//
// The verdict
//===----------------------------------------------------------------------===//

std::string gradeText(Grade grade) {
  switch (grade) {
  case Grade::close:
    return "The program is close to the model";
  case Grade::fair:
    return "The program follows the model";
  case Grade::far:
    return "The program is far from the model";
  case Grade::lost:
    return "The program has lost an output of the model";
  case Grade::unknown:
    break;
  }
  return "How close the program is to the model is not known, as no data were given";
}

/// That of the worst grade; of several the one with the least SQNR.
Judged worstOf(const std::vector<Judged> &all) {
  auto isWorse = [](const Judged &a, const Judged &b) {
    const Grade first = gradeOf(*a.accuracy), second = gradeOf(*b.accuracy);
    const double x = a.accuracy->difference.sqnr(), y = b.accuracy->difference.sqnr();
    return first != second ? first > second : (std::isnan(x) && !std::isnan(y)) || x < y;
  };
  return *std::ranges::min_element(all, isWorse);
}

Verdict verdictOf(const Report &report) {
  const std::vector<Judged> all = judgedOf(report);
  if (all.empty())
    return {Grade::unknown, gradeText(Grade::unknown) + "."};
  const Judged worst = worstOf(all);
  const Grade grade = gradeOf(*worst.accuracy);
  std::string text =
      fmt::format("{}: {}{}, {} ({} sample{}).", gradeText(grade), all.size() > 1 ? "worst is " : "", worst.text,
                  measureOf(*worst.accuracy), report.samples, report.samples == 1 ? "" : "s");
  const std::vector<size_t> most = worstLayers(report, 1);
  if (grade != Grade::close && !most.empty())
    text += fmt::format(" Most of the error enters at '{}'.", report.layers[most.front()].label);
  if (grade == Grade::fair)
    text += " What that costs a score is told by tare evaluate.";
  return {grade, text};
}

} // namespace

llvm::StringRef tare::nameOf(Grade grade) {
  constexpr const char *names[] = {"unknown", "close", "fair", "far", "lost"};
  return names[size_t(grade)];
}

std::optional<double> tare::leastSqnr(const Report &report) {
  std::optional<double> least;
  for (const Judged &output : judgedOf(report))
    if (const double sqnr = output.accuracy->difference.sqnr(); !output.accuracy->isDiscrete && !std::isnan(sqnr))
      least = std::min(least.value_or(HUGE_VAL), sqnr);
  return least;
}

void tare::judge(Report &report) {
  constexpr size_t shown = 6;
  for (const Judged &output : judgedOf(report))
    if (std::optional<Finding> finding = findingOfOutput(report, output))
      report.findings.push_back(std::move(*finding));
  const std::vector<size_t> worst = worstLayers(report, shown);
  for (size_t layer : worst)
    report.findings.push_back(findingOfLayer(report, layer));
  addRanges(report, worst);
  addWeights(report);
  addHost(report);
  llvm::stable_sort(report.findings, [](const Finding &a, const Finding &b) { return a.severity < b.severity; });
  report.verdict = verdictOf(report);
}
