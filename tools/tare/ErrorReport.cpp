//===- ErrorReport.cpp - The one error of a run ---------------------------===//
#include "ErrorReport.h"

#include "FurtherReading.h"
#include "Json.h"

#include <algorithm>
#include <optional>
#include <regex>

using namespace tare;

bool tare::asksForJson(int argc, char **argv) {
  return std::any_of(argv, argv + argc, [](std::string_view word) { return word == "--json"; });
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
