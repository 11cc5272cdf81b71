//===- Select.cpp - Which layers a rule is about --------------------------===//
#include "tare/Config/Apply.h"
#include "tare/Diagnostics/Nearest.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/GlobPattern.h"
#include "llvm/Support/Regex.h"

using namespace tare;
using namespace tare::config;

namespace {

/// Names, of which those that are nobody's are globs.
class Names {
public:
  /// `all`: the names that there are.
  Names(const std::vector<std::string> &given, const llvm::StringSet<> &all) {
    for (const std::string &name : given)
      if (all.contains(name))
        exact.insert(name);
      else if (auto glob = llvm::GlobPattern::create(name, /*MaxSubPatterns=*/1024))
        globs.push_back(std::move(*glob));
      else
        llvm::consumeError(glob.takeError());
  }

  bool contains(llvm::StringRef name) const {
    return exact.contains(name) || llvm::any_of(globs, [&](const auto &glob) { return glob.match(name); });
  }

private:
  llvm::StringSet<> exact;
  std::vector<llvm::GlobPattern> globs;
};

/// The layers on a way from one value to another.
class Between {
public:
  explicit Between(const std::vector<Layer> &layers) : layers(layers) {}

  Result<std::vector<bool>> find(const std::string &from, const std::string &to) const {
    Result<size_t> first = makerOf(from), last = makerOf(to);
    if (!first)
      return first.error();
    if (!last)
      return last.error();
    std::vector<bool> behind(layers.size()), before(layers.size());
    behind[*first] = before[*last] = true;
    // Layers are in an order in which operands come first.
    for (size_t i = 0; i < layers.size(); ++i)
      for (size_t operand : layers[i].operandLayers)
        behind[i] = behind[i] || behind[operand];
    for (size_t i = layers.size(); i-- > 0;)
      if (before[i])
        for (size_t operand : layers[i].operandLayers)
          before[operand] = true;
    for (size_t i = 0; i < layers.size(); ++i)
      behind[i] = behind[i] && before[i] && i != *first;
    return behind;
  }

private:
  Result<size_t> makerOf(const std::string &value) const {
    std::vector<std::string> all;
    for (size_t i = 0; i < layers.size(); ++i) {
      if (llvm::is_contained(layers[i].values, value))
        return i;
      all.insert(all.end(), layers[i].values.begin(), layers[i].values.end());
    }
    return Error{"between: no layer gives a value '" + value + "'" + didYouMean(value, all)};
  }

  const std::vector<Layer> &layers;
};

template <typename Get> llvm::StringSet<> allNames(const std::vector<Layer> &layers, Get get) {
  llvm::StringSet<> names;
  for (const Layer &layer : layers)
    for (const std::string &name : get(layer))
      names.insert(name);
  return names;
}

/// The layers whose grids the activations of the named ones have.
std::vector<bool> feedersOf(const std::vector<std::string> &readers, const std::vector<Layer> &layers) {
  std::vector<bool> feeders(layers.size());
  for (const Layer &reader : layers) {
    if (!llvm::is_contained(readers, reader.name) || reader.operandLayers.empty())
      continue;
    size_t source = reader.operandLayers.front();
    while (layers[source].keepsGrid && !layers[source].operandLayers.empty())
      source = layers[source].operandLayers.front();
    feeders[source] = true;
  }
  return feeders;
}

} // namespace

std::string Selector::text() const {
  std::vector<std::string> parts;
  auto add = [&](const char *key, const std::vector<std::string> &names) {
    if (!names.empty())
      parts.push_back(std::string(key) + " '" + llvm::join(names, "', '") + "'");
  };
  add("layer", layers);
  add("regex", regexes);
  add("op", operators);
  add("value", values);
  add("input of", feeds);
  add("tensor", tensors);
  if (!between.first.empty())
    parts.push_back("between '" + between.first + "' and '" + between.second + "'");
  return llvm::join(parts, ", ");
}

Result<std::vector<size_t>> tare::config::select(const Selector &selector, const std::vector<Layer> &layers) {
  const Names names(selector.layers, allNames(layers, [](const Layer &layer) { return std::vector{layer.name}; }));
  const Names values(selector.values, allNames(layers, [](const Layer &layer) { return layer.values; }));
  std::vector<llvm::Regex> regexes;
  for (const std::string &text : selector.regexes)
    regexes.emplace_back(text);
  std::vector<bool> inside(layers.size(), true);
  if (!selector.between.first.empty()) {
    auto found = Between(layers).find(selector.between.first, selector.between.second);
    if (!found)
      return found.error();
    inside = std::move(*found);
  }
  const std::vector<bool> feeders = feedersOf(selector.feeds, layers);
  auto isOf = [](const std::vector<std::string> &given, auto fits) {
    return given.empty() || llvm::any_of(given, fits);
  };
  std::vector<size_t> numbers;
  for (size_t i = 0; i < layers.size(); ++i) {
    const Layer &layer = layers[i];
    const bool fits =
        inside[i] && (selector.layers.empty() || names.contains(layer.name)) &&
        (selector.values.empty() || llvm::any_of(layer.values, [&](auto &name) { return values.contains(name); })) &&
        (regexes.empty() || llvm::any_of(regexes, [&](const auto &regex) { return regex.match(layer.name); })) &&
        isOf(selector.operators, [&](const auto &op) { return llvm::StringRef(op).equals_insensitive(layer.op); }) &&
        (selector.feeds.empty() || feeders[i]) && isOf(selector.tensors, [&](const auto &name) {
          return layer.weights == name || llvm::is_contained(layer.values, name);
        });
    if (fits)
      numbers.push_back(i);
  }
  return numbers;
}
