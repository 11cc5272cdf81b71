//===- ManualPages.cpp - Pages for man(1) ---------------------------------===//
#include "Shell/CommandTree.h"

#include "llvm/ADT/StringExtras.h"
#include <fmt/format.h>
#include <fmt/ranges.h>

using namespace tare;

namespace {

/// As roff prints it: of dashes those that can be copied.
std::string escaped(const std::string &text) {
  std::string result;
  for (char c : text)
    result += c == '\\' ? "\\e" : c == '-' ? "\\-" : std::string(1, c);
  // A line that begins so would be a request.
  return llvm::StringRef(result).starts_with(".") || llvm::StringRef(result).starts_with("'") ? "\\&" + result : result;
}

std::string bold(const std::string &text) { return "\\fB" + escaped(text) + "\\fR"; }
std::string italic(const std::string &text) { return "\\fI" + escaped(text) + "\\fR"; }

std::string pageName(const std::vector<const CommandNode *> &way) {
  std::vector<std::string> names;
  for (const CommandNode *node : way)
    names.push_back(node->name);
  return fmt::format("{}", fmt::join(names, "-"));
}

/// As it is, line by line.
std::string verbatim(llvm::StringRef text) {
  std::string result = ".nf\n";
  llvm::SmallVector<llvm::StringRef> lines;
  text.split(lines, '\n');
  for (llvm::StringRef line : lines)
    result += escaped(line.str()) + "\n";
  return result + ".fi\n";
}

std::string synopsisOf(const std::vector<const CommandNode *> &way) {
  const CommandNode &node = *way.back();
  std::string text = ".SH SYNOPSIS\n" + bold(pathOf(way));
  if (!node.commands.empty())
    text += " " + italic("COMMAND");
  for (const CommandOption *option : node.positionals())
    text += " " + italic(option->value) + (option->isRepeated ? " ..." : "");
  for (const CommandOption &option : node.options)
    if (!option.isPositional() && option.isRequired)
      text += " " + bold(option.names.front()) + " " + italic(option.value);
  return text + " [" + italic("OPTIONS") + "]\n";
}

std::string describe(const CommandOption &option) {
  std::string text = escaped(option.description);
  // What the parser holds true of the choices, where the description does not name them.
  bool named = llvm::all_of(
      option.choices, [&](const std::string &choice) { return option.description.find(choice) != std::string::npos; });
  if (!named)
    text += escaped(fmt::format(" ({} {})", option.isFile ? "shipped:" : "one of", fmt::join(option.choices, ", ")));
  if (!option.preset.empty())
    text += escaped(fmt::format("; default: {}", option.preset));
  return text.empty() ? "" : text + ".\n";
}

std::string optionsOf(const CommandNode &node) {
  std::string text;
  for (const CommandOption &option : node.options) {
    std::vector<std::string> names;
    for (const std::string &name : option.names)
      names.push_back(bold(name));
    std::string head = fmt::format("{}", fmt::join(names, ", "));
    if (!option.isFlag())
      head += (head.empty() ? "" : " ") + italic(option.value);
    text += ".TP\n" + head + "\n" + describe(option);
  }
  return text.empty() ? "" : ".SH OPTIONS\n" + text;
}

/// By the tasks that --help has, too.
std::string commandsOf(const std::vector<const CommandNode *> &way) {
  std::string text, group;
  const CommandNode &node = *way.back();
  if (node.commands.empty())
    return "";
  text = ".SH COMMANDS\n";
  for (const CommandNode &command : node.commands) {
    if (way.size() == 1 && command.group != group)
      text += ".SS " + escaped(group = command.group) + "\n";
    std::string name =
        way.size() == 1 ? fmt::format("{}(1)", bold(pageName(way) + "-" + command.name)) : bold(command.name);
    text += ".TP\n" + name + "\n" + escaped(command.summary) + ".\n";
    if (way.size() > 1)
      for (const CommandOption *option : command.positionals())
        text += italic(option->value) + ": " + describe(*option);
  }
  return text;
}

constexpr char exitStatus[] =
    ".SH EXIT STATUS\n"
    ".TP\n\\fB0\\fR\nAll was done that was asked.\n"
    ".TP\n\\fB1\\fR\nThe run was refused, or its result was (as by \\fB\\-\\-strict\\fR, \\fB\\-\\-max\\-error\\fR or "
    "\\fB\\-\\-min\\-sqnr\\fR): one line on standard error says what was found, what is expected and what to do. No "
    "output is left behind, and an older one is untouched.\n"
    ".TP\n\\fB128\\fR + \\fIN\\fR\nThe signal \\fIN\\fR ended the run, as the shell counts it: 130 by Ctrl\\-C. No "
    "output is "
    "left behind.\n";

constexpr char environment[] =
    ".SH ENVIRONMENT\n"
    ".TP\n\\fBTARE_THREADS\\fR\nHow many threads are used where \\fB\\-\\-threads\\fR does not say it, 1 to 1024.\n"
    ".TP\n\\fBTMPDIR\\fR\nThe folder in which what comes from a pipe is put down.\n";

std::string seeAlso(const std::vector<const CommandNode *> &way) {
  std::vector<std::string> pages;
  if (way.size() > 1)
    pages.push_back(bold("tare") + "(1)");
  for (const CommandNode &command : way.front()->commands)
    if (&command != way.back())
      pages.push_back(bold("tare-" + command.name) + "(1)");
  return fmt::format(".SH SEE ALSO\n{}\n", fmt::join(pages, ", "));
}

/// The footer of --help: its first line is a title.
std::string examplesOf(const CommandNode &node) {
  auto [title, text] = llvm::StringRef(node.footer).split('\n');
  return text.empty() ? "" : ".SH EXAMPLES\n" + verbatim(text.rtrim());
}

std::string pageOf(const std::vector<const CommandNode *> &way, const std::string &version) {
  const CommandNode &node = *way.back();
  // The tree of the sources has no date: pages are the same whenever they are made.
  std::string text =
      fmt::format(".TH {} 1 \"\" \"Tare {}\" \"User Commands\"\n.SH NAME\n{} \\- {}\n",
                  llvm::StringRef(pageName(way)).upper(), version, escaped(pageName(way)),
                  escaped(way.size() == 1 ? "convert ONNX networks into integer-only programs" : node.summary));
  text += synopsisOf(way);
  text += ".SH DESCRIPTION\n" + escaped(node.summary) + (llvm::StringRef(node.summary).ends_with(".") ? "\n" : ".\n");
  return text + commandsOf(way) + optionsOf(node) + exitStatus + environment + examplesOf(node) + seeAlso(way);
}

} // namespace

/// What a subcommand has below it stands on its own page.
std::vector<ManualPage> tare::manualPages(const CommandNode &tree, const std::string &version) {
  std::vector<ManualPage> pages;
  forEachCommand(tree, [&](const std::vector<const CommandNode *> &way) {
    if (way.size() <= 2)
      pages.push_back({pageName(way) + ".1", pageOf(way, version)});
  });
  return pages;
}
