//===- Select.cpp - Which layers a rule is about --------------------------===//
#include "tare/Config/Apply.h"
#include "tare/Diagnostics/Nearest.h"

#include "llvm/ADT/Sequence.h"
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
  /// `known`: the names that there are. An error where a name is neither one of these nor a glob.
  static Result<Names> of(const std::vector<std::string> &given, const LayerIndex::ByName &known) {
    Names names;
    for (const std::string &name : given)
      if (known.contains(name))
        names.exact.insert(name);
      else if (auto glob = llvm::GlobPattern::create(name, /*MaxSubPatterns=*/1024))
        names.globs.push_back(std::move(*glob));
      else
        return Error{"'" + name + "' is no name and no glob: " + llvm::toString(glob.takeError())};
    return names;
  }

  bool contains(llvm::StringRef name) const {
    return exact.contains(name) || llvm::any_of(globs, [&](const auto &glob) { return glob.match(name); });
  }
  bool areExact() const { return globs.empty() && !exact.empty(); }

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

/// Those that have any of the names, in their order.
std::vector<size_t> joined(const LayerIndex::ByName &index, const std::vector<std::string> &names) {
  std::vector<size_t> numbers;
  for (const std::string &name : names)
    if (auto found = index.find(name); found != index.end())
      llvm::append_range(numbers, found->second);
  llvm::sort(numbers);
  numbers.erase(llvm::unique(numbers), numbers.end());
  return numbers;
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

LayerIndex::LayerIndex(const std::vector<Layer> &layers) : layers(layers) {
  for (size_t i = 0; i < layers.size(); ++i) {
    byName[layers[i].name].push_back(i);
    for (const std::string &value : layers[i].values) {
      byValue[value].push_back(i);
      byTensor[value].push_back(i);
    }
    if (!layers[i].weights.empty())
      byTensor[layers[i].weights].push_back(i);
  }
}

/// The layers whose grids the activations of the named ones have.
std::vector<size_t> LayerIndex::feedersOf(const std::vector<std::string> &readers) const {
  std::vector<size_t> feeders;
  for (size_t reader : joined(byName, readers)) {
    if (layers[reader].operandLayers.empty())
      continue;
    size_t source = layers[reader].operandLayers.front();
    while (layers[source].keepsGrid && !layers[source].operandLayers.empty())
      source = layers[source].operandLayers.front();
    feeders.push_back(source);
  }
  llvm::sort(feeders);
  feeders.erase(llvm::unique(feeders), feeders.end());
  return feeders;
}

Result<std::vector<size_t>> LayerIndex::select(const Selector &selector) const {
  Result<Names> names = Names::of(selector.layers, byName), values = Names::of(selector.values, byValue);
  for (const Result<Names> *each : {&names, &values})
    if (!*each)
      return each->error();
  std::vector<llvm::Regex> regexes;
  for (const std::string &text : selector.regexes)
    regexes.emplace_back(text);
  std::optional<std::vector<bool>> inside;
  if (!selector.between.first.empty()) {
    auto found = Between(layers).find(selector.between.first, selector.between.second);
    if (!found)
      return found.error();
    inside = std::move(*found);
  }
  // What is named exactly is found without a look at all layers: tables have a rule for each.
  std::vector<size_t> candidates;
  if (!selector.tensors.empty())
    candidates = joined(byTensor, selector.tensors);
  else if (!selector.feeds.empty())
    candidates = feedersOf(selector.feeds);
  else if (names->areExact())
    candidates = joined(byName, selector.layers);
  else if (values->areExact())
    candidates = joined(byValue, selector.values);
  else
    llvm::append_range(candidates, llvm::seq<size_t>(0, layers.size()));
  auto isOf = [](const std::vector<std::string> &given, auto fits) {
    return given.empty() || llvm::any_of(given, fits);
  };
  llvm::erase_if(candidates, [&](size_t i) {
    const Layer &layer = layers[i];
    const bool fits =
        (!inside || (*inside)[i]) && (selector.layers.empty() || names->contains(layer.name)) &&
        (selector.values.empty() || llvm::any_of(layer.values, [&](auto &name) { return values->contains(name); })) &&
        (regexes.empty() || llvm::any_of(regexes, [&](const auto &regex) { return regex.match(layer.name); })) &&
        isOf(selector.operators, [&](const auto &op) { return llvm::StringRef(op).equals_insensitive(layer.op); });
    return !fits;
  });
  return candidates;
}
