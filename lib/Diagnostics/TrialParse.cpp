//===- TrialParse.cpp - Whether MLIR survives a file ----------------------===//
#include "tare/Diagnostics/TrialParse.h"
#include "tare/Diagnostics/Nesting.h"

#include "mlir/Bytecode/BytecodeReader.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/Parser/Parser.h"
#include "llvm/Support/ErrorHandling.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/SourceMgr.h"

#include <csignal>
#include <cstring>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace mlir;

/// Whoever ends the parent or the child ends the child, which inherits that the parent waits for signals elsewhere.
static void dieAsUsual(pid_t parent) {
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  // It may have ended before.
  if (getppid() != parent)
    _exit(EXIT_FAILURE);
}

/// Signals that others send, in place of those that a crash raises.
static bool isSent(int signal) {
  return signal == SIGHUP || signal == SIGINT || signal == SIGTERM || signal == SIGKILL;
}

/// LLVM gives up, as it does where memory ends: the parent tells of it, and takes its own leave with what it has open.
static void exitQuietly(void *, const char *, bool) { _exit(EXIT_FAILURE); }

/// The child: ends the process, with success where the parser came to an end.
[[noreturn]] static void parseAndExit(llvm::MemoryBufferRef input, const DialectRegistry &registry) {
  // No message of LLVM's or the tool's own, and no core file.
  llvm::remove_fatal_error_handler();
  llvm::install_fatal_error_handler(exitQuietly);
  llvm::remove_bad_alloc_error_handler();
  llvm::install_bad_alloc_error_handler(exitQuietly);
  for (int signal : {SIGSEGV, SIGBUS, SIGABRT, SIGILL, SIGFPE, SIGTRAP})
    std::signal(signal, SIG_DFL);
  rlimit none{0, 0};
  setrlimit(RLIMIT_CORE, &none);
  close(STDERR_FILENO);
  MLIRContext context(registry, MLIRContext::Threading::DISABLED);
  ScopedDiagnosticHandler silent(&context, [](Diagnostic &) { return mlir::success(); });
  llvm::SourceMgr sources;
  sources.AddNewSourceBuffer(llvm::MemoryBuffer::getMemBuffer(input, /*RequiresNullTerminator=*/false), llvm::SMLoc());
  OwningOpRef<ModuleOp> module = parseSourceFile<ModuleOp>(sources, ParserConfig(&context, /*verifyAfterParse=*/false));
  _exit(EXIT_SUCCESS);
}

tare::Status tare::tryToParse(llvm::MemoryBufferRef input, const DialectRegistry &registry) {
  // A FlatBuffer's identifier follows the offset of its root.
  if (input.getBuffer().substr(4).starts_with("TARE"))
    return Error{(input.getBufferIdentifier() +
                  ": is a program (.tare), expected IR; 'tare convert --emit mlir:npu' writes a model's last IR")
                     .str()};
  if (!isBytecode(input))
    if (Status shallow = checkIrNesting(input.getBuffer(), input.getBufferIdentifier()); !shallow)
      return shallow;
  const pid_t parent = getpid();
  pid_t child = fork();
  if (child == 0) {
    dieAsUsual(parent);
    parseAndExit(input, registry);
  }
  int state = 0;
  pid_t ended = child;
  while (child > 0 && (ended = waitpid(child, &state, 0)) < 0 && errno == EINTR)
    ;
  if (child < 0 || ended < 0)
    return Error{llvm::formatv("{0}: cannot be tried in a process of its own: {1}", input.getBufferIdentifier(),
                               std::strerror(errno))};
  if (WIFSIGNALED(state) && isSent(WTERMSIG(state)))
    return Error{llvm::formatv("{0}: cannot be tried in a process of its own: that was ended ({1})",
                               input.getBufferIdentifier(), strsignal(WTERMSIG(state)))};
  if (WIFSIGNALED(state))
    return Error{llvm::formatv("{0}: no IR that can be read: MLIR's parser crashed on it (signal {1})",
                               input.getBufferIdentifier(), WTERMSIG(state))};
  if (WEXITSTATUS(state) != EXIT_SUCCESS)
    return Error{
        llvm::formatv("{0}: no IR that can be read: MLIR's parser gave up on it, or has too little memory for it",
                      input.getBufferIdentifier())};
  return success();
}
