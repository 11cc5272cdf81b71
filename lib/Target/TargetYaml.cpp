//===- TargetYaml.cpp - Target descriptions in YAML -----------------------===//
//
// The keys of a description, their defaults, and what contradicts itself. A
// rule about one value is checked where that value is read, so that the error
// points at its line.
//
//===----------------------------------------------------------------------===//
#include "OperatorsYaml.h"
#include "TargetShape.h"
#include "tare/Diagnostics/Nesting.h"
#include "tare/Target/Target.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/Support/YAMLTraits.h"
#include "llvm/Support/raw_ostream.h"

#include <set>

using namespace tare;

namespace {

/// An integer of a description that must lie in [min, max].
template <int64_t min, int64_t max> struct Bounded {
  int64_t value = min;
};

/// Reads or writes `field` under `key`, bounded; `fallback` where the key is
/// missing.
template <int64_t min, int64_t max, typename Field>
void mapBounded(llvm::yaml::IO &io, const char *key, Field &field, std::optional<Field> fallback = {}) {
  Bounded<min, max> bounded{field};
  if (fallback)
    io.mapOptional(key, bounded, Bounded<min, max>{*fallback});
  else
    io.mapRequired(key, bounded);
  field = static_cast<Field>(bounded.value);
}

template <int64_t min, int64_t max> bool operator==(const Bounded<min, max> &a, const Bounded<min, max> &b) {
  return a.value == b.value;
}

} // namespace

template <int64_t min, int64_t max> struct llvm::yaml::ScalarTraits<Bounded<min, max>> {
  static void output(const Bounded<min, max> &bounded, void *, raw_ostream &os) { os << bounded.value; }
  static StringRef input(StringRef text, void *, Bounded<min, max> &bounded) {
    static const std::string message =
        "expected an integer in [" + std::to_string(min) + ", " + std::to_string(max) + "]";
    if (text.getAsInteger(10, bounded.value) || bounded.value < min || bounded.value > max)
      return message;
    return {};
  }
  static QuotingType mustQuote(StringRef) { return QuotingType::None; }
};

/// The values of an enum that a description may have, by name.
template <typename Enum> static std::vector<std::pair<std::string, Enum>> valuesOf();
template <> std::vector<std::pair<std::string, ElementType>> valuesOf() {
  return {{"i8", ElementType::i8}, {"i16", ElementType::i16}};
}
template <> std::vector<std::pair<std::string, Tail>> valuesOf() {
  std::vector<std::pair<std::string, Tail>> values;
  for (Tail tail : {Tail::i32, Tail::f32, Tail::activation})
    values.emplace_back(nameOf(tail).str(), tail);
  return values;
}
template <> std::vector<std::pair<std::string, Requantizer>> valuesOf() {
  std::vector<std::pair<std::string, Requantizer>> values;
  for (Requantizer requantizer : {Requantizer::multiply_shift, Requantizer::shift, Requantizer::three_stage})
    values.emplace_back(nameOf(requantizer).str(), requantizer);
  return values;
}
template <> std::vector<std::pair<std::string, Layout>> valuesOf() { return {{"nhwc", Layout::nhwc}}; }
template <> std::vector<std::pair<std::string, program::Rounding>> valuesOf() {
  std::vector<std::pair<std::string, program::Rounding>> values;
  for (program::Rounding value : program::EnumValuesRounding())
    values.emplace_back(program::EnumNameRounding(value), value);
  return values;
}

template <typename Enum> struct llvm::yaml::ScalarTraits<Enum, std::enable_if_t<std::is_enum_v<Enum>>> {
  static void output(const Enum &value, void *, raw_ostream &os) {
    for (const auto &[name, known] : valuesOf<Enum>())
      if (known == value)
        os << name;
  }
  static StringRef input(StringRef text, void *, Enum &value) {
    static const auto values = valuesOf<Enum>();
    static const std::string message =
        "expected one of " + llvm::join(llvm::map_range(values, [](auto &entry) { return entry.first; }), ", ");
    for (const auto &[name, known] : values)
      if (text == name) {
        value = known;
        return {};
      }
    return message;
  }
  static QuotingType mustQuote(StringRef) { return QuotingType::None; }
};

template <> struct llvm::yaml::MappingTraits<ActivationFormat> {
  static void mapping(IO &io, ActivationFormat &format) {
    io.mapRequired("type", format.type);
    io.mapRequired("symmetric", format.symmetric);
    mapBounded<16, 64>(io, "accumulator_bits", format.accumulatorBits);
  }
  static std::string validate(IO &, ActivationFormat &format) {
    int productBits = (format.type == ElementType::i8 ? 8 : 16) + 8;
    if (format.accumulatorBits > productBits)
      return {};
    return "accumulator_bits is " + std::to_string(format.accumulatorBits) +
           ", but one product of an activation and a weight has " + std::to_string(productBits) + " bits already";
  }
};

template <> struct llvm::yaml::MappingTraits<WeightFormat> {
  static void mapping(IO &io, WeightFormat &format) {
    io.mapOptional("type", format.type, ElementType::i8);
    io.mapOptional("symmetric", format.symmetric, true);
    io.mapOptional("per_channel", format.perChannel, true);
  }
  static std::string validate(IO &, WeightFormat &format) {
    if (format.type != ElementType::i8)
      return "weights have type i8 in a program";
    return format.symmetric ? "" : "weights are symmetric in a program: their zero point is 0";
  }
};

template <> struct llvm::yaml::MappingTraits<ShiftRange> {
  static void mapping(IO &io, ShiftRange &shift) {
    mapBounded<0, 62>(io, "min", shift.min);
    mapBounded<0, 62>(io, "max", shift.max);
  }
  static std::string validate(IO &, ShiftRange &shift) {
    if (shift.min <= shift.max)
      return {};
    return "min is " + std::to_string(shift.min) + ", above max, which is " + std::to_string(shift.max);
  }
};

template <> struct llvm::yaml::MappingTraits<TableSizes> {
  static void mapping(IO &io, TableSizes &tables) {
    // The program's tables have these sizes; a description may say so, but no
    // other.
    mapBounded<256, 256, int>(io, "i8", tables.i8, 256);
    mapBounded<513, 513, int>(io, "i16", tables.i16, 513);
  }
};

template <> struct llvm::yaml::MappingTraits<MemoryFormat> {
  static void mapping(IO &io, MemoryFormat &memory) {
    std::optional<Bounded<1, INT64_MAX>> limit;
    if (memory.arenaBytes)
      limit = {*memory.arenaBytes};
    io.mapOptional("arena_bytes", limit);
    memory.arenaBytes = limit ? std::optional<int64_t>(limit->value) : std::nullopt;
    mapBounded<1, 1 << 20, int64_t>(io, "alignment", memory.alignment, 64);
  }
  static std::string validate(IO &, MemoryFormat &memory) {
    return llvm::isPowerOf2_64(memory.alignment)
               ? ""
               : "alignment is " + std::to_string(memory.alignment) + ", not a power of two";
  }
};

LLVM_YAML_IS_SEQUENCE_VECTOR(ActivationFormat)

/// The first element that occurs twice, as text.
template <typename Range, typename Key> static std::optional<std::string> findRepeated(const Range &range, Key key) {
  std::set<std::string> seen;
  for (const auto &element : range)
    if (!seen.insert(key(element)).second)
      return key(element);
  return std::nullopt;
}

template <> struct llvm::yaml::MappingTraits<Target> {
  static void mapping(IO &io, Target &target) {
    io.mapRequired("name", target.name);
    io.mapOptional("description", target.description, std::string());
    io.mapRequired("activations", target.activations);
    io.mapOptional("weights", target.weights, WeightFormat());
    io.mapOptional("requantizer", target.requantizer, Requantizer::multiply_shift);
    mapBounded<1, 31>(io, "multiplier_bits", target.multiplierBits);
    mapBounded<1, 31, int>(io, "mean_multiplier_bits", target.meanMultiplierBits, target.multiplierBits);
    mapBounded<8, 128, int>(io, "product_bits", target.productBits, 64);
    io.mapRequired("shift", target.shift);
    io.mapRequired("rounding", target.rounding);
    io.mapOptional("tail", target.tail, Tail::activation);
    io.mapOptional("layout", target.layout, Layout::nhwc);
    io.mapOptional("tables", target.tables, TableSizes());
    io.mapOptional("layer_functions", target.layerFunctions, false);
    io.mapOptional("memory", target.memory, MemoryFormat());
    mapOperators(io, target);
  }

  static std::string validate(IO &, Target &target) {
    // Of an empty document; an error has no line there.
    if (target.name.empty())
      return {};
    if (target.activations.empty())
      return "activations is empty: a target needs at least one activation "
             "type";
    if (std::optional<std::string> why = contradictsTail(target))
      return *why;
    if (std::optional<std::string> why = contradictsRequantizer(target))
      return *why;
    if (target.productBits <= target.multiplierBits)
      return "product_bits is " + std::to_string(target.productBits) + ", but the multiplier alone has " +
             std::to_string(target.multiplierBits) + " bits and the product a sign";
    auto typeName = [](const ActivationFormat &format) { return std::string(EnumNameElementType(format.type)); };
    if (std::optional<std::string> type = findRepeated(target.activations, typeName))
      return "activations has " + *type + " twice";
    return {};
  }

private:
  /// A tail is the accumulator in 32 bits.
  static std::optional<std::string> contradictsTail(const Target &target) {
    constexpr int tailBits = 32;
    auto fits = [](const ActivationFormat &format) { return format.accumulatorBits <= tailBits; };
    if (target.tail == Tail::activation || llvm::any_of(target.activations, fits))
      return std::nullopt;
    return "tail is " + nameOf(target.tail).str() +
           ", but every activation type has an accumulator of more than 32 bits; tail: activation would be true";
  }

  /// The bias comes after the multiplication, so that an accumulator without a requantization has none.
  static std::optional<std::string> contradictsStages(const Target &target) {
    constexpr int maxShift = 31, firstStageBits = 16;
    if (target.rounding != program::Rounding::half_away)
      return std::string("requantizer is three_stage, whose shifts round half away from zero, but rounding is ") +
             program::EnumNameRounding(target.rounding) + "; rounding: half_away would be true";
    if (target.tail != Tail::activation)
      return "requantizer is three_stage, which adds the bias after the accumulator, but tail is " +
             nameOf(target.tail).str() + "; tail: activation would be true";
    if (target.shift.max > maxShift)
      return "requantizer is three_stage, each of whose shifts is at most 31, but shift.max is " +
             std::to_string(target.shift.max);
    if (int bits = firstStageBits + target.multiplierBits; target.productBits < bits)
      return "requantizer is three_stage, whose product of " + std::to_string(firstStageBits) +
             " bits and a multiplier has " + std::to_string(bits) + ", but product_bits is " +
             std::to_string(target.productBits);
    return std::nullopt;
  }

  static std::optional<std::string> contradictsRequantizer(const Target &target) {
    if (target.layerFunctions && target.requantizer != Requantizer::multiply_shift)
      return "layer_functions is true, which takes a multiplication and a shift to 16 bits, but requantizer is " +
             nameOf(target.requantizer).str() + "; layer_functions: false would be true";
    if (target.layerFunctions &&
        llvm::none_of(target.activations, [](const ActivationFormat &f) { return f.type == ElementType::i8; }))
      return "layer_functions is true, whose results are i8, but activations has no i8";
    if (target.requantizer == Requantizer::shift && target.multiplierBits != 1)
      return "requantizer is shift, whose multiplier is 1, but multiplier_bits is " +
             std::to_string(target.multiplierBits) + "; multiplier_bits: 1 would be true";
    if (target.requantizer == Requantizer::shift && !target.weights.perChannel)
      return "requantizer is shift, whose exponents are those of channels, but per_channel is false; per_channel: true "
             "would be true";
    if (target.requantizer == Requantizer::three_stage)
      return contradictsStages(target);
    return std::nullopt;
  }

  /// `key`: under which they were given.
  static std::optional<std::string> contradictsOperators(const Target &target, const std::string &key) {
    if (target.operators.empty())
      return key + " is empty: a target needs at least one operator";
    if (std::optional<std::string> op =
            findRepeated(target.operators, [](const OperatorFormat &format) { return format.name; }))
      return key + " has " + *op + " twice";
    return std::nullopt;
  }

  static std::optional<std::string> contradictsTypes(const std::vector<OperatorFormat> &operators) {
    for (const OperatorFormat &format : operators) {
      if (format.types.empty())
        return "operators." + format.name + " has no types; an operator that is missing is not named at all";
      auto name = [](ElementType type) { return std::string(EnumNameElementType(type)); };
      if (std::optional<std::string> type = findRepeated(format.types, name))
        return "operators." + format.name + " has " + *type + " twice";
    }
    return std::nullopt;
  }

  static void mapOperators(IO &io, Target &target) {
    if (io.outputting())
      return writeOperators(io, target);
    namespace form = description;
    form::Reading reading{&target};
    io.setContext(&reading);
    std::optional<form::OperatorNames> brief;
    std::optional<form::Operators> given;
    io.mapOptional("ops", brief);
    reading.isSaidTwice = brief.has_value();
    io.mapOptional("operators", given);
    io.setContext(nullptr);
    target.operators = given && given->isMap ? inOrder(given->map.formats, target)
                       : given || brief      ? withAllTypes(given ? given->names : *brief, target)
                                             : withAllTypes(allNames(), target);
    std::optional<std::string> why = contradictsOperators(target, given ? "operators" : "ops");
    if (!why && given)
      why = contradictsTypes(given->map.formats);
    // Of an empty document; an error has no line there.
    if (why && !target.name.empty())
      io.setError(*why);
  }

  /// Nothing where the hardware has all; names alone where those that there are have all types.
  static void writeOperators(IO &io, Target &target) {
    namespace form = description;
    std::optional<form::OperatorNames> names;
    std::optional<form::Operators> formats;
    if (llvm::any_of(target.operators, [&](const OperatorFormat &op) { return op.types != form::typesOf(target); }))
      formats = form::Operators{true, {}, {target.operators}, {}};
    else if (!target.hasAllOps())
      for (names.emplace(); const OperatorFormat &format : target.operators)
        names->push_back({format.name});
    io.mapOptional("ops", names);
    io.mapOptional("operators", formats);
  }

  static description::OperatorNames allNames() {
    description::OperatorNames names;
    for (std::string &name : allOperatorNames())
      names.push_back({std::move(name)});
    return names;
  }

  static std::vector<OperatorFormat> withAllTypes(const description::OperatorNames &names, const Target &target) {
    std::vector<OperatorFormat> operators;
    for (const description::OperatorName &op : names)
      operators.push_back({op.name, description::typesOf(target)});
    return operators;
  }

  /// A map has no order, which its attribute in IR does not keep: that of the schema, and of the activations.
  static std::vector<OperatorFormat> inOrder(std::vector<OperatorFormat> operators, const Target &target) {
    std::vector<std::string> names = allOperatorNames();
    std::vector<ElementType> types = description::typesOf(target);
    llvm::sort(operators, [&](const OperatorFormat &a, const OperatorFormat &b) {
      return llvm::find(names, a.name) < llvm::find(names, b.name);
    });
    for (OperatorFormat &format : operators)
      llvm::sort(format.types,
                 [&](ElementType a, ElementType b) { return llvm::find(types, a) < llvm::find(types, b); });
    return operators;
  }
};

/// What stands where the diagnostic points.
static llvm::StringRef textAt(const llvm::SMDiagnostic &diagnostic) {
  llvm::StringRef line = diagnostic.getLineContents();
  if (diagnostic.getRanges().empty())
    return line.trim();
  auto [begin, end] = diagnostic.getRanges().front();
  return line.slice(begin, end).trim();
}

/// The message with what was found, unless it says so itself.
static std::string withFinding(const llvm::SMDiagnostic &diagnostic) {
  std::string message = diagnostic.getMessage().str();
  // LLVM's own.
  if (message == "invalid boolean")
    message = "expected true or false";
  if (message == "unknown node kind")
    message = "expected a value, not an alias of one";
  llvm::StringRef found = textAt(diagnostic);
  if (found.empty() || !llvm::StringRef(message).contains_insensitive("expected"))
    return message;
  return "found '" + found.str() + "', " + llvm::StringRef(message).take_front().lower() + message.substr(1);
}

/// A description with every key.
static std::string exampleDescription() {
  Target example;
  example.name = "example";
  example.activations.emplace_back();
  example.memory.arenaBytes = 1;
  example.operators = {{allOperatorNames().front(), description::typesOf(example)}};
  std::string text = printTarget(example);
  text.erase(text.rfind("..."));
  text += "operators:\n";
  for (const std::string &name : allOperatorNames())
    text += "  " + name + ": [ i8 ]\n";
  return text + "...\n";
}

/// Keeps the first diagnostic as "file:line: message".
static void keepFirst(const llvm::SMDiagnostic &diagnostic, void *context) {
  auto &message = *static_cast<std::string *>(context);
  if (!message.empty())
    return;
  message = diagnostic.getFilename().str() + ":" + std::to_string(std::max(diagnostic.getLineNo(), 1)) + ": " +
            withFinding(diagnostic);
}

/// What else was given in its place, as a model, is not called by the parser's names for parts of YAML.
static Status checkText(llvm::StringRef yaml, llvm::StringRef fileName) {
  auto isText = [](unsigned char c) { return c >= ' ' || llvm::isSpace(c); };
  const char *other = llvm::find_if_not(yaml, isText);
  if (other == yaml.end())
    return success();
  size_t line = 1 + yaml.take_front(other - yaml.begin()).count('\n');
  return Error{
      fileName.str() + ":" + std::to_string(line) +
      ": found bytes that are no text, expected a target description: name, activations, multiplier_bits, ..."};
}

Result<Target> tare::parseTarget(llvm::StringRef yaml, llvm::StringRef fileName) {
  if (Status text = checkText(yaml, fileName); !text)
    return text.error();
  if (Status shallow = checkYamlNesting(yaml, fileName); !shallow)
    return shallow.error();
  static const std::string example = exampleDescription();
  if (Status known = checkShape(yaml, fileName, example); !known)
    return known.error();
  std::string message;
  llvm::yaml::Input input(llvm::MemoryBufferRef(yaml, fileName), nullptr, keepFirst, &message);
  Target target;
  input >> target;
  if (input.error())
    return Error{message.empty() ? fileName.str() + ":1: expected a target description: "
                                                    "name, activations, multiplier_bits, ..."
                                 : message};
  if (target.name.empty())
    return Error{fileName.str() + ":1: name is empty"};
  return target;
}

std::string tare::printTarget(const Target &target) {
  std::string text;
  llvm::raw_string_ostream os(text);
  llvm::yaml::Output output(os, nullptr, /*WrapColumn=*/120);
  output.setWriteDefaultValues(true);
  Target copy = target;
  output << copy;
  return text;
}
