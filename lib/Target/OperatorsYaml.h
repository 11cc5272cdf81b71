//===- OperatorsYaml.h - Operators of a description, in YAML ----*- C++ -*-===//
//
// `ops: [conv, linear]`, or `operators` as such a list, or as a map from names to
// types: `operators: {conv: [i8], linear: [i8, i16]}`. For TargetYaml.cpp alone.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_LIB_TARGET_OPERATORSYAML_H
#define TARE_LIB_TARGET_OPERATORSYAML_H

#include "tare/Diagnostics/Nearest.h"
#include "tare/Target/Target.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/YAMLTraits.h"

namespace tare::description {

/// What readers of operators know of the rest: the context of the YAML reader.
struct Reading {
  /// Has its activations already.
  const Target *target = nullptr;
  /// Whether what is read now has been said under another key.
  bool isSaidTwice = false;
};

inline constexpr llvm::StringLiteral saidTwice = "ops and operators say the same twice; leave one of them out";

/// An integer operator's name.
struct OperatorName {
  std::string name;
};

/// One of the types of the target's activations.
struct OperatorType {
  ElementType type = ElementType::i8;
};

using OperatorNames = std::vector<OperatorName>;

struct OperatorMap {
  std::vector<OperatorFormat> formats;
};

/// Either form.
struct Operators {
  bool isMap = false;
  OperatorNames names;
  OperatorMap map;
  /// Never read: the shape of the description has been checked.
  OperatorName scalar;
};

/// The types that an operator has of which nothing else is said.
inline std::vector<ElementType> typesOf(const Target &target) {
  std::vector<ElementType> types;
  for (const ActivationFormat &format : target.activations)
    types.push_back(format.type);
  return types;
}

} // namespace tare::description

namespace llvm::yaml {

template <> struct ScalarTraits<tare::description::OperatorName> {
  using Name = tare::description::OperatorName;

  static void output(const Name &op, void *, raw_ostream &os) { os << op.name; }
  static StringRef input(StringRef text, void *context, Name &op) {
    static const std::vector<std::string> known = tare::allOperatorNames();
    static thread_local std::string message;
    if (static_cast<const tare::description::Reading *>(context)->isSaidTwice)
      return tare::description::saidTwice;
    op.name = text.str();
    if (llvm::is_contained(known, text))
      return {};
    message = "expected one of " + llvm::join(known, ", ") + tare::didYouMean(op.name, known);
    return message;
  }
  static QuotingType mustQuote(StringRef) { return QuotingType::None; }
};

template <> struct ScalarTraits<tare::description::OperatorType> {
  using Type = tare::description::OperatorType;

  static void output(const Type &type, void *, raw_ostream &os) { os << tare::EnumNameElementType(type.type); }
  static StringRef input(StringRef text, void *context, Type &type) {
    static thread_local std::string message;
    std::vector<std::string> known;
    for (tare::ElementType each :
         tare::description::typesOf(*static_cast<const tare::description::Reading *>(context)->target)) {
      known.emplace_back(tare::EnumNameElementType(each));
      if (text == known.back()) {
        type.type = each;
        return {};
      }
    }
    message = "expected one of the types of activations: " + llvm::join(known, ", ");
    return message;
  }
  static QuotingType mustQuote(StringRef) { return QuotingType::None; }
};

} // namespace llvm::yaml

LLVM_YAML_IS_FLOW_SEQUENCE_VECTOR(tare::description::OperatorName)
LLVM_YAML_IS_FLOW_SEQUENCE_VECTOR(tare::description::OperatorType)

namespace llvm::yaml {

template <> struct CustomMappingTraits<tare::description::OperatorMap> {
  using Map = tare::description::OperatorMap;

  static void inputOne(IO &io, StringRef key, Map &map) {
    if (static_cast<const tare::description::Reading *>(io.getContext())->isSaidTwice)
      return io.setError(tare::description::saidTwice);
    std::vector<tare::description::OperatorType> types;
    io.mapRequired(key.str().c_str(), types);
    map.formats.push_back({key.str(), {}});
    for (const tare::description::OperatorType &type : types)
      map.formats.back().types.push_back(type.type);
  }
  static void output(IO &io, Map &map) {
    for (const tare::OperatorFormat &format : map.formats) {
      std::vector<tare::description::OperatorType> types;
      for (tare::ElementType type : format.types)
        types.push_back({type});
      io.mapRequired(format.name.c_str(), types);
    }
  }
};

template <> struct PolymorphicTraits<tare::description::Operators> {
  using Either = tare::description::Operators;

  static NodeKind getKind(const Either &either) { return either.isMap ? NodeKind::Map : NodeKind::Sequence; }
  static tare::description::OperatorName &getAsScalar(Either &either) { return either.scalar; }
  static tare::description::OperatorMap &getAsMap(Either &either) {
    either.isMap = true;
    return either.map;
  }
  static tare::description::OperatorNames &getAsSequence(Either &either) { return either.names; }
};

} // namespace llvm::yaml

#endif // TARE_LIB_TARGET_OPERATORSYAML_H
