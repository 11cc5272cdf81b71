//===- CText.cpp - Numbers, names and comments of C -----------------------===//
#include "CText.h"

#include <fmt/format.h>

#include <cctype>
#include <cmath>

using namespace tare;
using namespace tare::csource;

namespace {

constexpr size_t lineWidth = 118;

bool isPrintable(char c) { return c >= ' ' && c <= '~'; }

/// `infinity` and `nan` of math.h, or the number itself with a point and the suffix.
template <typename T> std::string floating(T value, std::string_view suffix) {
  if (std::isnan(value))
    return "NAN";
  if (std::isinf(value))
    return value > 0 ? "INFINITY" : "-INFINITY";
  // The shortest that is read back as the same.
  std::string text = fmt::format("{}", value);
  if (text.find_first_of(".e") == std::string::npos)
    text += ".0";
  return text + std::string(suffix);
}

} // namespace

std::string_view csource::typeOf(ElementType element) {
  switch (element) {
  case ElementType::f32:
    return "float";
  case ElementType::f64:
    return "double";
  case ElementType::i8:
    return "int8_t";
  case ElementType::i16:
    return "int16_t";
  case ElementType::i32:
    return "int32_t";
  case ElementType::i64:
    return "int64_t";
  case ElementType::u16:
  case ElementType::f16:
    return "uint16_t";
  case ElementType::u32:
    return "uint32_t";
  case ElementType::u64:
    return "uint64_t";
  case ElementType::u8:
  case ElementType::boolean:
    break;
  }
  return "uint8_t";
}

std::string csource::kernelName(std::string_view operation, ElementType element) {
  return fmt::format("{}_{}", operation, EnumNameElementType(element));
}

std::string csource::number(int64_t value) {
  if (value == std::numeric_limits<int64_t>::min())
    return "INT64_MIN";
  return std::to_string(value);
}

std::string csource::number(uint64_t value) { return std::to_string(value) + "u"; }
std::string csource::number(float value) { return floating(value, "f"); }
std::string csource::number(double value) { return floating(value, ""); }

std::string csource::braces(const std::vector<std::string> &parts) {
  return parts.empty() ? "{0}" : fmt::format("{{{}}}", fmt::join(parts, ", "));
}

std::string csource::list(std::span<const int64_t> values) {
  std::vector<std::string> parts;
  for (int64_t value : values)
    parts.push_back(number(value));
  return braces(parts);
}

std::string csource::element(ConstTensorView values, int64_t i) {
  switch (values.type.element) {
  case ElementType::f32:
    return number(values.as<float>()[i]);
  case ElementType::f64:
    return number(values.as<double>()[i]);
  case ElementType::i8:
    return number(int64_t(values.as<int8_t>()[i]));
  case ElementType::i16:
    return number(int64_t(values.as<int16_t>()[i]));
  case ElementType::i32:
    return number(int64_t(values.as<int32_t>()[i]));
  case ElementType::i64:
    return number(values.as<int64_t>()[i]);
  case ElementType::u16:
  case ElementType::f16:
    return number(int64_t(values.as<uint16_t>()[i]));
  case ElementType::u32:
    return number(uint64_t(values.as<uint32_t>()[i]));
  case ElementType::u64:
    return number(values.as<uint64_t>()[i]);
  case ElementType::u8:
  case ElementType::boolean:
    return number(int64_t(values.as<uint8_t>()[i]));
  }
  return "0";
}

std::string csource::elements(ConstTensorView values) {
  std::string all = "{", line = "\n    ";
  for (int64_t i = 0, count = values.count(); i < count; ++i) {
    std::string next = element(values, i) + (i + 1 < count ? "," : "");
    if (line.size() + next.size() > lineWidth) {
      all += line;
      line = "\n    ";
    }
    line += line.back() == ' ' ? next : " " + next;
  }
  return all + line + "}";
}

std::string csource::inComment(std::string_view text) {
  constexpr size_t longest = 300;
  std::string result;
  for (char c : text.substr(0, longest)) {
    bool meetsStar = !result.empty() && ((c == '/' && result.back() == '*') || (c == '*' && result.back() == '/'));
    bool meetsMark = !result.empty() && c == '?' && result.back() == '?';
    if (meetsStar || meetsMark)
      result += ' ';
    result += isPrintable(c) && c != '\\' ? c : '_';
  }
  return result;
}

std::string csource::quoted(std::string_view text) {
  constexpr size_t longest = 1000;
  std::string result = "\"";
  for (char c : text.substr(0, longest))
    if (isPrintable(c) && c != '"' && c != '\\' && c != '?')
      result += c;
    else
      result += fmt::format("\\{:03o}", static_cast<unsigned char>(c));
  return result + '"';
}

std::string csource::identifier(std::string_view text) {
  constexpr size_t longest = 40;
  std::string result;
  for (char c : text) {
    bool isLetter = static_cast<unsigned char>(c) < 0x80 && std::isalnum(static_cast<unsigned char>(c));
    if (isLetter)
      result += c;
    else if (!result.empty() && result.back() != '_')
      result += '_';
  }
  result = result.substr(0, longest);
  while (!result.empty() && result.back() == '_')
    result.pop_back();
  return result;
}

std::string csource::capitals(std::string_view text) {
  std::string result(text);
  for (char &c : result)
    c = char(std::toupper(static_cast<unsigned char>(c)));
  return result;
}

std::string csource::shapeText(const Shape &shape) { return shape.empty() ? "1" : toString(shape); }
