//===- ErrorReport.cpp - The one error of a run ---------------------------===//
#include "Driver/ErrorReport.h"

#include "Driver/FurtherReading.h"
#include "Driver/Json.h"

#include <algorithm>
#include <optional>
#include <regex>

using namespace tare;

namespace {

/// Where the message names the path, as a word of its own.
size_t findPath(std::string_view message, std::string_view path) {
  constexpr std::string_view before = " '(", behind = " ':;,)/";
  for (size_t at = message.find(path); at != std::string_view::npos; at = message.find(path, at + 1)) {
    size_t end = at + path.size();
    bool begins = at == 0 || before.find(message[at - 1]) != std::string_view::npos;
    if (begins && (end == message.size() || behind.find(message[end]) != std::string_view::npos))
      return at;
  }
  return std::string_view::npos;
}

/// The path at `begin` of a message, with what follows it in a folder that was given.
std::string pathAt(std::string_view message, size_t begin, size_t length) {
  if (begin + length < message.size() && message[begin + length] == '/')
    length = std::min(message.find_first_of(":' ", begin + length), message.size()) - begin;
  return std::string(message.substr(begin, length));
}

} // namespace

std::string tare::fileIn(std::string_view message, std::span<const std::string> paths) {
  std::string found;
  size_t at = std::string_view::npos;
  bool isPrefix = false;
  for (const std::string &path : paths) {
    size_t begin = path.empty() ? std::string_view::npos : findPath(message, path);
    if (begin == std::string_view::npos || (at != std::string_view::npos && !isPrefix && begin >= at) || begin == at)
      continue;
    bool begins = begin == 0 && message.substr(path.size()).starts_with(": ");
    if (begins && at != std::string_view::npos)
      continue;
    found = pathAt(message, begin, path.size());
    at = begin;
    isPrefix = begins;
  }
  return found;
}

std::string tare::nodeOf(std::string_view message) {
  static const std::regex place("\\b(?:node|layer)(?: \\d+)? \\(?'");
  std::cmatch match;
  const char *begin = message.data(), *end = begin + message.size();
  if (!std::regex_search(begin, end, match, place))
    return "";
  const char *name = match[0].second;
  // A name may hold quotes itself: its own ends before what may follow one.
  static const std::regex close("'(?=[ :,;)]|$)");
  std::cmatch last;
  return std::regex_search(name, end, last, close) ? std::string(name, last[0].first) : "";
}

/// Of "FILE:12:5: ..." or "FILE:12: ...".
static std::optional<int64_t> lineOf(std::string_view message, const std::string &file) {
  size_t at = file.empty() ? std::string_view::npos : message.find(file + ":");
  if (at == std::string_view::npos)
    return std::nullopt;
  llvm::StringRef rest(message.substr(at + file.size() + 1));
  int64_t line = 0;
  return rest.consumeInteger(10, line) || !rest.starts_with(":") ? std::nullopt : std::optional(line);
}

std::string tare::errorJson(const Error &error, const std::string &file) {
  std::string text, node = nodeOf(error.message);
  llvm::raw_string_ostream stream(text);
  llvm::json::OStream out(stream, /*IndentSize=*/2);
  auto textOrNull = [](const std::string &value) {
    return value.empty() ? llvm::json::Value(nullptr) : llvm::json::Value(jsonText(value));
  };
  out.object([&] {
    out.attribute("message", jsonText(error.message));
    out.attribute("file", textOrNull(file));
    out.attribute("node", textOrNull(node));
    if (std::optional<int64_t> line = lineOf(error.message, file))
      out.attribute("line", *line);
    if (std::string section = sectionOf(error.message); !section.empty())
      out.attribute("see", section);
  });
  return text;
}
