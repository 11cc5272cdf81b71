//===- CommandTree.cpp - What the command line takes ----------------------===//
#include "Shell/CommandTree.h"
#include "Choices.h"
#include "FileArguments.h"
#include "tare/Target/Target.h"

#include <algorithm>

using namespace tare;

namespace {

/// The lines of a description are broken for --help.
std::string joined(std::string text) {
  std::ranges::replace(text, '\n', ' ');
  return text;
}

CommandOption optionOf(CLI::Option &option) {
  CommandOption result;
  if (option.get_items_expected_max() > 0)
    result.value = option.get_type_name();
  // The library calls all text so; the name of a place says more.
  if (!option.nonpositional() && result.value == "TEXT")
    result.value = option.get_name(/*positional=*/true);
  for (const std::string &name : option.get_snames())
    result.names.push_back("-" + name);
  for (const std::string &name : option.get_lnames())
    result.names.push_back("--" + name);
  result.description = joined(option.get_description());
  result.preset = option.get_default_str();
  result.choices = choicesOf(option);
  // What is called so, here and in --help, is a target.
  if (result.value == "NAME|FILE")
    for (const ShippedTarget &shipped : shippedTargets())
      result.choices.push_back(shipped.name.str());
  result.isList = isListOfChoices(option);
  result.isFile = FileArguments::isFile(option);
  result.isFolder = FileArguments::isFolder(option);
  result.isRequired = option.get_required();
  result.isRepeated = option.get_items_expected_max() > 1;
  return result;
}

/// Those that the node does not have yet, --help above all.
void addOptions(CommandNode &node, CLI::App &app) {
  for (CLI::Option *option : app.get_options(std::function<bool(CLI::Option *)>())) {
    CommandOption found = optionOf(*option);
    auto isSame = [&](const CommandOption &other) { return !found.names.empty() && other.names == found.names; };
    if (!option->get_group().empty() && std::ranges::none_of(node.options, isSame))
      node.options.push_back(std::move(found));
  }
}

void visitFrom(std::vector<const CommandNode *> &way,
               const std::function<void(const std::vector<const CommandNode *> &)> &visit) {
  visit(way);
  for (const CommandNode &command : way.back()->commands) {
    way.push_back(&command);
    visitFrom(way, visit);
    way.pop_back();
  }
}

} // namespace

std::vector<const CommandOption *> CommandNode::positionals() const {
  std::vector<const CommandOption *> found;
  for (const CommandOption &option : options)
    if (option.isPositional())
      found.push_back(&option);
  return found;
}

CommandNode tare::commandTree(CLI::App &app) {
  CommandNode node{app.get_name(), joined(app.get_description()), app.get_group(), app.get_footer(), {}, {}};
  addOptions(node, app);
  // Where the parser lets them through, those of the command above it count, too.
  if (app.get_fallthrough() && app.get_parent())
    addOptions(node, *app.get_parent());
  for (CLI::App *command : app.get_subcommands(std::function<bool(CLI::App *)>()))
    if (!command->get_group().empty())
      node.commands.push_back(commandTree(*command));
  return node;
}

std::string tare::pathOf(const std::vector<const CommandNode *> &way) {
  std::string path;
  for (const CommandNode *node : way)
    path += (path.empty() ? "" : " ") + node->name;
  return path;
}

void tare::forEachCommand(const CommandNode &root,
                          const std::function<void(const std::vector<const CommandNode *> &)> &visit) {
  std::vector<const CommandNode *> way{&root};
  visitFrom(way, visit);
}
