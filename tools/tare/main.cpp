//===- main.cpp - The driver `tare` ---------------------------------------===//
//
// Every run ends with exit code 0, or with 1 and exactly one line of the form
// "tare: error: ..." on standard error.
//
//===----------------------------------------------------------------------===//
#include "Commands.h"
#include "EndSignals.h"
#include "tare/Tensor/Temporaries.h"

#include "llvm/Support/ErrorHandling.h"
#include "llvm/Support/PrettyStackTrace.h"

#include <cstdlib>
#include <new>

using namespace tare;

static constexpr char description[] =
    "Tare converts ONNX networks into integer-only programs for fixed-point hardware, and runs them bit by bit as the\n"
    "hardware would.";

static constexpr char examples[] = "Examples:\n"
                                   "  tare convert model.onnx --calibration data.npz -o model.tare\n"
                                   "  tare run model.tare --inputs test.npz --outputs out.npz\n"
                                   "  tare compare model.onnx model.tare --inputs test.npz\n"
                                   "  tare inspect model.tare\n"
                                   "`tare COMMAND --help` explains a command.";

/// What remains after a library gives up: one message, no stack trace.
static void exitFatally(void *, const char *reason, bool) {
  Console::error({reason});
  removeTemporaries();
  std::_Exit(EXIT_FAILURE);
}

static Status runChosen(const std::vector<std::unique_ptr<Command>> &commands) {
  for (const auto &command : commands)
    if (command->isChosen()) {
      Status done = command->run();
      Status told = done ? flushOutput() : done;
      return done && !told ? Error{told.error().message + command->completed()} : told;
    }
  return Error{"no command given; `tare --help` lists the commands"};
}

static Status parseAndRun(int argc, char **argv) {
  CLI::App app(description, "tare");
  app.set_version_flag("--version", "tare " TARE_VERSION);
  app.set_help_flag("-h,--help", "Explain the command");
  app.footer(examples);
  app.require_subcommand(0, 1);
  std::vector<std::unique_ptr<Command>> commands = makeCommands();
  for (const auto &command : commands)
    command->addTo(app);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError &error) {
    if (error.get_exit_code() != 0)
      return Error{error.what() + std::string("; `tare --help` lists the commands, `tare COMMAND --help` the options")};
    app.exit(error); // prints the help or the version
    return flushOutput();
  }
  return runChosen(commands);
}

int main(int argc, char **argv) {
  guardStandardStreams();
  cleanUpOnSignals();
  llvm::install_fatal_error_handler(exitFatally);
  llvm::install_bad_alloc_error_handler(exitFatally);
  llvm::setBugReportMsg("tare: error: a bug in Tare: please report it, with the command line and the input\n");
  try {
    Status done = parseAndRun(argc, argv);
    giveWayToSignals();
    if (done)
      return EXIT_SUCCESS;
    Console::error(done.error());
  } catch (const std::bad_alloc &) {
    Console::error({"out of memory"});
  } catch (const std::exception &exception) {
    // Libraries report bad input by Result, so that this is ours.
    Console::error({std::string("a bug in Tare, please report it with the input: ") + exception.what()});
  }
  return EXIT_FAILURE;
}
