//===- YamlTree.h - A YAML file as a tree with lines ------------*- C++ -*-===//
//
// LLVM's YAML nodes can be read once, in their order, and die with their stream.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_CONFIG_YAMLTREE_H
#define TARE_CONFIG_YAMLTREE_H

#include "tare/Tensor/Result.h"

#include "llvm/ADT/StringRef.h"

#include <string>
#include <vector>

namespace tare::config {

struct YamlNode {
  enum class Kind { empty, scalar, list, keys } kind = Kind::empty;
  /// Of a scalar, without quotes and escapes.
  std::string text;
  /// From 1.
  unsigned line = 1;
  /// Of a list.
  std::vector<YamlNode> items;
  /// The keys in the file's order, and what they hold.
  struct Entry;
  std::vector<Entry> entries;

  /// "'text'", "a list", "keys" or "nothing", for messages.
  std::string description() const;
};

struct YamlNode::Entry {
  YamlNode key, value;
};

/// The one document of a file; nests at most deepestNesting deep. Errors are "FILE:LINE: ..".
Result<YamlNode> parseYaml(llvm::StringRef text, const std::string &file);

} // namespace tare::config

#endif // TARE_CONFIG_YAMLTREE_H
