//===- ZshCompletion.cpp - Completion in zsh ------------------------------===//
#include "Shell/CommandTree.h"

#include "llvm/ADT/StringExtras.h"
#include <fmt/format.h>
#include <fmt/ranges.h>

using namespace tare;

namespace {

/// Of text in single quotes that _arguments and _describe take apart at brackets and colons.
std::string escaped(const std::string &text) {
  std::string result;
  for (char c : text) {
    if (c == '\'')
      result += "'\\''";
    else if (llvm::StringRef("[]:\\").contains(c))
      result += fmt::format("\\{}", c);
    else
      result += c;
  }
  return result;
}

/// ":VALUE:action" of what a value may be. An action with arguments has a blank in front, or zsh adds its own.
std::string valueOf(const CommandOption &option) {
  const std::string choices = fmt::format("{}", fmt::join(option.choices, " "));
  std::string action;
  if (option.isFolder)
    action = "_files -/";
  else if (option.isList)
    action = " _sequence compadd - " + choices;
  else if (!choices.empty())
    action = option.isFile ? "{compadd " + choices + "; _files}" : "(" + choices + ")";
  else if (option.isFile)
    action = "_files";
  return fmt::format(":{}:{}", escaped(option.value), action);
}

void addOption(std::string &text, const CommandOption &option) {
  const std::string value = option.isFlag() ? "" : valueOf(option);
  for (const std::string &name : option.names) {
    std::string others;
    if (!option.isRepeated && option.names.size() > 1)
      others = fmt::format("({})", fmt::join(option.names, " "));
    const char *joint = option.isFlag() ? "" : llvm::StringRef(name).starts_with("--") ? "=" : "";
    text += fmt::format("    '{}{}{}[{}]{}' \\\n", option.isRepeated ? "*" : others, name, joint,
                        escaped(option.description), value);
  }
}

std::string functionOf(const std::vector<const CommandNode *> &way) {
  std::vector<std::string> names;
  for (const CommandNode *node : way)
    names.push_back(node->name);
  return fmt::format("_{}", fmt::join(names, "_"));
}

std::string bodyOf(const std::vector<const CommandNode *> &way) {
  const CommandNode &node = *way.back();
  std::string text = fmt::format("{}() {{\n", functionOf(way));
  if (!node.commands.empty())
    text += "  local curcontext=\"$curcontext\" state line\n  typeset -A opt_args\n";
  text += node.commands.empty() ? "  _arguments -S \\\n" : "  _arguments -C -S \\\n";
  for (const CommandOption &option : node.options)
    if (option.isPositional())
      text += fmt::format("    '{}{}' \\\n", option.isRepeated ? "*" : "", valueOf(option));
    else
      addOption(text, option);
  if (node.commands.empty())
    return text + "    && return\n}\n\n";
  text +=
      "    '1: :->command' '*:: :->argument' && return\n  case $state in\n    command)\n      local -a commands=(\n";
  for (const CommandNode &command : node.commands)
    text += fmt::format("        '{}:{}'\n", command.name, escaped(command.summary));
  text += "      )\n      _describe -t commands command commands ;;\n    argument)\n      case $words[1] in\n";
  for (const CommandNode &command : node.commands)
    text += fmt::format("        {}) {}_{} ;;\n", command.name, functionOf(way), command.name);
  return text + "      esac ;;\n  esac\n}\n\n";
}

} // namespace

std::string tare::zshCompletion(const CommandNode &tree) {
  std::string text = "#compdef tare\n# zsh completion of tare, made by `tare completion zsh`.\n\n";
  forEachCommand(tree, [&](const std::vector<const CommandNode *> &way) { text += bodyOf(way); });
  // In a file of $fpath the file is the function; where it is sourced it is named here.
  return text + "if [[ $funcstack[1] == _tare ]]; then\n  _tare \"$@\"\nelse\n  compdef _tare tare\nfi\n";
}
