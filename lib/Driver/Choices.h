//===- Choices.h - What options that are names may be -----------*- C++ -*-===//
#ifndef TARE_DRIVER_CHOICES_H
#define TARE_DRIVER_CHOICES_H

#include "tare/Tensor/Result.h"

#include <string>
#include <vector>

namespace tare {

/// "found 'x', expected one of a, b", and what x may mean.
std::string noneOf(const std::string &found, const std::vector<std::string> &names);
/// An error that begins with the option's name where what was given to it is none of the names.
Status checkChoice(const std::string &option, const std::string &found, const std::vector<std::string> &names);
/// What stands between the commas of all of these, without blanks around it; empty names too.
std::vector<std::string> splitLists(const std::vector<std::string> &lists);

} // namespace tare

#endif // TARE_DRIVER_CHOICES_H
