//===- CSourceArguments.cpp - How a program is written as C ---------------===//
#include "CSourceArguments.h"

#include <fmt/format.h>

using namespace tare;

void CSourceArguments::addTo(CLI::App &app) {
  auto check = [](const std::string &name) {
    return csource::isPrefix(name) ? ""
                                   : fmt::format("found '{}', expected a name of C: a letter, then up to 59 letters, "
                                                 "digits and underscores",
                                                 name);
  };
  app.add_option("--prefix", prefix, "What names in C begin with (default: the name of the network's file)")
      ->type_name("NAME")
      ->check(check);
  app.add_flag("--split-weights", splitsWeights, "Large constants in a C file of their own");
  app.add_flag("--self-test", hasTest, "A test with golden vectors, and a CMakeLists.txt that builds it");
}

Status CSourceArguments::checkUnused(const std::string &form) const {
  for (const auto &[option, isGiven] : {std::pair("--prefix", !prefix.empty()),
                                        std::pair("--split-weights", splitsWeights), std::pair("--self-test", hasTest)})
    if (isGiven)
      return Error{fmt::format("{} is of {}, which is not asked for; leave {} out", option, form, option)};
  return success();
}
