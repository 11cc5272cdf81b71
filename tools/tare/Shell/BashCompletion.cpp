//===- BashCompletion.cpp - Completion in bash ----------------------------===//
#include "Shell/CommandTree.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

using namespace tare;

namespace {

/// What is the same whatever the commands are. Bash splits `--option=value` into three words.
constexpr char head[] = R"(# bash completion of tare, made by `tare completion bash`.

_tare_words() { mapfile -t COMPREPLY < <(compgen -W "$1" -- "$word"); }
_tare_files() { compopt -o filenames 2> /dev/null; mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -f -- "$word"); }
_tare_folders() { compopt -o filenames 2> /dev/null; mapfile -t COMPREPLY < <(compgen -d -- "$word"); }
# Names with commas between them: the last one is completed.
_tare_list() {
  local before=
  [[ $word == *,* ]] && before=${word%,*},
  compopt -o nospace 2> /dev/null
  mapfile -t COMPREPLY < <(compgen -P "$before" -W "$1" -- "${word##*,}")
}

_tare() {
  local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} path=tare i
  COMPREPLY=()
  if [[ $word == = ]]; then
    word=
  elif [[ $previous == = ]]; then
    previous=${COMP_WORDS[COMP_CWORD-2]}
  fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$path ${COMP_WORDS[i]}" in
)";

constexpr char tail[] = R"(}

complete -F _tare tare
)";

/// For a word in double quotes, within which are no others.
std::string joined(const std::vector<std::string> &words) { return fmt::format("{}", fmt::join(words, " ")); }

/// The calls that complete a value; empty where nothing is known of it.
std::string completing(const CommandOption &option) {
  if (option.isFolder)
    return "_tare_folders";
  std::string text;
  if (!option.choices.empty())
    text = fmt::format("{} \"{}\"", option.isList ? "_tare_list" : "_tare_words", joined(option.choices));
  if (option.isFile)
    text += text.empty() ? "_tare_files" : "; _tare_files";
  return text;
}

std::string optionCases(const std::string &path, const CommandNode &node) {
  std::string text;
  for (const CommandOption &option : node.options) {
    if (option.isFlag() || option.isPositional())
      continue;
    std::vector<std::string> patterns;
    for (const std::string &name : option.names)
      patterns.push_back(fmt::format("\"{} {}\"", path, name));
    std::string call = completing(option);
    text += fmt::format("    {}) {}return ;;\n", fmt::join(patterns, " | "), call.empty() ? "" : call + "; ");
  }
  return text;
}

std::string wordCase(const std::string &path, const CommandNode &node) {
  std::vector<std::string> names, commands;
  for (const CommandOption &option : node.options)
    names.insert(names.end(), option.names.begin(), option.names.end());
  for (const CommandNode &command : node.commands)
    commands.push_back(command.name);
  std::string otherwise = ":";
  if (!commands.empty())
    otherwise = fmt::format("_tare_words \"{}\"", joined(commands));
  else if (auto positionals = node.positionals(); !positionals.empty())
    if (std::string call = completing(*positionals.front()); !call.empty())
      otherwise = call;
  return fmt::format("    \"{}\")\n      if [[ $word == -* ]]; then _tare_words \"{}\"; else {}; fi ;;\n", path,
                     joined(names), otherwise);
}

} // namespace

std::string tare::bashCompletion(const CommandNode &tree) {
  std::string commands, options, words;
  forEachCommand(tree, [&](const std::vector<const CommandNode *> &way) {
    const std::string path = pathOf(way);
    if (way.size() > 1)
      commands += (commands.empty() ? "\"" : " | \"") + path + "\"";
    options += optionCases(path, *way.back());
    words += wordCase(path, *way.back());
  });
  return fmt::format(
      "{}      {}) path+=\" ${{COMP_WORDS[i]}}\" ;;\n    esac\n  done\n  case \"$path $previous\" in\n{}  "
      "esac\n  case $path in\n{}  esac\n{}",
      head, commands, options, words, tail);
}
