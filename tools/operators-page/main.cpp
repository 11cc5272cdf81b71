//===- main.cpp - docs/operators.md, from the tables that hold them -------===//
//
//   operators-page SUITE...
//
// Prints the page. Each SUITE is a list of ONNX's cases by operator: name, how
// many pass, how many there are (test/conformance). Not installed.
//
//===----------------------------------------------------------------------===//
#include "OpTable.h"
#include "tare/Host/Operator.h"

#include <fmt/format.h>

#include <fstream>
#include <iostream>
#include <map>

using namespace tare;

namespace {

struct Operator {
  bool isFloat = false, isInteger = false;
  int passed = 0, cases = 0;
};

std::map<std::string, Operator> collect(int count, char **suites) {
  std::map<std::string, Operator> all;
  for (std::string_view name : host::Operators::get().names())
    all[std::string(name)].isFloat = true;
  // What has an integer form has a float one.
  for (const std::string &name : onnx::OpTable::get().names())
    all[name].isFloat = all[name].isInteger = true;
  for (int i = 0; i < count; ++i) {
    std::ifstream file(suites[i]);
    std::string name;
    for (int passed = 0, cases = 0; file >> name >> passed >> cases;)
      if (auto found = all.find(name); found != all.end()) {
        found->second.passed += passed;
        found->second.cases += cases;
      }
  }
  return all;
}

} // namespace

int main(int argc, char **argv) {
  std::cout << "# Operators\n\n"
               "Made of the tables in `lib/Host` and `lib/Onnx/Ops` by the target `docs`. *Float*: `tare run`, "
               "`calibrate` and `compare` compute it, in\n"
               "every opset from 1 to 28. *Integers*: `tare convert` has a form for it, in the spellings that "
               "[onnx.md](onnx.md#operators) lists; "
               "what has none the host computes in a program. "
               "The last\ncolumn counts ONNX's own cases of the operator, of two suites; those that do not pass are "
               "listed by "
               "name, with the reasons, in\n"
               "`test/conformance/newest-refused.txt` and `published-refused.txt`.\n\n"
               "| operator | float | integers | ONNX's cases that pass |\n|---|---|---|---|\n";
  for (const auto &[name, op] : collect(argc - 1, argv + 1))
    std::cout << fmt::format("| {} | {} | {} | {} |\n", name, op.isFloat ? "yes" : "", op.isInteger ? "yes" : "",
                             op.cases ? fmt::format("{} of {}", op.passed, op.cases) : "");
}
