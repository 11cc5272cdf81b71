//===- Rules.h - Chosen widths as a configuration ---------------*- C++ -*-===//
#ifndef TARE_DRIVER_BUDGET_RULES_H
#define TARE_DRIVER_BUDGET_RULES_H

#include "Driver/Budget/Candidates.h"

#include "Tensor/Spool.h"

namespace tare {

/// A configuration (docs/configuration.md) with a rule for each of these candidates: 16 bits. `comments`: of each of
/// them, in the same order; `head`: the lines in front of all, which begin with `#`.
std::string rulesOf(const std::vector<Candidate> &candidates, const std::vector<size_t> &wide,
                    const std::vector<std::string> &comments = {}, const std::string &head = "");

/// A file without a name that is there as long as this.
class NamelessConfig {
public:
  static Result<NamelessConfig> write(const std::string &text);
  std::string path() const { return file->path(); }

private:
  explicit NamelessConfig(std::shared_ptr<Spool> file) : file(std::move(file)) {}
  std::shared_ptr<Spool> file;
};

} // namespace tare

#endif // TARE_DRIVER_BUDGET_RULES_H
