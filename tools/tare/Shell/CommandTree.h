//===- CommandTree.h - What the command line takes --------------*- C++ -*-===//
//
// Read from the options as they are declared: completions and manual pages are
// made of it, so that neither can tell anything else than the parser does.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_TOOLS_TARE_SHELL_COMMANDTREE_H
#define TARE_TOOLS_TARE_SHELL_COMMANDTREE_H

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace tare {

/// An option, or what is given without an option's name.
struct CommandOption {
  /// With their dashes, short ones first; empty where it goes by its place.
  std::vector<std::string> names;
  /// What stands for its value: "FILE", "N"; empty of a flag.
  std::string value;
  std::string description, preset;
  /// What it may be, where that is one of some names.
  std::vector<std::string> choices;
  /// Whether it may be several of them, with commas between.
  bool isList = false;
  bool isFile = false, isFolder = false;
  bool isRequired = false, isRepeated = false;

  bool isFlag() const { return value.empty(); }
  bool isPositional() const { return names.empty(); }
};

struct CommandNode {
  /// "tare", "convert", "show"
  std::string name;
  std::string summary;
  /// The task that `tare --help` lists it under.
  std::string group;
  /// What --help ends with.
  std::string footer;
  std::vector<CommandOption> options;
  std::vector<CommandNode> commands;

  std::vector<const CommandOption *> positionals() const;
};

/// What `app` takes, and its subcommands; without those that --help does not list.
CommandNode commandTree(CLI::App &app);

/// "tare convert", of a node and those above it.
std::string pathOf(const std::vector<const CommandNode *> &way);
/// Calls `visit` with each node and those above it, the topmost first.
void forEachCommand(const CommandNode &root,
                    const std::function<void(const std::vector<const CommandNode *> &)> &visit);

// Scripts that complete command lines of `tree`.
std::string bashCompletion(const CommandNode &tree);
std::string zshCompletion(const CommandNode &tree);
std::string fishCompletion(const CommandNode &tree);

/// A page for man(1).
struct ManualPage {
  /// "tare-convert.1"
  std::string file;
  std::string text;
};
/// One for `tree` and one for each of its subcommands. `version` stands at the foot.
std::vector<ManualPage> manualPages(const CommandNode &tree, const std::string &version);

} // namespace tare

#endif // TARE_TOOLS_TARE_SHELL_COMMANDTREE_H
