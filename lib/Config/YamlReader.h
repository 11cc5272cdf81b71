//===- YamlReader.h - Keys and numbers of a YAML file -----------*- C++ -*-===//
#ifndef TARE_CONFIG_YAMLREADER_H
#define TARE_CONFIG_YAMLREADER_H

#include "YamlTree.h"

#include <functional>
#include <optional>
#include <utility>

namespace tare::config {

/// Reads one file; the first problem counts.
class YamlReader {
public:
  explicit YamlReader(const std::string &file) : file(file) {}

protected:
  using Take = std::function<void(const YamlNode &)>;
  using Keys = std::vector<std::pair<std::string, Take>>;

  void fail(const YamlNode &node, const std::string &what);
  void expect(const YamlNode &node, const std::string &path, const std::string &expected);
  /// Hands each entry to who takes its key.
  void keys(const YamlNode &node, const std::string &path, const Keys &known);
  /// A finite one.
  double readNumber(const YamlNode &node, const std::string &path);

  const std::string &file;
  std::optional<std::string> problem;
};

} // namespace tare::config

#endif // TARE_CONFIG_YAMLREADER_H
