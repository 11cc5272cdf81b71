//===- WarningSummary.cpp - Few warnings, ranked --------------------------===//
#include "Driver/Compile/WarningSummary.h"

#include "Driver/Json.h"

#include <algorithm>
#include <fmt/format.h>
#include <tuple>

using namespace tare;

namespace {

/// So many layers of a group are named beside the worst.
constexpr size_t shownLayers = 3;

/// Warnings of one kind and one cause, the worst first.
using Group = std::vector<const Warning *>;

/// Of warnings of one array: where they cost the same, the earlier one comes first.
bool comesFirst(const Warning *a, const Warning *b) {
  return std::tuple(a->unit, -a->cost, a) < std::tuple(b->unit, -b->cost, b);
}

/// One without a kind is like no other.
bool belongsTo(const Warning &warning, const Group &group) {
  return !warning.kind.empty() && warning.kind == group.front()->kind && warning.cause == group.front()->cause;
}

/// Groups by their worst, in the order of the warnings where these cost the same: of the remarks, or of all others.
std::vector<Group> ranked(std::span<const Warning> warnings, bool negligible) {
  std::vector<Group> groups;
  for (const Warning &warning : warnings) {
    if (warning.isNegligible() != negligible)
      continue;
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

/// The layers of a group but for the worst's, each once, the worst first.
std::vector<std::string_view> otherLayers(const Group &group) {
  std::vector<std::string_view> layers;
  for (const Warning *other : group)
    if (!other->layer.empty() && other->layer != group.front()->layer &&
        std::ranges::find(layers, other->layer) == layers.end())
      layers.push_back(other->layer);
  return layers;
}

std::string lineOf(const Group &group) {
  const Warning &worst = *group.front();
  if (group.size() == 1)
    return worst.message();
  const std::vector<std::string_view> layers = otherLayers(group);
  std::string others = layers.empty() ? "" : "; the others";
  for (size_t i = 0; i != std::min(shownLayers, layers.size()); ++i)
    others += fmt::format("{}'{}'", i == 0 ? ": " : ", ", layers[i]);
  return fmt::format("{} (the {} of {} such warnings{}{}; --verbose shows all)", worst.message(),
                     worst.unit == CostUnit::none ? "first" : "worst", group.size(), others,
                     layers.size() <= shownLayers ? "" : ", ..");
}

std::vector<std::string> messagesOf(const std::vector<Group> &groups) {
  std::vector<std::string> messages;
  for (const Group &group : groups)
    std::ranges::transform(group, std::back_inserter(messages), &Warning::message);
  return messages;
}

} // namespace

std::vector<std::string> tare::warningLines(std::span<const Warning> warnings, bool all) {
  std::vector<Group> groups = ranked(warnings, /*negligible=*/false);
  if (all)
    return messagesOf(groups);
  std::vector<std::string> lines;
  std::ranges::transform(groups, std::back_inserter(lines), lineOf);
  return lines;
}

std::vector<std::string> tare::remarkLines(std::span<const Warning> warnings) {
  return messagesOf(ranked(warnings, /*negligible=*/true));
}

void tare::writeWarnings(llvm::json::OStream &json, std::span<const Warning> warnings) {
  std::vector<Group> groups = ranked(warnings, /*negligible=*/false);
  std::ranges::copy(ranked(warnings, /*negligible=*/true), std::back_inserter(groups));
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
        json.attribute("negligible", warning.isNegligible());
        json.attribute("text", jsonText(warning.text));
        json.attribute("remedy", jsonText(warning.remedy));
      });
    });
  });
}
