//===- SourceText.h - The files of a C source -------------------*- C++ -*-===//
#ifndef TARE_LIB_CSOURCE_SOURCETEXT_H
#define TARE_LIB_CSOURCE_SOURCETEXT_H

#include "Ports.h"
#include "tare/CSource/CSource.h"

namespace tare::csource {

/// What is known of a network when all of its layers are lowered, and their memory is placed.
struct Lowered {
  const runtime::Session &session;
  const SourceOptions &options;
  const Memory &memory;
  Unit &unit;
  std::vector<Port> inputs, outputs;
};

/// The header, the source and what else the options ask for.
Source textOf(Lowered &lowered);

} // namespace tare::csource

#endif // TARE_LIB_CSOURCE_SOURCETEXT_H
