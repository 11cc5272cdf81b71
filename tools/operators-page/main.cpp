//===- main.cpp - docs/operators.md, from what holds it -------------------===//
//
//   operators-page FORMS SUITE...
//
// Prints the page. FORMS has what operators become in programs, and the operator
// sets that have them (test/conformance/forms.py). Each SUITE is a list of ONNX's
// cases by operator: name, how many pass, how many there are (test/conformance).
// Which operators there are the tables of lib/Host and lib/Onnx say, and which
// kinds of layers have fast kernels that of lib/Kernels. Not installed.
//
//===----------------------------------------------------------------------===//
#include "OpTable.h"
#include "tare/Host/Operator.h"
#include "tare/Kernels/Registry.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <fstream>
#include <iostream>
#include <map>
#include <set>
#include <sstream>

using namespace tare;

namespace {

using Kinds = std::set<std::string>;

/// What an operator becomes where activations have so many bits.
struct Width {
  /// The kinds of layers of the simplest form, and those of all others beside.
  Kinds simplest, others;
  bool exists = false, isExact = true;

  void add(const Kinds &kinds, bool exact) {
    if (!exists || kinds.size() < simplest.size())
      simplest = kinds, isExact = exact;
    exists = true;
    others.insert(kinds.begin(), kinds.end());
  }

  std::string text() const {
    if (!exists)
      return "";
    Kinds more;
    std::set_difference(others.begin(), others.end(), simplest.begin(), simplest.end(),
                        std::inserter(more, more.end()));
    std::string first = simplest.empty() ? "no layer" : fmt::format("{}", fmt::join(simplest, ", "));
    return more.empty() ? first : fmt::format("{} (and {})", first, fmt::join(more, ", "));
  }
};

struct Operator {
  bool isFloat = false, isImported = false;
  std::string opsets;
  Width bytes, words;
  int passed = 0, cases = 0;

  bool isInteger() const { return bytes.exists || words.exists; }

  Kinds kinds() const {
    Kinds all = bytes.others;
    all.insert(words.others.begin(), words.others.end());
    return all;
  }

  std::string proof() const {
    if (!isInteger())
      return "";
    if (bytes.exists && bytes.isExact)
      return words.exists && !words.isExact ? "exact; a bound at i16" : "exact";
    return bytes.exists || !words.isExact ? "a bound" : "exact";
  }

  std::string notes() const {
    std::string text = isInteger()  ? isImported ? "" : "of the host until a pass of the graph makes layers of it"
                       : isImported ? "layers as a part of others"
                                    : "the host computes it";
    if (cases != 0)
      text += fmt::format("{}{} of {} of ONNX's cases", text.empty() ? "" : "; ", passed, cases);
    return text;
  }
};

using Operators = std::map<std::string, Operator>;

/// The kinds of layers that have fast kernels.
std::string fastOf(const Kinds &kinds) {
  Kinds without;
  for (program::Op op : program::EnumValuesOp())
    if (const kernels::OpKernel *kernel = kernels::lookup(op); kernel && !kernel->prepare)
      without.insert(std::string(kernel->name));
  Kinds slow;
  std::set_intersection(kinds.begin(), kinds.end(), without.begin(), without.end(), std::inserter(slow, slow.end()));
  if (kinds.empty() || slow == kinds)
    return "";
  return slow.empty() ? "yes" : fmt::format("all but {}", fmt::join(slow, ", "));
}

Kinds splitKinds(const std::string &text) {
  std::istringstream words(text);
  Kinds kinds;
  for (std::string word; words >> word;)
    if (word != "-")
      kinds.insert(word);
  return kinds;
}

void addForms(Operators &all, const char *path) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    std::istringstream fields(line);
    std::string name, what, value, proof;
    std::getline(std::getline(std::getline(std::getline(fields, name, '\t'), what, '\t'), value, '\t'), proof, '\t');
    auto found = all.find(name);
    if (found == all.end())
      continue;
    if (what == "opsets")
      found->second.opsets = value.ends_with('-') ? value + "28" : value;
    else
      (what == "i8" ? found->second.bytes : found->second.words).add(splitKinds(value), proof == "exact");
  }
}

void addCases(Operators &all, const char *path) {
  std::ifstream file(path);
  std::string name;
  for (int passed = 0, cases = 0; file >> name >> passed >> cases;)
    if (auto found = all.find(name); found != all.end()) {
      found->second.passed += passed;
      found->second.cases += cases;
    }
}

Operators collect() {
  Operators all;
  for (std::string_view name : host::Operators::get().names())
    all[std::string(name)].isFloat = true;
  // What has an integer form has a float one.
  for (const std::string &name : onnx::OpTable::get().names())
    all[name].isFloat = all[name].isImported = true;
  return all;
}

} // namespace

int main(int argc, char **argv) {
  Operators all = collect();
  addForms(all, argv[1]);
  for (int i = 2; i < argc; ++i)
    addCases(all, argv[i]);
  std::cout << R"(# Operators

Made by the target `docs` of the tables in `lib/Host`, `lib/Onnx/Ops` and `lib/Kernels`, and of what `test/conformance` recorded of its cases.

- *Opsets*: those of ONNX that have it, up to the newest that is read.
- *Float*: `tare run`, `calibrate` and `compare` compute it, in every opset from 1 to 28.
- *i8*, *i16*: the kinds of layers that it becomes in a program ([kernels.md](kernels.md)) with activations of so many bits (the targets `generic` and `i16x8`), apart
  from the transposes that put channels last: those of its simplest case and, in brackets, of its others. [onnx.md](onnx.md#operators) has the spellings. What has none the host
  computes in a program.
- *Fast kernel*: beside the reference, for the kinds of its layers.
- *Proof*: what `tare verify` says of the layers of its simplest case: every integer tried, or an upper bound.
- *Notes*: ONNX's own cases of the operator that pass, of two suites; those that do not are listed by name, with the reasons, in
  `test/conformance/newest-refused.txt` and `published-refused.txt`.

| operator | opsets | float | i8 | i16 | fast kernel | proof | notes |
|---|---|---|---|---|---|---|---|
)";
  for (const auto &[name, op] : all)
    std::cout << fmt::format("| {} | {} | {} | {} | {} | {} | {} | {} |\n", name, op.opsets, op.isFloat ? "yes" : "",
                             op.bytes.text(), op.words.text(), fastOf(op.kinds()), op.proof(), op.notes());
}
