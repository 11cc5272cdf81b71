//===- Template.cpp - A C kernel made for its types -----------------------===//
#include "Template.h"

#include <algorithm>
#include <cassert>
#include <cctype>
#include <vector>

using namespace tare;
using namespace tare::csource;

namespace {

bool isWord(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; }

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.front())))
    text.remove_prefix(1);
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back())))
    text.remove_suffix(1);
  return text;
}

/// The parts between commas that stand in no brackets of their own.
std::vector<std::string> splitList(std::string_view text) {
  std::vector<std::string> parts;
  size_t begin = 0;
  int depth = 0;
  for (size_t i = 0; i <= text.size(); ++i) {
    if (i == text.size() || (text[i] == ',' && depth == 0)) {
      parts.emplace_back(trimmed(text.substr(begin, i - begin)));
      begin = i + 1;
    } else {
      depth += text[i] == '(' || text[i] == '[';
      depth -= text[i] == ')' || text[i] == ']';
    }
  }
  return parts;
}

/// A parameter's text, and the names of its arguments.
struct Parameter {
  std::string text;
  std::vector<std::string> arguments;
};
using Words = std::map<std::string, Parameter, std::less<>>;

/// Replaces words by their texts. What is put in is not looked at again.
class Replacer {
public:
  Replacer(std::string_view text, const Words &words) : text(text), words(words) {}

  std::string run() {
    while (at < text.size())
      if (isWord(text[at]))
        putWord();
      else
        result += text[at++];
    return std::move(result);
  }

private:
  void putWord() {
    size_t begin = at;
    while (at < text.size() && isWord(text[at]))
      ++at;
    std::string_view word = text.substr(begin, at - begin);
    auto found = words.find(word);
    if (found == words.end())
      result += word;
    else
      result += found->second.arguments.empty() ? found->second.text : called(found->second);
  }

  /// The text with what stands in the brackets that follow.
  std::string called(const Parameter &parameter) {
    assert(at < text.size() && text[at] == '(' && "a parameter has arguments");
    size_t begin = ++at;
    for (int depth = 1; depth != 0; ++at) {
      depth += text[at] == '(';
      depth -= text[at] == ')';
    }
    std::string arguments = Replacer(text.substr(begin, at - 1 - begin), words).run();
    std::vector<std::string> given = splitList(arguments);
    assert(given.size() == parameter.arguments.size() && "as many arguments as the parameter says");
    Words inner;
    for (size_t i = 0; i < given.size(); ++i)
      inner[parameter.arguments[i]] = {given[i], {}};
    return Replacer(parameter.text, inner).run();
  }

  std::string_view text;
  const Words &words;
  size_t at = 0;
  std::string result;
};

Words wordsOf(const Parameters &parameters) {
  Words words;
  for (const auto &[name, text] : parameters) {
    size_t bracket = name.find('(');
    if (bracket == std::string::npos)
      words[name] = {text, {}};
    else
      words[name.substr(0, bracket)] = {
          text, splitList(std::string_view(name).substr(bracket + 1, name.size() - bracket - 2))};
  }
  return words;
}

/// "LAYER = @, RUN = run_@" as words.
void addNames(Words &words, std::string_view list, std::string_view name) {
  for (const std::string &part : splitList(list)) {
    size_t equals = part.find(" = ");
    std::string text = part.substr(equals + 3);
    words[part.substr(0, equals)] = {text.replace(text.find('@'), 1, name), {}};
  }
}

/// Whether lines are written, from #if to #endif; they are not nested.
class Condition {
public:
  /// Whether the line is one of the condition's own.
  bool takes(std::string_view line, const Parameters &parameters) {
    if (line.starts_with("#if ")) {
      auto found = parameters.find(std::string(trimmed(line.substr(4))));
      assert(found != parameters.end() && "a flag of the kernel is given");
      holds = found->second == "1";
    } else if (line == "#else") {
      holds = !holds;
    } else if (line == "#endif") {
      holds = true;
    } else {
      return false;
    }
    return true;
  }
  bool isMet() const { return holds; }

private:
  bool holds = true;
};

} // namespace

std::string csource::instantiate(std::string_view kernel, const Parameters &parameters, std::string_view name) {
  constexpr std::string_view comment = "//!", names = "//! names: ";
  Words words = wordsOf(parameters);
  Condition condition;
  std::string text;
  for (size_t begin = 0; begin < kernel.size();) {
    size_t end = std::min(kernel.find('\n', begin), kernel.size());
    std::string_view line = kernel.substr(begin, end - begin);
    begin = end + 1;
    if (line.starts_with(names))
      addNames(words, line.substr(names.size()), name);
    if (line.starts_with(comment) || condition.takes(line, parameters) || !condition.isMet())
      continue;
    text.append(line).append("\n");
  }
  std::string replaced = Replacer(text, words).run();
  size_t begin = replaced.find_first_not_of('\n'), end = replaced.find_last_not_of('\n');
  return replaced.substr(begin, end + 1 - begin) + "\n";
}
