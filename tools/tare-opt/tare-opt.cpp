//===- tare-opt.cpp - Runs passes alone -----------------------------------===//
#include "InputWeights.h"
#include "IrDialects.h"
#include "IrOutput.h"

#include "tare/Diagnostics/TrialParse.h"
#include "tare/Passes/Passes.h"
#include "tare/Passes/Pipelines.h"

#include "mlir/IR/DialectRegistry.h"
#include "mlir/Support/FileUtilities.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"
#include "mlir/Transforms/Passes.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/PrettyStackTrace.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;

namespace {

constexpr llvm::StringLiteral overview =
    "tare-opt: runs passes of Tare alone, on IR of any stage\n\n"
    "  tare convert model.onnx --emit mlir:float -o float.mlir\n"
    "  tare-opt float.mlir --tare-fold-batch-norms\n"
    "  tare-opt --pass-pipeline='builtin.module(tare-set-target{target=i16x8})' float.mlir\n\n"
    "docs/Passes.md describes each pass. The options of MLIR and LLVM are in --help-hidden.\n";

/// The options that a user of the passes needs; the others are LLVM's and MLIR's, and stay usable.
bool isForUsers(StringRef name) {
  static const llvm::StringSet<> shown = {"o",
                                          "help",
                                          "help-hidden",
                                          "version",
                                          "pass-pipeline",
                                          "split-input-file",
                                          "verify-diagnostics",
                                          "list-passes",
                                          "mlir-print-debuginfo",
                                          "mlir-timing",
                                          "mlir-print-ir-after-all",
                                          "mlir-print-ir-after-change",
                                          "mlir-elide-resource-strings-if-larger",
                                          "mlir-elide-elementsattrs-if-larger",
                                          "mlir-pass-pipeline-crash-reproducer",
                                          "run-reproducer",
                                          "emit-bytecode"};
  // The list of passes has no name: each pass is an option.
  return name.empty() || shown.contains(name);
}

void hideOthers() {
  for (auto &[name, option] : llvm::cl::getRegisteredOptions())
    if (!isForUsers(option->ArgStr) && option->getOptionHiddenFlag() == llvm::cl::NotHidden)
      option->setHiddenFlag(llvm::cl::Hidden);
}

/// Names are in locations, which are printed unless `--mlir-print-debuginfo=false` says otherwise.
void printLocations() {
  llvm::cl::Option *option = llvm::cl::getRegisteredOptions().lookup("mlir-print-debuginfo");
  static_cast<llvm::cl::opt<bool> *>(option)->setInitialValue(true);
}

int fail(const llvm::Twine &message) {
  llvm::errs() << "tare-opt: " << message << "\n";
  return EXIT_FAILURE;
}

int runPasses(StringRef input, StringRef output, DialectRegistry &registry) {
  std::string problem;
  std::unique_ptr<llvm::MemoryBuffer> buffer = openInputFile(input, &problem);
  if (!buffer)
    return fail(problem);
  if (tare::Status survived = tare::tryToParse(buffer->getMemBufferRef(), registry); !survived)
    return fail(survived.error().message);
  auto whole = tare::withWeights(std::move(buffer), registry);
  if (!whole)
    return fail(whole.error().message);
  auto done = tare::writeIr(output, [&](llvm::raw_ostream &stream) {
    return succeeded(MlirOptMain(stream, std::move(*whole), registry, MlirOptMainConfig::createFromCLOptions()));
  });
  if (!done)
    return fail(done.error().message);
  return *done ? EXIT_SUCCESS : EXIT_FAILURE;
}

} // namespace

int main(int argc, char **argv) {
  llvm::setBugReportMsg("please report this at the project's issue tracker, "
                        "with the command line and the input\n");
  llvm::InitLLVM platform(argc, argv);
  DialectRegistry registry;
  tare::registerIrDialects(registry);
  tare::registerTarePasses();
  tare::registerTarePipelines();
  registerTransformsPasses();
  llvm::cl::SetVersionPrinter([](llvm::raw_ostream &os) { os << "tare-opt " TARE_VERSION "\n"; });
  std::string header = registerCLIOptions(overview, registry);
  hideOthers();
  printLocations();
  auto [input, output] = parseCLIOptions(argc, argv, header);
  MlirOptMainConfig config = MlirOptMainConfig::createFromCLOptions();
  // What lists reads no input.
  if (config.shouldShowDialects() || config.shouldListPasses())
    return asMainReturnCode(MlirOptMain(argc, argv, input, output, registry));
  return runPasses(input, output, registry);
}
