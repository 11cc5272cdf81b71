//===- CommandRun.cpp - A program that scores outputs ---------------------===//
#include "Driver/Evaluate/Metrics/CommandRun.h"
#include "Driver/EndSignals.h"

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/MemoryBuffer.h"

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

using namespace tare;
namespace fs = std::filesystem;

namespace {

/// The end of what a program has written to a file.
std::string contentsOf(const std::string &path) {
  auto buffer = llvm::MemoryBuffer::getFile(path);
  return buffer ? (*buffer)->getBuffer().trim().str() : "";
}

std::string shortened(std::string_view text) {
  constexpr size_t shown = 200;
  return text.size() > shown ? std::string(text.substr(0, shown)) + "..." : std::string(text);
}

/// What a program says last is why it ended, as a rule.
std::string lastLine(const std::string &text) {
  size_t end = text.rfind('\n');
  return shortened(std::string_view(text).substr(end == std::string::npos ? 0 : end + 1));
}

/// This process' own, with one more.
std::vector<std::string> environmentWith(const std::string &name, const std::string &value) {
  std::vector<std::string> all;
  for (char **each = environ; *each; ++each)
    if (!llvm::StringRef(*each).starts_with(name + "="))
      all.push_back(*each);
  all.push_back(name + "=" + value);
  return all;
}

} // namespace

Result<double> tare::numberIn(std::string_view printed) {
  const std::string text = llvm::StringRef(printed).trim().str();
  char *end = nullptr;
  double number = std::strtod(text.c_str(), &end);
  if (!text.empty() && *end == 0)
    return number;
  return Error{fmt::format("printed '{}', expected one number", shortened(text))};
}

Result<std::unique_ptr<CommandRun>> CommandRun::create(const std::string &program, const std::string &data) {
  std::error_code error;
  fs::path folder = fs::temp_directory_path(error);
  // What TMPDIR names may be no folder.
  if (error)
    folder = "/tmp";
  auto placeholder = AtomicFile::createNamed((folder / "tare-outputs").string());
  if (!placeholder)
    return placeholder.error();
  return std::unique_ptr<CommandRun>(new CommandRun(program, data, std::move(*placeholder)));
}

CommandRun::~CommandRun() {
  std::error_code ignored;
  for (const char *ending : {".npz", ".out", ".err"})
    fs::remove(file(ending), ignored);
}

Error CommandRun::failure(const std::string &what) const { return Error{fmt::format("'{}' {}", program, what)}; }

/// What the run sets aside for itself is the program's again: the signals that end it, and those of a pipe without a
/// reader and of a file that is too large.
static void giveSignalsBack(posix_spawnattr_t &attributes) {
  sigset_t none, usual;
  sigemptyset(&none);
  sigemptyset(&usual);
  for (int signal : {SIGPIPE, SIGXFSZ})
    sigaddset(&usual, signal);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &usual);
  // In a group of its own, which ends along with this process, whatever the program has started itself.
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
}

/// How the program ended, as waitpid() says; as long as it is there, it ends along with this process.
static Result<int> awaitEnd(pid_t child) {
  siginfo_t ended;
  {
    EndedAlong along(child);
    while (waitid(P_PID, id_t(child), &ended, WEXITED | WNOWAIT) < 0)
      if (errno != EINTR)
        return Error{std::strerror(errno)};
  }
  int status = 0;
  while (waitpid(child, &status, 0) < 0)
    if (errno != EINTR)
      return Error{std::strerror(errno)};
  return status;
}

/// Runs a program to its end, without input; how it ended, as waitpid() says, or the system's error.
static Result<int> call(const std::vector<std::string> &words, const std::vector<std::string> &environment,
                        const std::string &output, const std::string &errors) {
  auto pointers = [](const std::vector<std::string> &strings) {
    std::vector<char *> list;
    for (const std::string &each : strings)
      list.push_back(const_cast<char *>(each.c_str()));
    list.push_back(nullptr);
    return list;
  };
  posix_spawn_file_actions_t streams;
  posix_spawn_file_actions_init(&streams);
  posix_spawn_file_actions_addopen(&streams, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&streams, STDOUT_FILENO, output.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  posix_spawn_file_actions_addopen(&streams, STDERR_FILENO, errors.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  giveSignalsBack(attributes);
  pid_t child = 0;
  int error = posix_spawn(&child, words.front().c_str(), &streams, &attributes, pointers(words).data(),
                          pointers(environment).data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&streams);
  if (error != 0)
    return Error{std::strerror(error)};
  return awaitEnd(child);
}

/// A program that was ended by what ends this run, too, as by Ctrl-C: the run ends here, before it calls another one.
/// Its own thread may get the signal a little later than the program did.
static void giveWayTo(int signal) {
  constexpr int attempts = 20;
  const bool mayBeOurs = signal == SIGINT || signal == SIGTERM || signal == SIGHUP;
  for (int i = 0; mayBeOurs && i != attempts; ++i) {
    giveWayToSignals();
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
}

Result<double> CommandRun::run() const {
  giveWayToSignals();
  const std::string printed = file(".out"), said = file(".err");
  Result<int> ended = call({program, outputs()}, environmentWith("TARE_DATA", data), printed, said);
  if (!ended)
    return failure("cannot be run: " + ended.error().message);
  if (WIFSIGNALED(*ended)) {
    giveWayTo(WTERMSIG(*ended));
    return failure(fmt::format("was ended by signal {} ({})", WTERMSIG(*ended), strsignal(WTERMSIG(*ended))));
  }
  if (std::string words = lastLine(contentsOf(said)); WEXITSTATUS(*ended) != 0)
    return failure(fmt::format("ended with exit code {}{}", WEXITSTATUS(*ended), words.empty() ? "" : ": " + words));
  Result<double> number = numberIn(contentsOf(printed));
  return number ? number : failure(number.error().message);
}
