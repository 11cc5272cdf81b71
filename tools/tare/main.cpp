//===- main.cpp - The driver `tare` ---------------------------------------===//
//
// Every run ends with exit code 0, or with 1 and exactly one line of the form
// "tare: error: ..." on standard error; with --json that is a document on
// standard output, too.
//
//===----------------------------------------------------------------------===//
#include "CommandLineError.h"
#include "Commands.h"
#include "Driver/EndSignals.h"
#include "Driver/ErrorReport.h"
#include "Driver/FurtherReading.h"
#include "JsonOutput.h"
#include "tare/Tensor/Temporaries.h"

#include "llvm/Support/ErrorHandling.h"
#include "llvm/Support/PrettyStackTrace.h"

#include <cstdlib>
#include <new>
#include <unistd.h>

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

/// Whether the run's error is also a JSON document.
static bool isJson = false;

/// The command that runs; null before one is known.
static const Command *running = nullptr;

/// Ends a run: the error as a line, and as JSON for those who asked for it.
static void report(const Error &error, const std::string &file) {
  // Whoever reads it at a terminal may want to read on; scripts have the message alone.
  const std::string section = isatty(STDERR_FILENO) ? sectionOf(error.message) : "";
  Console::error(section.empty() ? error : Error{error.message + " (" + section + ")"});
  if (!isJson)
    return;
  writeDocument(errorJson(error, file));
  // Who cannot read it has the line.
  (void)bool(flushOutput());
}

/// The one message of a run that something ends before it has a result.
static void reportEnd(const std::string &reason) {
  Error error = running ? running->naming(reason) : Error{reason};
  report(error, running ? running->fileOf(error.message) : "");
}

/// What remains after a library gives up: one message, no stack trace.
static void exitFatally(void *, const char *reason, bool) {
  reportEnd(reason);
  removeTemporaries();
  std::_Exit(EXIT_FAILURE);
}

/// The same where memory ends, which LLVM has several names for.
static void exitWithoutMemory(void *, const char *, bool) { exitFatally(nullptr, "out of memory", false); }

static Status writeResult() {
  if (isJson)
    writeDocument();
  return flushOutput();
}

/// Runs a command; whether it has done what it was asked.
static bool succeeds(Command &command) {
  running = &command;
  Status done = command.settleAndRun();
  giveWayToSignals();
  if (done) {
    if (Status told = writeResult(); !told) {
      Console::error({told.error().message + command.completed()});
      return false;
    }
    return true;
  }
  report(done.error(), command.fileOf(done.error().message));
  return false;
}

using Commands = std::vector<std::unique_ptr<Command>>;

static bool parseAndRun(CLI::App &app, const Commands &commands, int argc, char **argv) {
  app.set_version_flag("--version", "tare " TARE_VERSION);
  app.set_help_flag("-h,--help", "Explain the command");
  app.footer(examples);
  app.require_subcommand(0, 1);
  for (const auto &command : commands)
    command->addTo(app);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError &error) {
    if (error.get_exit_code() != 0) {
      report(explain(app, error), "");
      return false;
    }
    app.exit(error); // prints the help or the version
    Status told = flushOutput();
    if (!told)
      Console::error(told.error());
    return bool(told);
  }
  for (const auto &command : commands)
    if (command->isChosen())
      return succeeds(*command);
  report({"no command given; `tare --help` lists the commands"}, "");
  return false;
}

int main(int argc, char **argv) {
  guardStandardStreams();
  cleanUpOnSignals();
  llvm::install_fatal_error_handler(exitFatally);
  llvm::install_bad_alloc_error_handler(exitWithoutMemory);
  llvm::setBugReportMsg("tare: error: a bug in Tare: please report it, with the command line and the input\n");
  isJson = asksForJson(argc, argv);
  // What ends the run by an exception asks the command, and it its options, for the file.
  CLI::App app(description, "tare");
  const Commands commands = makeCommands();
  try {
    if (parseAndRun(app, commands, argc, argv))
      return EXIT_SUCCESS;
  } catch (const std::bad_alloc &) {
    reportEnd("out of memory");
  } catch (const std::exception &exception) {
    // Libraries report bad input by Result, so that this is ours.
    reportEnd(std::string("a bug in Tare, please report it with the input: ") + exception.what());
  }
  return EXIT_FAILURE;
}
