//===- TensorJson.cpp - Overrides and encodings in JSON -------------------===//
#include "TensorEntries.h"
#include "tare/Config/Tables.h"
#include "tare/Diagnostics/Nesting.h"

#include <nlohmann/json.hpp>
#include <set>

using namespace tare;
using namespace tare::config;
using nlohmann::json;

namespace {

/// Whether brackets nest no deeper than parsers bear.
bool nests(llvm::StringRef text) {
  size_t depth = 0;
  for (char c : text) {
    depth += c == '[' || c == '{';
    depth -= depth > 0 && (c == ']' || c == '}');
    if (depth > deepestNesting)
      return false;
  }
  return true;
}

/// {TENSOR: [entry per channel, ..]}, or one entry alone.
Result<Rules> fromLists(const json &tensors, TensorKind kind, const std::string &file) {
  Rules rules;
  if (!tensors.is_object())
    return Error{file + ": expected names of tensors, each with a list of its encodings"};
  for (const auto &[name, list] : tensors.items()) {
    auto rule = ruleOf(name, list.is_array() ? list : json::array({list}), kind, file);
    if (!rule)
      return rule.error();
    if (!rule->settings.empty())
      rules.push_back(std::move(*rule));
  }
  return rules;
}

/// [{name: TENSOR, ..}, ..]
Result<Rules> fromNamed(const json &list, TensorKind kind, const std::string &file) {
  Rules rules;
  std::set<std::string> known;
  for (const json &entry : list) {
    auto name = entry.is_object() ? entry.find("name") : entry.end();
    if (!entry.is_object() || name == entry.end() || !name->is_string())
      return Error{file + ": an encoding has no name"};
    if (!known.insert(name->get<std::string>()).second)
      return Error{file + ": tensor '" + name->get<std::string>() + "' stands here twice; leave one of them out"};
    auto rule = ruleOf(name->get<std::string>(), json::array({entry}), kind, file);
    if (!rule)
      return rule.error();
    if (!rule->settings.empty())
      rules.push_back(std::move(*rule));
  }
  return rules;
}

Result<Rules> fromPart(const json &root, const char *key, TensorKind kind, const std::string &file) {
  auto part = root.find(key);
  if (part == root.end())
    return Rules();
  return part->is_array() ? fromNamed(*part, kind, file) : fromLists(*part, kind, file);
}

} // namespace

Result<Rules> tare::config::parseTensorJson(llvm::StringRef text, const std::string &file) {
  if (!nests(text))
    return Error{file + ": brackets nest deeper than " + std::to_string(deepestNesting)};
  const json root = json::parse(text.begin(), text.end(), nullptr, /*allow_exceptions=*/false);
  if (!root.is_object())
    return Error{file + ": is no JSON object; expected ONNX Runtime's tensor overrides, or encodings of AIMET or QNN"};
  const bool areEncodings =
      root.contains("activation_encodings") || root.contains("param_encodings") || root.contains("encodings");
  if (!areEncodings)
    return fromLists(root, TensorKind::overrides, file);
  Rules all;
  for (const auto &[key, kind] :
       {std::pair("activation_encodings", TensorKind::activationEncodings),
        std::pair("param_encodings", TensorKind::weightEncodings), std::pair("encodings", TensorKind::encodings)}) {
    Result<Rules> rules = fromPart(root, key, kind, file);
    if (!rules)
      return rules.error();
    all.insert(all.end(), rules->begin(), rules->end());
  }
  return all;
}
