//===- CommandLineError.cpp - What is wrong with a command line -----------===//
#include "CommandLineError.h"

#include "tare/Diagnostics/Nearest.h"

#include <algorithm>
#include <fmt/format.h>
#include <optional>

using namespace tare;

namespace {

/// The last subcommand that the command line names.
const CLI::App &chosen(const CLI::App &app) {
  std::vector<CLI::App *> parsed = app.get_subcommands();
  return parsed.empty() ? app : chosen(*parsed.front());
}

/// "tare target show"
std::string pathOf(const CLI::App &app) {
  return app.get_parent() ? pathOf(*app.get_parent()) + " " + app.get_name() : app.get_name();
}

std::vector<std::string> subcommandsOf(const CLI::App &app) {
  std::vector<std::string> names;
  for (const CLI::App *subcommand : app.get_subcommands([](const CLI::App *) { return true; }))
    names.push_back(subcommand->get_name());
  return names;
}

/// Those of the commands above it, too, where it lets them through.
std::vector<std::string> optionsOf(const CLI::App &app) {
  std::vector<std::string> names;
  for (const CLI::Option *option : app.get_options())
    for (const std::string &name : option->get_lnames())
      names.push_back("--" + name);
  if (app.get_fallthrough())
    for (std::string &name : optionsOf(*app.get_parent()))
      names.push_back(std::move(name));
  return names;
}

/// What the name may mean, and where to look.
std::string hint(const std::string &name, const std::vector<std::string> &known, const std::string &where) {
  std::string meant = didYouMean(name, known);
  return (meant.empty() ? "; " : meant + " ") + where;
}

bool isOption(const std::string &word) { return word.size() > 1 && word[0] == '-'; }

std::optional<Error> unknownName(const CLI::App &app) {
  const CLI::App &command = chosen(app);
  std::vector<std::string> left = app.remaining(/*recurse=*/true);
  if (left.empty())
    return std::nullopt;
  std::string path = pathOf(command);
  auto option = std::ranges::find_if(left, isOption), word = std::ranges::find_if_not(left, isOption);
  // What follows a command that there is not are its options.
  if (std::vector<std::string> names = subcommandsOf(command); !names.empty() && word != left.end())
    return Error{fmt::format("{} has no command '{}'{}", path, *word,
                             hint(*word, names, fmt::format("`{} --help` lists the commands", path)))};
  if (option != left.end()) {
    std::string name = option->substr(0, option->find('='));
    return Error{fmt::format("{} has no option '{}'{}", path, name,
                             hint(name, optionsOf(command), fmt::format("`{} --help` lists the options", path)))};
  }
  return Error{fmt::format("{} has no use for '{}': everything that it takes without an option's name was given; `{} "
                           "--help` lists what it takes",
                           path, left.front(), path)};
}

/// What was given to an option is not what it takes: nothing, or several times what it takes once.
std::string mismatch(const CLI::App &command, const std::string &name) {
  const CLI::Option *option = command.get_option_no_throw(name);
  size_t times = option ? option->count() : 0;
  return times > 1 ? fmt::format("{} is given {} times, expected once", name, times)
                   : fmt::format("{} needs a value", name);
}

} // namespace

Error tare::explain(const CLI::App &app, const CLI::ParseError &error) {
  // A misspelled option is missed first: what is said of that would be no help.
  bool missesSomething = dynamic_cast<const CLI::RequiredError *>(&error);
  if (missesSomething || dynamic_cast<const CLI::ExtrasError *>(&error))
    if (std::optional<Error> unknown = unknownName(app))
      return *unknown;
  std::string path = pathOf(chosen(app)), text = error.what();
  if (missesSomething && !subcommandsOf(chosen(app)).empty())
    return Error{fmt::format("{}: no command given; `{} --help` lists the commands", path, path)};
  if (dynamic_cast<const CLI::ArgumentMismatch *>(&error))
    text = mismatch(chosen(app), text.substr(0, text.find(": ")));
  // A validator has said what is expected.
  if (dynamic_cast<const CLI::ValidationError *>(&error))
    return Error{text};
  return Error{fmt::format("{}; `{} --help` lists the options", text, path)};
}
