//===- Page.cpp - A report as a page of HTML ------------------------------===//
#include "Driver/Report/Page.h"

#include <algorithm>

using namespace tare;

namespace {

/// All files with that ending, in the order of their names.
std::string textsOf(std::string_view ending) {
  std::string text;
  for (const PageFile &file : pageFiles())
    if (file.name.ends_with(ending))
      text += file.text;
  return text;
}

/// For text between tags.
std::string escaped(std::string_view text) {
  std::string result;
  for (char c : text)
    switch (c) {
    case '<':
      result += "&lt;";
      break;
    case '>':
      result += "&gt;";
      break;
    case '&':
      result += "&amp;";
      break;
    default:
      result += c;
    }
  return result;
}

/// JSON within a script element: these characters stand in strings alone, where their escapes mean the same.
std::string withoutTags(std::string_view json) {
  std::string result;
  for (char c : json)
    switch (c) {
    case '<':
      result += "\\u003c";
      break;
    case '>':
      result += "\\u003e";
      break;
    case '&':
      result += "\\u0026";
      break;
    default:
      result += c;
    }
  return result;
}

} // namespace

std::string tare::pageOf(std::string_view title, std::string_view json) {
  const std::string frame = textsOf(".html");
  std::string page;
  for (std::string_view rest = frame; !rest.empty();) {
    const size_t begin = std::min(rest.find("{{"), rest.size());
    page += rest.substr(0, begin);
    rest.remove_prefix(begin);
    if (rest.empty())
      break;
    const size_t end = rest.find("}}");
    const std::string_view place = rest.substr(2, end - 2);
    page += place == "title"   ? escaped(title)
            : place == "style" ? textsOf(".css")
            : place == "data"  ? withoutTags(json)
                               : textsOf(".js");
    rest.remove_prefix(end + 2);
  }
  return page;
}
