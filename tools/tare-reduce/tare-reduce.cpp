//===- tare-reduce.cpp - The smallest IR that still shows something -------===//
#include "IrDialects.h"
#include "IrFile.h"
#include "IrOutput.h"
#include "Reducer.h"

#include "tare/Diagnostics/OneLine.h"
#include "tare/Passes/Passes.h"
#include "tare/Passes/Pipelines.h"

#include "mlir/IR/Diagnostics.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Reducer/Tester.h"
#include "mlir/Transforms/Passes.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/PrettyStackTrace.h"
#include "llvm/Support/Program.h"

using namespace mlir;

namespace {

constexpr llvm::StringLiteral overview =
    "tare-reduce: the smallest IR of which a test still says that it is interesting\n\n"
    "  tare-reduce 04-tare-import-ranges.mlir --test ./fails.sh -o small.mlir\n\n"
    "The test is a program that gets a file of IR as its last argument, and exits with 1 where the IR is interesting\n"
    "(the pass fails on it), with 0 where it is not. It runs often: let it do as little as it can.\n";

llvm::cl::OptionCategory category("Options of tare-reduce");
llvm::cl::opt<std::string> input(llvm::cl::Positional, llvm::cl::desc("<input file>"), llvm::cl::init("-"),
                                 llvm::cl::cat(category));
llvm::cl::opt<std::string> output("o", llvm::cl::desc("The file to write"), llvm::cl::value_desc("filename"),
                                  llvm::cl::init("-"), llvm::cl::cat(category));
llvm::cl::opt<std::string> testProgram("test",
                                       llvm::cl::desc("The program that says what is interesting, by exit code 1"),
                                       llvm::cl::value_desc("program"), llvm::cl::cat(category));
llvm::cl::list<std::string> testArguments("test-arg",
                                          llvm::cl::desc("An argument for it, before the file; may be repeated"),
                                          llvm::cl::value_desc("argument"), llvm::cl::cat(category));
llvm::cl::list<std::string>
    passPipelines("pass-pipeline",
                  llvm::cl::desc("Passes to try as well, as 'builtin.module(canonicalize)'; may be repeated"),
                  llvm::cl::value_desc("passes"), llvm::cl::cat(category));

int fail(const llvm::Twine &message) {
  llvm::errs() << "tare-reduce: " << tare::oneLine(message.str()) << "\n";
  return EXIT_FAILURE;
}

/// "file:line:column: " where a location is one.
std::string placeOf(Location location) {
  auto file = location->findInstanceOf<FileLineColLoc>();
  return file
             ? (Twine(file.getFilename().strref()) + ":" + Twine(file.getLine()) + ":" + Twine(file.getColumn()) + ": ")
                   .str()
             : "";
}

bool mayRun(const llvm::Twine &path) {
  return llvm::sys::fs::can_execute(path) && llvm::sys::fs::is_regular_file(path);
}

/// The program's path, which must not depend on the folder; empty where there is no such program.
std::string pathOf(const std::string &program) {
  // The tester runs no shell, and looks into no PATH. A name with a slash is never looked for.
  std::string found = program;
  if (!mayRun(found)) {
    llvm::ErrorOr<std::string> known = llvm::sys::findProgramByName(program);
    found = known && mayRun(*known) ? *known : "";
  }
  SmallString<128> path(found);
  return found.empty() || llvm::sys::fs::make_absolute(path) ? "" : path.str().str();
}

/// Whether the system knows how to start the file: a text needs a first line that says so.
bool isProgram(const std::string &path) {
  auto file = llvm::MemoryBuffer::getFileSlice(path, 4, 0);
  if (!file)
    return true; // It may be executed, though not read.
  llvm::StringRef magic = (*file)->getBuffer();
  return magic.starts_with("#!") || magic.starts_with("\x7f"
                                                      "ELF");
}

int write(ModuleOp module) {
  auto done = tare::writeIr(output, [&](llvm::raw_ostream &stream) {
    module.print(stream, OpPrintingFlags().enableDebugInfo(/*enable=*/true, /*prettyForm=*/false));
    return true;
  });
  return done ? EXIT_SUCCESS : fail(done.error().message);
}

int run(MLIRContext &context) {
  if (testProgram.empty())
    return fail("needs --test PROGRAM, which exits with 1 for what is interesting");
  const std::string test = pathOf(testProgram);
  if (test.empty())
    return fail("--test: cannot run '" + testProgram + "': no such program, or it may not be executed");
  if (!isProgram(test))
    return fail("--test: cannot run '" + testProgram +
                "': it is no program; a script begins with a line that says what runs it, as #!/bin/sh");
  const std::vector<std::string> arguments(testArguments.begin(), testArguments.end());
  const std::vector<std::string> pipelines(passPipelines.begin(), passPipelines.end());
  for (const std::string &pipeline : pipelines)
    if (failed(parsePassPipeline(pipeline)))
      return EXIT_FAILURE;
  auto module = tare::readIr(input, context);
  if (failed(module))
    return EXIT_FAILURE;
  Tester tester(test, arguments);
  tare::reduce::Reducer reducer(tester, pipelines);
  if (!reducer.isInteresting(**module))
    return fail(input + ": '" + testProgram + "' does not exit with 1 for it, so there is nothing to keep");
  return write(*reducer.reduce(std::move(*module)));
}

} // namespace

int main(int argc, char **argv) {
  llvm::setBugReportMsg("please report this at the project's issue tracker, "
                        "with the command line and the input\n");
  llvm::InitLLVM platform(argc, argv);
  llvm::cl::SetVersionPrinter([](llvm::raw_ostream &os) { os << "tare-reduce " TARE_VERSION "\n"; });
  llvm::cl::HideUnrelatedOptions(category);
  llvm::cl::ParseCommandLineOptions(argc, argv, overview);
  DialectRegistry registry;
  tare::registerIrDialects(registry);
  tare::registerTarePasses();
  tare::registerTarePipelines();
  registerTransformsPasses();
  MLIRContext context(registry);
  ScopedDiagnosticHandler errors(&context, [](Diagnostic &diagnostic) {
    if (diagnostic.getSeverity() == DiagnosticSeverity::Error)
      fail(placeOf(diagnostic.getLocation()) + diagnostic.str());
  });
  return run(context);
}
