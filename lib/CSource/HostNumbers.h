//===- HostNumbers.h - The arithmetic of the host in C ----------*- C++ -*-===//
//
// What lib/Host does with numbers of each type, as texts of C: integers wrap, NaN wins.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_LIB_CSOURCE_HOSTNUMBERS_H
#define TARE_LIB_CSOURCE_HOSTNUMBERS_H

#include "HostWriter.h"

namespace tare::csource {

/// "a + b" of the type, and the like for '-' and '*'.
std::string arithmetic(ElementType element, char operation, std::string_view a, std::string_view b);
/// The greater or the lesser of two; NaN where one is.
std::string greaterOf(std::string_view a, std::string_view b);
std::string lesserOf(std::string_view a, std::string_view b);
/// A text of double as an element.
std::string elementOf(Unit &unit, ElementType element, std::string_view value);
/// An element of one type as one of another.
std::string converted(Unit &unit, ElementType from, ElementType to, std::string_view value);
/// The least and the greatest number of a type, infinities of floats.
std::string leastOf(ElementType element);
std::string greatestOf(ElementType element);

} // namespace tare::csource

#endif // TARE_LIB_CSOURCE_HOSTNUMBERS_H
