//===- YamlTree.cpp - A YAML file as a tree with lines --------------------===//
#include "YamlTree.h"
#include "tare/Diagnostics/Nesting.h"

#include "llvm/Support/SourceMgr.h"
#include "llvm/Support/YAMLParser.h"

#include <optional>

using namespace tare;
using namespace tare::config;
namespace yaml = llvm::yaml;

namespace {

/// Copies nodes, and keeps the first problem. Every collection is read to its end: one that is left in the middle
/// cannot be skipped.
class Builder {
public:
  Builder(llvm::SourceMgr &sources, llvm::StringRef text, const std::string &file)
      : sources(sources), text(text), file(file) {}

  YamlNode build(yaml::Node *node) {
    YamlNode built;
    if (!node)
      return built;
    // Of text that is no YAML a node may be nowhere in it.
    const char *place = node->getSourceRange().Start.getPointer();
    if (place >= text.begin() && place <= text.end())
      built.line = sources.getLineAndColumn(node->getSourceRange().Start).first;
    if (auto *scalar = llvm::dyn_cast<yaml::ScalarNode>(node)) {
      llvm::SmallString<64> storage;
      built.kind = YamlNode::Kind::scalar;
      built.text = scalar->getValue(storage).str();
    } else if (auto *block = llvm::dyn_cast<yaml::BlockScalarNode>(node)) {
      built.kind = YamlNode::Kind::scalar;
      built.text = block->getValue().str();
    } else if (auto *list = llvm::dyn_cast<yaml::SequenceNode>(node)) {
      built.kind = YamlNode::Kind::list;
      for (yaml::Node &item : *list)
        built.items.push_back(build(&item));
    } else if (auto *mapping = llvm::dyn_cast<yaml::MappingNode>(node)) {
      built.kind = YamlNode::Kind::keys;
      for (yaml::KeyValueNode &entry : *mapping) {
        YamlNode key = build(entry.getKey());
        built.entries.push_back({std::move(key), build(entry.getValue())});
      }
    } else if (llvm::isa<yaml::AliasNode>(node)) {
      fail(built.line, "found an alias, expected what it stands for, written out");
    }
    return built;
  }

  void fail(unsigned line, const std::string &what) {
    if (!found)
      found = file + ":" + std::to_string(line) + ": " + what;
  }
  const std::optional<std::string> &problem() const { return found; }

private:
  llvm::SourceMgr &sources;
  llvm::StringRef text;
  const std::string &file;
  std::optional<std::string> found;
};

/// Takes what LLVM's parser would print.
void note(const llvm::SMDiagnostic &diagnostic, void *builder) {
  static_cast<Builder *>(builder)->fail(diagnostic.getLineNo(), diagnostic.getMessage().str());
}

} // namespace

std::string YamlNode::description() const {
  switch (kind) {
  case Kind::empty:
    return "nothing";
  case Kind::scalar:
    return "'" + text + "'";
  case Kind::list:
    return "a list";
  case Kind::keys:
    return "keys";
  }
  return "";
}

Result<YamlNode> tare::config::parseYaml(llvm::StringRef text, const std::string &file) {
  if (Status nests = checkYamlNesting(text, file); !nests)
    return nests.error();
  llvm::SourceMgr sources;
  Builder builder(sources, text, file);
  sources.setDiagHandler(note, &builder);
  yaml::Stream stream(text, sources);
  YamlNode root;
  yaml::document_iterator document = stream.begin();
  if (document != stream.end()) {
    root = builder.build(document->getRoot());
    if (!stream.failed() && ++document != stream.end())
      builder.fail(1, "found a second document, expected one");
  }
  if (builder.problem() || stream.failed())
    return Error{builder.problem().value_or(file + ":1: is no YAML")};
  return root;
}
