//===- FishCompletion.cpp - Completion in fish ----------------------------===//
#include "Shell/CommandTree.h"

#include "llvm/ADT/StringExtras.h"
#include <fmt/format.h>
#include <fmt/ranges.h>

using namespace tare;

namespace {

/// In single quotes.
std::string quoted(const std::string &text) {
  std::string result = "'";
  for (char c : text) {
    if (c == '\'' || c == '\\')
      result += '\\';
    result += c;
  }
  return result + "'";
}

/// The condition under which a node's own words are asked for: its path is there, and none of its subcommands.
std::string conditionOf(const std::vector<const CommandNode *> &way) {
  std::vector<std::string> parts;
  for (size_t i = 1; i < way.size(); ++i)
    parts.push_back("__fish_seen_subcommand_from " + way[i]->name);
  std::vector<std::string> names;
  for (const CommandNode &command : way.back()->commands)
    names.push_back(command.name);
  if (!names.empty())
    parts.push_back(fmt::format("not __fish_seen_subcommand_from {}", fmt::join(names, " ")));
  return fmt::format("{}", fmt::join(parts, "; and "));
}

/// The options that say what a value may be.
std::string valueOf(const CommandOption &option) {
  if (option.isFolder)
    return " -x -a '(__fish_complete_directories)'";
  const std::string names =
      option.choices.empty() ? "" : fmt::format(" -a {}", quoted(fmt::format("{}", fmt::join(option.choices, " "))));
  if (option.isList)
    return fmt::format(" -x -a {}", quoted(fmt::format("(__fish_append , {})", fmt::join(option.choices, " "))));
  return (option.isFile ? " -r -F" : " -x") + names;
}

std::string lineOf(const std::string &condition, const std::string &words, const std::string &description) {
  return fmt::format("complete -c tare -n {}{}{}\n", quoted(condition), words,
                     description.empty() ? "" : " -d " + quoted(description));
}

std::string linesOf(const std::vector<const CommandNode *> &way) {
  const CommandNode &node = *way.back();
  const std::string condition = conditionOf(way);
  std::string text;
  for (const CommandNode &command : node.commands)
    text += lineOf(condition, " -a " + command.name, command.summary);
  for (const CommandOption &option : node.options) {
    std::string words;
    for (const std::string &name : option.names)
      words += llvm::StringRef(name).starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
    // Of what goes by its place, fish knows no place.
    if (option.isPositional() && !option.isFile && option.choices.empty())
      continue;
    std::string value = option.isFlag() ? "" : valueOf(option);
    if (option.isPositional() && llvm::StringRef(value).starts_with(" -x"))
      value.erase(0, 3);
    if (option.isPositional() && option.isFile)
      value.replace(0, 6, " -F");
    text += lineOf(condition, words + value, option.isPositional() ? "" : option.description);
  }
  return text;
}

} // namespace

std::string tare::fishCompletion(const CommandNode &tree) {
  std::string text = "# fish completion of tare, made by `tare completion fish`.\n\ncomplete -c tare -f\n";
  forEachCommand(tree, [&](const std::vector<const CommandNode *> &way) { text += linesOf(way); });
  return text;
}
