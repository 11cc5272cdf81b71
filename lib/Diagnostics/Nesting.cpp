//===- Nesting.cpp - How deep text from users may nest --------------------===//
#include "tare/Diagnostics/Nesting.h"

#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/FormatVariadic.h"

using namespace tare;
using llvm::StringRef;

static Error tooDeep(StringRef text, const char *at, StringRef file, StringRef what) {
  size_t line = 1 + StringRef(text.data(), at - text.data()).count('\n');
  return Error{
      llvm::formatv("{0}:{1}: nests more than {2} deep, which no {3} needs", file, line, deepestNesting, what)};
}

namespace {

/// Reads IR token by token, as far as nesting is concerned.
class IrNesting {
public:
  explicit IrNesting(StringRef text) : text(text), rest(text) {}

  /// Where the text nests too deeply, or null.
  const char *findTooDeep() {
    while (!rest.empty()) {
      const char *at = rest.data();
      step();
      if (levels.size() + rows + aliasDepth > deepestNesting)
        return at;
    }
    return nullptr;
  }

private:
  void step() {
    char c = rest.front();
    if (llvm::isSpace(c)) {
      rest = rest.ltrim();
    } else if (rest.starts_with("//")) {
      rest = rest.drop_until([](char other) { return other == '\n'; });
    } else if (c == '"') {
      skipString();
    } else if (rest.consume_front("->")) {
      lengthenRow(); // A function type may be another's result.
    } else if (c == '-') {
      lengthenRow(); // Each is a sign of what follows.
      rest = rest.drop_front();
    } else if (c == '#' || c == '!') {
      readAlias();
    } else {
      readOther(c);
    }
  }

  void skipString() {
    size_t end = 1;
    while (end < rest.size() && rest[end] != '"' && rest[end] != '\n')
      end += rest[end] == '\\' ? 2 : 1;
    rest = rest.drop_front(std::min(end + 1, rest.size()));
    endRow();
  }

  /// `#name = ...` and its uses; `!name` is a type's.
  void readAlias() {
    bool beginsLine = rest.data() == text.data() || rest.data()[-1] == '\n';
    StringRef name = rest.take_while([](char c) { return c == '#' || c == '!' || isNameLetter(c); });
    rest = rest.drop_front(name.size());
    if (beginsLine && rest.ltrim(" ").starts_with("=")) {
      defined = name;
      aliases[defined] = aliasDepth = 0;
      return;
    }
    auto known = aliases.find(name);
    if (known == aliases.end() || name == defined)
      return;
    aliasDepth = std::max(aliasDepth, known->second);
    if (!defined.empty())
      aliases[defined] = std::max(aliases[defined], 1 + known->second);
  }

  void readOther(char c) {
    if (isNameLetter(c)) {
      StringRef name = rest.take_while(isNameLetter);
      rest = rest.drop_front(name.size());
      return;
    }
    rest = rest.drop_front();
    if (StringRef("([{<").contains(c)) {
      levels.push_back({c, 0});
      return;
    }
    if (size_t closes = StringRef(")]}>").find(c); closes != StringRef::npos) {
      close("([{<"[closes]);
      return;
    }
    endRow();
    if (c == '%' || c == '@')
      defined = {}, aliasDepth = 0;
  }

  /// Nothing where the bracket is part of a `>=`, or belongs to no other.
  void close(char opening) {
    if (levels.size() == 1 || levels.back().bracket != opening)
      return;
    endRow();
    levels.pop_back();
  }

  void lengthenRow() {
    ++levels.back().row;
    ++rows;
  }

  void endRow() {
    rows -= levels.back().row;
    levels.back().row = 0;
  }

  static bool isNameLetter(char c) { return llvm::isAlnum(c) || c == '_' || c == '$' || c == '.'; }

  StringRef text, rest;
  /// An open bracket, and the arrows or signs in a row behind it.
  struct Level {
    char bracket;
    size_t row;
  };
  llvm::SmallVector<Level> levels = {{0, 0}};
  /// Of all levels.
  size_t rows = 0;
  /// How deep the aliases are that the present definition, or statement, uses.
  llvm::StringMap<size_t> aliases;
  StringRef defined;
  size_t aliasDepth = 0;
};

} // namespace

namespace {

/// Reads YAML line by line, as far as nesting is concerned.
class YamlNesting {
public:
  explicit YamlNesting(StringRef text) : rest(text) {}

  /// Where the text nests too deeply, or null.
  const char *findTooDeep() {
    while (!rest.empty() && !tooDeep) {
      auto [line, others] = rest.split('\n');
      readLine(line);
      rest = others;
    }
    return tooDeep;
  }

private:
  void readLine(StringRef line) {
    size_t at = line.find_first_not_of(' ');
    if (at == StringRef::npos)
      return;
    if (flows == 0)
      at = readColumns(line, at);
    for (; at < line.size() && !isComment(line, at); ++at)
      readFlow(line, at);
  }

  /// The collections that begin in this line are one level for each column that they stand in.
  size_t readColumns(StringRef line, size_t at) {
    for (;; at = line.find_first_not_of(' ', at + 1)) {
      while (!columns.empty() && columns.back() >= at)
        columns.pop_back();
      columns.push_back(at);
      measure(line.data() + at);
      bool isIndicator = (line[at] == '-' || line[at] == '?') && line.substr(at + 1, 1).trim(" \r").empty();
      if (!isIndicator || line.find_first_not_of(' ', at + 1) == StringRef::npos)
        return at;
    }
  }

  void readFlow(StringRef line, size_t &at) {
    bool beginsToken = at == 0 || StringRef(" [{,:").contains(line[at - 1]);
    if (quote ? line[at] == quote : beginsToken && (line[at] == '"' || line[at] == '\''))
      quote = quote ? 0 : line[at];
    else if (quote)
      at += quote == '"' && line[at] == '\\';
    else if (line[at] == '[' || line[at] == '{')
      ++flows;
    else if (flows != 0 && (line[at] == ']' || line[at] == '}'))
      --flows;
    measure(line.data() + std::min(at, line.size() - 1));
  }

  bool isComment(StringRef line, size_t at) const {
    return !quote && line[at] == '#' && (at == 0 || line[at - 1] == ' ');
  }

  void measure(const char *at) {
    if (!tooDeep && columns.size() + flows > deepestNesting)
      tooDeep = at;
  }

  StringRef rest;
  llvm::SmallVector<size_t> columns;
  size_t flows = 0;
  /// The quote that is open, or 0.
  char quote = 0;
  const char *tooDeep = nullptr;
};

} // namespace

Status tare::checkIrNesting(StringRef text, StringRef file) {
  if (const char *at = IrNesting(text).findTooDeep())
    return tooDeep(text, at, file, "program");
  return success();
}

Status tare::checkYamlNesting(StringRef text, StringRef file) {
  if (const char *at = YamlNesting(text).findTooDeep())
    return tooDeep(text, at, file, "description");
  return success();
}
