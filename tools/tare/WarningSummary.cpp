//===- WarningSummary.cpp - Few warnings, ranked --------------------------===//
#include "WarningSummary.h"

#include "Json.h"

#include <algorithm>
#include <fmt/format.h>
#include <tuple>

using namespace tare;

namespace {

/// What costs less, in LSB, shares one line whatever its kind: hardly anybody wants to know more.
constexpr double cheap = 0.05;
/// So many layers of a group are named beside the worst.
constexpr size_t shownLayers = 3;

/// Warnings of one kind and one cause, the worst first.
using Group = std::vector<const Warning *>;

/// Of warnings of one array: where they cost the same, the earlier one comes first.
bool comesFirst(const Warning *a, const Warning *b) {
  return std::tuple(a->unit, -a->cost, a) < std::tuple(b->unit, -b->cost, b);
}

bool isCheap(const Warning &warning) { return warning.unit == CostUnit::lsb && warning.cost < cheap; }

/// One without a kind is like no other.
bool belongsTo(const Warning &warning, const Group &group) {
  if (isCheap(warning) || isCheap(*group.front()))
    return isCheap(warning) && isCheap(*group.front());
  return !warning.kind.empty() && warning.kind == group.front()->kind && warning.cause == group.front()->cause;
}

/// Groups by their worst, in the order of the warnings where these cost the same.
std::vector<Group> ranked(std::span<const Warning> warnings) {
  std::vector<Group> groups;
  for (const Warning &warning : warnings) {
    auto group = std::ranges::find_if(groups, [&](const Group &known) { return belongsTo(warning, known); });
    if (group == groups.end())
      group = groups.emplace(groups.end());
    group->push_back(&warning);
  }
  for (Group &group : groups)
    std::ranges::sort(group, comesFirst);
  std::ranges::sort(groups, [](const Group &a, const Group &b) { return comesFirst(a.front(), b.front()); });
  return groups;
}

std::string lineOf(const Group &group) {
  const Warning &worst = *group.front();
  if (group.size() == 1)
    return worst.message();
  std::string others;
  for (const Warning *other : std::span(group).subspan(1, std::min(shownLayers, group.size() - 1)))
    if (!other->layer.empty())
      others += (others.empty() ? ": '" : ", '") + other->layer + "'";
  bool isComplete = group.size() <= shownLayers + 1;
  return fmt::format("{} (the {} of {} {}; the others{}{}; --verbose shows all)", worst.message(),
                     worst.unit == CostUnit::none ? "first" : "worst", group.size(),
                     isCheap(worst) ? fmt::format("that cost less than {} LSB", cheap) : "such warnings", others,
                     isComplete ? "" : ", ..");
}

} // namespace

std::vector<std::string> tare::warningLines(std::span<const Warning> warnings, bool all) {
  std::vector<std::string> lines;
  for (const Group &group : ranked(warnings))
    if (all)
      std::ranges::transform(group, std::back_inserter(lines), &Warning::message);
    else
      lines.push_back(lineOf(group));
  return lines;
}

void tare::writeWarnings(llvm::json::OStream &json, std::span<const Warning> warnings) {
  std::vector<Group> groups = ranked(warnings);
  auto each = [&](auto write) {
    for (const Group &group : groups)
      for (const Warning *warning : group)
        write(*warning);
  };
  json.attributeArray("warnings", [&] { each([&](const Warning &w) { json.value(jsonText(w.message())); }); });
  json.attributeArray("warning_details", [&] {
    each([&](const Warning &warning) {
      json.object([&] {
        json.attribute("kind", warning.kind);
        json.attribute("cause", jsonText(warning.cause));
        json.attribute("layer", jsonText(warning.layer));
        json.attribute("cost", jsonNumber(warning.cost));
        json.attribute("unit", nameOf(warning.unit));
        json.attribute("text", jsonText(warning.text));
        json.attribute("remedy", jsonText(warning.remedy));
      });
    });
  });
}
