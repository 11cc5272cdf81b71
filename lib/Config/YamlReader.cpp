//===- YamlReader.cpp - Keys and numbers of a YAML file -------------------===//
#include "YamlReader.h"
#include "tare/Diagnostics/Nearest.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

#include <charconv>
#include <cmath>

using namespace tare;
using namespace tare::config;
using Kind = YamlNode::Kind;

void YamlReader::fail(const YamlNode &node, const std::string &what) {
  if (!problem)
    problem = file + ":" + std::to_string(node.line) + ": " + what;
}

void YamlReader::expect(const YamlNode &node, const std::string &path, const std::string &expected) {
  fail(node, path + (path.empty() ? "" : ": ") + "found " + node.description() + ", expected " + expected);
}

void YamlReader::keys(const YamlNode &node, const std::string &path, const Keys &known) {
  std::vector<std::string> names;
  for (const auto &[name, take] : known)
    names.push_back(name);
  if (node.kind != Kind::keys)
    return expect(node, path, "the keys " + llvm::join(names, ", "));
  std::vector<std::string> seen;
  for (const auto &[key, value] : node.entries) {
    auto entry = llvm::find(names, key.text);
    if (key.kind != Kind::scalar || entry == names.end())
      fail(key, "unknown key '" + (path.empty() ? "" : path + ".") + key.text + "'; expected one of " +
                    llvm::join(names, ", ") + didYouMean(key.text, names));
    else if (llvm::is_contained(seen, key.text))
      fail(key, "'" + key.text + "' stands here twice; leave one of them out");
    else
      known[entry - names.begin()].second(value);
    seen.push_back(key.text);
  }
}

double YamlReader::readNumber(const YamlNode &node, const std::string &path) {
  double number = 0;
  const char *end = node.text.data() + node.text.size();
  auto [stop, error] = std::from_chars(node.text.data(), end, number);
  if (node.kind != Kind::scalar || error != std::errc() || stop != end || !std::isfinite(number))
    expect(node, path, "a number");
  return number;
}
