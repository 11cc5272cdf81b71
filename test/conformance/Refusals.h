//===- Refusals.h - The cases that do not pass, by name ---------*- C++ -*-===//
//
// A file of them, one a line, under a reason each: lines that begin with `#`. It
// only shrinks: a case that is not there passes, and one that is there does not.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_TEST_CONFORMANCE_REFUSALS_H
#define TARE_TEST_CONFORMANCE_REFUSALS_H

#include <filesystem>
#include <set>
#include <string>

namespace tare::conformance {

class Refusals {
public:
  /// Those of a file; none without a path.
  explicit Refusals(const std::string &path);

  /// A case that there is, whether or not this run is to run it.
  void see(const std::string &name) { unseen.erase(name); }
  /// Prints what the file says otherwise.
  void judge(const std::string &name, bool isPassed, const std::string &reason);
  /// Whether all is as the file says; prints the names that no case has.
  bool hold() const;

private:
  std::string path;
  std::set<std::string> names, unseen;
  bool isRight = true;
};

} // namespace tare::conformance

#endif // TARE_TEST_CONFORMANCE_REFUSALS_H
