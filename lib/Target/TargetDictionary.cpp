//===- TargetDictionary.cpp - Target descriptions as attributes -----------===//
//
// Both ways lead through YAML, so that keys, defaults and rules stand in one
// place: TargetYaml.cpp.
//
//===----------------------------------------------------------------------===//
#include "tare/Target/TargetDictionary.h"

#include "mlir/IR/Builders.h"
#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/Support/YAMLParser.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;

namespace tare {

//===----------------------------------------------------------------------===//
// YAML to attributes
//===----------------------------------------------------------------------===//

static StringRef textOf(llvm::yaml::Node *node, SmallVectorImpl<char> &storage) {
  return cast<llvm::yaml::ScalarNode>(node)->getValue(storage);
}

static Attribute fromScalar(Builder builder, StringRef text) {
  int64_t integer;
  if (!text.getAsInteger(10, integer))
    return builder.getI64IntegerAttr(integer);
  if (text == "true" || text == "false")
    return builder.getBoolAttr(text == "true");
  return builder.getStringAttr(text);
}

static Attribute fromNode(Builder builder, llvm::yaml::Node *node) {
  if (auto *mapping = dyn_cast<llvm::yaml::MappingNode>(node)) {
    SmallVector<NamedAttribute> entries;
    for (llvm::yaml::KeyValueNode &entry : *mapping) {
      SmallString<32> storage;
      StringAttr key = builder.getStringAttr(textOf(entry.getKey(), storage));
      entries.emplace_back(key, fromNode(builder, entry.getValue()));
    }
    return builder.getDictionaryAttr(entries);
  }
  if (auto *sequence = dyn_cast<llvm::yaml::SequenceNode>(node)) {
    SmallVector<Attribute> elements;
    for (llvm::yaml::Node &element : *sequence)
      elements.push_back(fromNode(builder, &element));
    return builder.getArrayAttr(elements);
  }
  SmallString<64> storage;
  return fromScalar(builder, textOf(node, storage));
}

DictionaryAttr toDictionary(MLIRContext *context, const Target &target) {
  std::string yaml = printTarget(target);
  llvm::SourceMgr sources;
  llvm::yaml::Stream stream(yaml, sources);
  return cast<DictionaryAttr>(fromNode(Builder(context), stream.begin()->getRoot()));
}

//===----------------------------------------------------------------------===//
// Attributes to YAML
//===----------------------------------------------------------------------===//

static void print(raw_ostream &os, Attribute attribute) {
  llvm::TypeSwitch<Attribute>(attribute)
      .Case([&](DictionaryAttr dictionary) {
        os << "{ ";
        llvm::interleaveComma(dictionary, os, [&](NamedAttribute entry) {
          os << entry.getName().getValue() << ": ";
          print(os, entry.getValue());
        });
        os << " }";
      })
      .Case([&](ArrayAttr array) {
        os << "[ ";
        llvm::interleaveComma(array, os, [&](Attribute element) { print(os, element); });
        os << " ]";
      })
      .Case([&](BoolAttr boolean) { os << (boolean.getValue() ? "true" : "false"); })
      .Case([&](IntegerAttr integer) { os << integer.getValue(); })
      .Case([&](StringAttr string) {
        os << '"';
        os.write_escaped(string.getValue());
        os << '"';
      })
      .Default([&](Attribute other) { os << '"' << other << '"'; });
}

Result<Target> fromDictionary(DictionaryAttr dictionary) {
  std::string yaml;
  llvm::raw_string_ostream os(yaml);
  print(os, dictionary);
  Result<Target> target = parseTarget(yaml, "#npu.target");
  if (target)
    return target;
  // The text above is one line, which no user has seen.
  std::string message = target.error().message, place = "#npu.target:1: ";
  return Error{StringRef(message).starts_with(place) ? message.substr(place.size()) : message};
}

} // namespace tare
