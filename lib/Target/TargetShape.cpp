//===- TargetShape.cpp - Which keys a description may have ----------------===//
#include "TargetShape.h"

#include "tare/Diagnostics/Nearest.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/Support/YAMLParser.h"

#include <optional>
#include <vector>

using namespace tare;
namespace yaml = llvm::yaml;

namespace {

/// What a node of the example holds.
struct Shape {
  enum class Kind { value, list, keys } kind = Kind::value;
  /// The keys in their order, and what they hold; of a list, its element.
  std::vector<std::string> names;
  std::vector<Shape> parts;

  /// Whether the keys alone may be given, as a list: where all that each of them holds is a list.
  bool mayBeNames() const {
    return kind == Kind::keys && llvm::all_of(parts, [](const Shape &part) { return part.kind == Kind::list; });
  }
};

std::string textOf(yaml::ScalarNode &node) {
  llvm::SmallString<32> storage;
  return node.getValue(storage).str();
}

/// The name of a key; nothing where it is no plain text.
std::optional<std::string> nameOf(yaml::KeyValueNode &entry) {
  auto *key = llvm::dyn_cast_or_null<yaml::ScalarNode>(entry.getKey());
  return key ? std::optional(textOf(*key)) : std::nullopt;
}

Shape shapeOf(yaml::Node *node) {
  Shape shape;
  if (auto *mapping = llvm::dyn_cast_or_null<yaml::MappingNode>(node)) {
    shape.kind = Shape::Kind::keys;
    for (yaml::KeyValueNode &entry : *mapping) {
      shape.names.push_back(nameOf(entry).value_or(""));
      shape.parts.push_back(shapeOf(entry.getValue()));
    }
  } else if (auto *list = llvm::dyn_cast_or_null<yaml::SequenceNode>(node)) {
    shape.kind = Shape::Kind::list;
    for (yaml::Node &element : *list)
      shape.parts.push_back(shapeOf(&element));
  }
  return shape;
}

std::string expectation(const Shape &shape) {
  if (shape.kind == Shape::Kind::value)
    return "one value";
  if (shape.kind == Shape::Kind::keys)
    return (shape.mayBeNames() ? "a list of names, or the keys " : "the keys ") + llvm::join(shape.names, ", ");
  return "a list, of " + expectation(shape.parts.front()) + " each";
}

/// Walks what a user gave along the example; nodes can be read once, in their order.
class Checker {
public:
  Checker(llvm::SourceMgr &sources, llvm::StringRef text, llvm::StringRef file)
      : sources(sources), text(text), file(file) {}

  /// `path` leads to the node: "shift.min"; `place` is what has its line. The first problem counts, but all is walked:
  /// a collection that was left in the middle cannot be skipped.
  void check(yaml::Node *node, const Shape &shape, const std::string &path, yaml::Node *place) {
    if (!node || llvm::isa<yaml::AliasNode>(node))
      return;
    auto *mapping = llvm::dyn_cast<yaml::MappingNode>(node);
    auto *list = llvm::dyn_cast<yaml::SequenceNode>(node);
    if (mapping && shape.kind == Shape::Kind::keys)
      return checkKeys(*mapping, shape, path);
    if (list && (shape.kind == Shape::Kind::list || shape.mayBeNames())) {
      const Shape name, &part = shape.kind == Shape::Kind::list ? shape.parts.front() : name;
      for (yaml::Node &element : *list)
        check(&element, part, path, &element);
      return;
    }
    if (mapping || list || shape.kind != Shape::Kind::value || llvm::isa<yaml::NullNode>(node))
      report(place,
             (path.empty() ? "" : path + ": ") + "found " + descriptionOf(node) + ", expected " + expectation(shape));
  }

  const std::optional<std::string> &problem() const { return found; }

  /// Keeps the first problem only, with the line of `node`.
  void report(yaml::Node *node, const std::string &what) {
    // Of text that is no YAML a node may be nowhere in it, and of such text the parser says more.
    const llvm::SMLoc place = node->getSourceRange().Start;
    if (found || place.getPointer() < text.begin() || place.getPointer() > text.end())
      return;
    unsigned line = sources.getLineAndColumn(place).first;
    found = file.str() + ":" + std::to_string(line) + ": " + what;
  }

private:
  void checkKeys(yaml::MappingNode &mapping, const Shape &shape, const std::string &path) {
    for (yaml::KeyValueNode &entry : mapping) {
      std::optional<std::string> name = nameOf(entry);
      if (!name)
        continue;
      auto known = llvm::find(shape.names, *name);
      std::string full = path.empty() ? *name : path + "." + *name;
      if (known == shape.names.end())
        report(entry.getKey(), "unknown key '" + full + "'; expected one of " + llvm::join(shape.names, ", ") +
                                   didYouMean(*name, shape.names));
      else
        check(entry.getValue(), shape.parts[known - shape.names.begin()], full, entry.getKey());
    }
  }

  static std::string descriptionOf(yaml::Node *node) {
    if (llvm::isa<yaml::MappingNode>(node))
      return "keys";
    if (llvm::isa<yaml::SequenceNode>(node))
      return "a list";
    auto *scalar = llvm::dyn_cast<yaml::ScalarNode>(node);
    return scalar ? "'" + textOf(*scalar) + "'" : "nothing";
  }

  llvm::SourceMgr &sources;
  llvm::StringRef text, file;
  std::optional<std::string> found;
};

/// What a document holds; null where it is empty, or no YAML.
yaml::Node *rootOf(yaml::document_iterator document, yaml::Stream &stream) {
  yaml::Node *root = document == stream.end() ? nullptr : document->getRoot();
  return root && !llvm::isa<yaml::NullNode>(root) ? root : nullptr;
}

/// The first thing in a document behind the first one, which nobody would read; null where there is none.
yaml::Node *behind(yaml::document_iterator first, yaml::Stream &stream) {
  yaml::Node *found = nullptr;
  while (!found && first != stream.end() && ++first != stream.end())
    found = rootOf(first, stream);
  return found;
}

} // namespace

Status tare::checkShape(llvm::StringRef text, llvm::StringRef file, llvm::StringRef example) {
  auto silent = [](const llvm::SMDiagnostic &, void *) {};
  llvm::SourceMgr sources, exampleSources;
  sources.setDiagHandler(silent);
  yaml::Stream exampleStream(example, exampleSources), stream(text, sources);
  Shape shape = shapeOf(rootOf(exampleStream.begin(), exampleStream));
  Checker checker(sources, text, file);
  yaml::document_iterator document = stream.begin();
  yaml::Node *root = rootOf(document, stream);
  checker.check(root, shape, "", root);
  if (yaml::Node *another = behind(document, stream))
    checker.report(another, "found a second document, expected one");
  // Of text that is no YAML the parser says more.
  if (checker.problem() && !stream.failed())
    return Error{*checker.problem()};
  return success();
}
