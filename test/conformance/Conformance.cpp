//===- Conformance.cpp - ONNX's operator tests, imported and run ----------===//
//
//   tare-conformance [--expected FILE | --record FILE] [--refused FILE] [--verbose]
//                    [--only OPERATORS | --without OPERATORS] FOLDER...
//   tare-conformance --exact FOLDER...
//
// Each folder holds test cases as ONNX publishes them: model.onnx and folders
// test_data_set_N with input_I.pb and output_I.pb. Weights are inputs in these
// models, and Tare wants them constant; so each case runs in three forms: as it
// is, with all inputs but the first as constants, and with all of them (which
// tests what is computed at import). A form may be refused; one that imports
// must give the published results. FILE has a line per operator: its name, how many
// of its cases passed, how many there are (those left out aside). Exit code 1 on any
// mismatch, or where an operator passes fewer of them than FILE says. OPERATORS are
// names with commas between them: the cases of these alone, or of all others. The
// FILE of --refused names the cases that are refused, each under a reason (Refusals.h).
//
// By --exact cases are Tare's own, whose inputs are what a network computes: as
// they are, all nodes become ops of the dialect, none the host's; and with all
// inputs as constants they give the same. A case with a file refusal.txt is
// refused, with what it says.
//
//===----------------------------------------------------------------------===//
#include "Refusals.h"
#include "Runner.h"

#include <algorithm>
#include <fmt/format.h>
#include <fstream>
#include <map>
#include <set>

using namespace tare::conformance;
namespace fs = std::filesystem;

namespace {

/// Cases whose published results Tare does not follow.
const std::set<std::string> deviations = {
    // A first dimension of 0 is one that is open, as some exporters write it: 1 where nothing binds it.
    "test_triu_zero",
};

struct Options {
  std::string expected, recorded, refused;
  /// The operators whose cases run, or, where `isWithout`, do not.
  std::set<std::string> operators;
  bool isWithout = true, isExact = false, isVerbose = false;
  std::vector<fs::path> folders;

  bool selects(const std::string &name) const { return operators.contains(name) != isWithout; }
};

struct Count {
  int found = 0, passed = 0, failed = 0, refused = 0, skipped = 0;
  /// By operator: passed, and all.
  std::map<std::string, std::pair<int, int>> operators;
};

std::set<std::string> splitNames(const std::string &text) {
  std::set<std::string> names;
  for (size_t begin = 0; begin <= text.size();) {
    size_t end = std::min(text.find(',', begin), text.size());
    names.insert(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return names;
}

Options readOptions(int argc, char **argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    std::string argument = argv[i];
    bool hasValue = i + 1 < argc;
    if (argument == "--verbose")
      options.isVerbose = true;
    else if (argument == "--exact")
      options.isExact = true;
    else if (argument == "--expected" && hasValue)
      options.expected = argv[++i];
    else if (argument == "--record" && hasValue)
      options.recorded = argv[++i];
    else if (argument == "--refused" && hasValue)
      options.refused = argv[++i];
    else if ((argument == "--only" || argument == "--without") && hasValue) {
      options.isWithout = argument == "--without";
      options.operators = splitNames(argv[++i]);
    } else
      options.folders.push_back(argument);
  }
  return options;
}

/// Each operator that passes fewer cases than the file says; the file may only grow.
bool keepsUp(const Count &count, const Options &options) {
  std::ifstream file(options.expected);
  if (!file)
    return fmt::print("cannot read {}\n", options.expected), false;
  bool keeps = true;
  std::string name;
  for (int passed = 0, all = 0; file >> name >> passed >> all;) {
    if (!options.selects(name))
      continue;
    auto found = count.operators.find(name);
    int now = found == count.operators.end() ? 0 : found->second.first;
    if (now < passed)
      fmt::print("{} passes {} cases, expected {}\n", name, now, passed);
    else if (now > passed)
      fmt::print("{} passes {} cases, more than the {} that {} expects: record them\n", name, now, passed,
                 options.expected);
    keeps &= now >= passed;
  }
  return keeps;
}

void record(const Count &count, const std::string &path) {
  std::ofstream file(path);
  for (const auto &[name, cases] : count.operators)
    file << fmt::format("{} {} {}\n", name, cases.first, cases.second);
}

/// All forms of one case: failed if any is wrong, passed if any is right.
void runCase(Runner &runner, const Case &test, Count &count, Refusals &refusals, bool isVerbose) {
  int inputs = test.model.graph().input_size();
  std::set<int> forms{inputs, std::min(inputs, 1), 0};
  bool passed = false, failed = false;
  std::string reason;
  for (int form : forms) {
    Verdict verdict = runner.run(test, form);
    passed |= verdict.outcome == Outcome::Passed;
    failed |= verdict.outcome == Outcome::Failed;
    if (verdict.outcome == Outcome::Failed)
      fmt::print("FAILED {} with {} of {} inputs: {}\n", test.name(), form, inputs, verdict.reason);
    reason = verdict.reason;
  }
  count.failed += failed;
  count.passed += passed && !failed;
  count.refused += !passed && !failed;
  auto &[ownPassed, all] = count.operators[operatorOf(test.model)];
  ownPassed += passed && !failed;
  ++all;
  if (!failed)
    refusals.judge(test.name(), passed, reason);
  if (isVerbose && !passed && !failed)
    fmt::print("refused {}: {}\n", test.name(), reason);
}

/// Every form must be right; what is refused counts as failed.
void runExactly(Runner &runner, const Case &test, Count &count) {
  bool passed = true;
  auto note = [&](const Verdict &verdict, std::string_view form) {
    passed &= verdict.outcome == Outcome::Passed;
    if (verdict.outcome != Outcome::Passed)
      fmt::print("FAILED {}{}: {}\n", test.name(), form, verdict.reason);
  };
  if (test.refusal) {
    note(runner.refuse(test), "");
  } else {
    note(runner.run(test, test.model.graph().input_size(), Host::Refused), "");
    if (!test.isOfInputsOnly)
      note(runner.run(test, 0), " of constants");
  }
  ++(passed ? count.passed : count.failed);
}

std::vector<fs::path> findCases(const fs::path &folder) {
  std::vector<fs::path> cases;
  if (fs::exists(folder))
    for (const fs::directory_entry &entry : fs::directory_iterator(folder))
      if (fs::exists(entry.path() / "model.onnx"))
        cases.push_back(entry.path());
  std::sort(cases.begin(), cases.end());
  return cases;
}

Count runAll(const Options &options, Refusals &refusals) {
  Count count;
  Runner runner;
  for (const fs::path &parent : options.folders)
    for (const fs::path &folder : findCases(parent)) {
      ++count.found;
      refusals.see(folder.filename().string());
      std::optional<Case> test = readCase(folder);
      if (test && !options.selects(operatorOf(test->model)))
        continue;
      if (!test || deviations.contains(folder.filename().string()))
        ++count.skipped;
      else if (options.isExact)
        runExactly(runner, *test, count);
      else
        runCase(runner, *test, count, refusals, options.isVerbose);
    }
  return count;
}

} // namespace

int main(int argc, char **argv) {
  Options options = readOptions(argc, argv);
  Refusals refusals(options.refused);
  Count count = runAll(options, refusals);
  fmt::print("{} passed, {} failed, {} refused (not supported), {} left out\n", count.passed, count.failed,
             count.refused, count.skipped);
  if (count.found == 0)
    return fmt::print("no cases in the folders\n"), 1;
  if (!options.recorded.empty())
    record(count, options.recorded);
  bool isRefusedAsListed = refusals.hold();
  return count.failed || !isRefusedAsListed || (!options.expected.empty() && !keepsUp(count, options));
}
