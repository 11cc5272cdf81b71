//===- Header.h - The header of a C source ----------------------*- C++ -*-===//
#ifndef TARE_LIB_CSOURCE_HEADER_H
#define TARE_LIB_CSOURCE_HEADER_H

#include "Ports.h"

namespace tare::csource {

/// What of a source is said to whoever includes it.
struct HeaderContents {
  std::string prefix, about;
  std::vector<Port> inputs, outputs;
  bool mayFail;
};

std::string headerText(const HeaderContents &contents, const Memory &memory);

} // namespace tare::csource

#endif // TARE_LIB_CSOURCE_HEADER_H
