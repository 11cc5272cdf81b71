//===- ReadRules.cpp - Configurations of all kinds ------------------------===//
#include "tare/Config/Tables.h"
#include "tare/Tensor/MappedFile.h"

#include "llvm/ADT/StringExtras.h"

using namespace tare;
using namespace tare::config;

namespace {

/// The first line that is neither empty nor a comment.
llvm::StringRef firstLine(llvm::StringRef text) {
  while (!text.empty()) {
    auto [line, rest] = text.split('\n');
    if (line = line.trim(); !line.empty() && !line.starts_with("#") && line != "---")
      return line;
    text = rest;
  }
  return "";
}

/// A line of a table is a name, whatever it begins with, and numbers; a key of YAML and JSON ends in a colon. JSON
/// begins with a brace.
Result<Rules> parse(llvm::StringRef text, const std::string &file) {
  const llvm::StringRef first = firstLine(text);
  // Rules may be written as JSON, too, which YAML is.
  const bool areRules = first.substr(1).ltrim(" \"'").starts_with("rules");
  llvm::SmallVector<llvm::StringRef> words;
  llvm::SplitString(first, words);
  double number = 0;
  if (words.size() >= 2 && !words[0].ends_with(":") && llvm::to_float(words[1], number))
    return parseScaleTable(text, file);
  return first.starts_with("{") && !areRules ? parseTensorJson(text, file) : parseRules(text, file);
}

} // namespace

Result<Rules> tare::config::readRules(const std::vector<std::string> &files) {
  Rules all;
  for (const std::string &path : files) {
    Result<std::shared_ptr<const MappedFile>> file = MappedFile::open(path);
    if (!file)
      return file.error();
    std::span<const std::byte> bytes = (*file)->bytes();
    Result<Rules> rules = parse({reinterpret_cast<const char *>(bytes.data()), bytes.size()}, path);
    if (!rules)
      return rules.error();
    all.insert(all.end(), rules->begin(), rules->end());
  }
  return all;
}
