//===- Completion.cpp - tare completion, tare manual ----------------------===//
#include "Choices.h"
#include "Commands.h"
#include "JsonOutput.h"
#include "Shell/CommandTree.h"
#include "tare/Tensor/AtomicFile.h"

#include <filesystem>

using namespace tare;

namespace {

class CompletionCommand : public Command {
public:
  CompletionCommand()
      : Command(
            "completion", "Write a script that completes the command line in bash, zsh or fish",
            "source <(tare completion bash)\n"
            "  In a shell's startup file, or for good: tare completion bash >\n"
            "  ~/.local/share/bash-completion/completions/tare; tare completion zsh > a folder of $fpath/_tare; tare\n"
            "  completion fish > ~/.config/fish/completions/tare.fish") {}

  Status run() override {
    const CommandNode tree = commandTree(*app->get_parent());
    const std::string script = shell == "bash"  ? bashCompletion(tree)
                               : shell == "zsh" ? zshCompletion(tree)
                                                : fishCompletion(tree);
    if (!json) {
      writeText(script);
      return success();
    }
    printJson([&](llvm::json::OStream &out) {
      out.object([&] {
        out.attribute("shell", shell);
        out.attribute("script", script);
      });
    });
    return success();
  }

private:
  void addOptions(CLI::App &command) override {
    app = &command;
    app->add_option("shell", shell, "bash, zsh or fish")
        ->required()
        ->type_name("SHELL")
        ->check(oneOf({"bash", "zsh", "fish"}));
  }

  CLI::App *app = nullptr;
  std::string shell;
};

/// For those who build and package Tare: --help does not list it.
class ManualCommand : public Command {
public:
  ManualCommand()
      : Command("manual", "Write the manual pages, tare.1 and one for each command, into a folder",
                "tare manual -o man1") {}

  Status run() override {
    const std::vector<ManualPage> pages = manualPages(commandTree(*app->get_parent()), TARE_VERSION);
    const std::vector<std::filesystem::path> missing = missingFolders();
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    Status written = error ? Status(Error{"cannot write in " + folder + ": " + error.message()}) : write(pages);
    if (!written) {
      // Those that it has made, if nothing else is in them by now.
      for (const std::filesystem::path &made : missing)
        std::filesystem::remove(made, error);
      return written;
    }
    if (json)
      printJson([&](llvm::json::OStream &out) {
        out.object([&] {
          out.attributeArray("pages", [&] {
            for (const ManualPage &page : pages)
              out.value(page.file);
          });
        });
      });
    return success();
  }

private:
  void addOptions(CLI::App &command) override {
    app = &command;
    files.writesFolder(
        app->add_option("-o,--output", folder, "The folder, which is made if need be")->required()->type_name("DIR"),
        folder);
  }

  /// The folder and those around it, as far as they are not there; the innermost first.
  std::vector<std::filesystem::path> missingFolders() const {
    std::vector<std::filesystem::path> missing;
    std::error_code error;
    for (std::filesystem::path each = folder; !each.empty() && !std::filesystem::exists(each, error);
         each = each.parent_path())
      missing.push_back(each);
    return missing;
  }

  /// All of them, or none.
  Status write(const std::vector<ManualPage> &pages) const {
    std::vector<AtomicFile> written;
    for (const ManualPage &page : pages) {
      auto file = AtomicFile::create(folder + "/" + page.file);
      if (!file)
        return file.error();
      if (Status done = file->write(page.text); !done)
        return done;
      written.push_back(std::move(*file));
    }
    for (AtomicFile &file : written)
      if (Status done = file.commit(); !done)
        return done;
    return success();
  }

  CLI::App *app = nullptr;
  std::string folder;
};

} // namespace

std::unique_ptr<Command> tare::makeCompletionCommand() { return std::make_unique<CompletionCommand>(); }
std::unique_ptr<Command> tare::makeManualCommand() { return std::make_unique<ManualCommand>(); }
