//===- HostNumbers.cpp - The arithmetic of the host in C ------------------===//
#include "HostNumbers.h"

using namespace tare;
using namespace tare::csource;

namespace {

/// "INT32" of int32_t.
std::string limitName(ElementType element) {
  std::string type = capitals(typeOf(element));
  return type.substr(0, type.size() - 2);
}

/// The type without a sign in which integers of 8 to 64 bits wrap.
std::string wrappingType(ElementType element) { return sizeOf(element) == 8 ? "uint64_t" : "uint32_t"; }

} // namespace

std::string csource::arithmetic(ElementType element, char operation, std::string_view a, std::string_view b) {
  if (isFloat(element))
    return fmt::format("{} {} {}", a, operation, b);
  return fmt::format("({0})(({1}){2} {3} ({1}){4})", typeOf(element), wrappingType(element), a, operation, b);
}

std::string csource::greaterOf(std::string_view a, std::string_view b) {
  return fmt::format("({0} > {1} || !({0} == {0}) ? {0} : {1})", a, b);
}

std::string csource::lesserOf(std::string_view a, std::string_view b) {
  return fmt::format("({0} < {1} || !({0} == {0}) ? {0} : {1})", a, b);
}

std::string csource::elementOf(Unit &unit, ElementType element, std::string_view value) {
  if (isFloat(element))
    return fmt::format("(float)({})", value);
  if (element == ElementType::boolean)
    return fmt::format("({}) != 0", value);
  // Of 32 bits for what has at most 32 with a sign, else of 64.
  bool isNarrow = sizeOf(element) <= 2 || element == ElementType::i32;
  std::string type(typeOf(element));
  std::string kernel = unit.kernel("whole", "whole_" + type,
                                   {{"T", type},
                                    {"WIDE", isNarrow ? "int32_t" : "int64_t"},
                                    {"LEAST", isNarrow ? "INT32_MIN" : "INT64_MIN"},
                                    {"END", isNarrow ? "2147483648.0" : "9223372036854775808.0"},
                                    {"UNSIGNED", element == ElementType::u64 ? "1" : "0"}});
  return fmt::format("{}({})", kernel, value);
}

std::string csource::converted(Unit &unit, ElementType from, ElementType to, std::string_view value) {
  if (isFloat(from))
    return elementOf(unit, to, fmt::format("(double){}", value));
  if (to == ElementType::boolean)
    return fmt::format("{} != 0", value);
  return fmt::format("({}){}", typeOf(to), value);
}

std::string csource::leastOf(ElementType element) {
  if (isFloat(element))
    return "-INFINITY";
  return isSigned(element) ? limitName(element) + "_MIN" : "0";
}

std::string csource::greatestOf(ElementType element) {
  return isFloat(element) ? "INFINITY" : limitName(element) + "_MAX";
}
