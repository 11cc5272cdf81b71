//===- Ports.h - Inputs and outputs of a C source ---------------*- C++ -*-===//
#ifndef TARE_LIB_CSOURCE_PORTS_H
#define TARE_LIB_CSOURCE_PORTS_H

#include "Memory.h"
#include "Unit.h"
#include "tare/Runtime/Session.h"

namespace tare::csource {

/// An input or output.
struct Port {
  runtime::PortDescription description;
  const program::PortT *port;
  /// No other input or output has memory of its tensor, which is no constant: whoever runs the source may have its
  /// values there.
  bool isAlone;
};

std::vector<Port> inputsOf(const runtime::Session &session, const Memory &memory);
std::vector<Port> outputsOf(const runtime::Session &session, const Memory &memory);

/// The lines of the function that runs a source in which values enter, and in which they leave. `constants` gets what
/// outputs are that are constants.
std::string textOfInputs(const std::vector<Port> &inputs, const Memory &memory, Unit &unit);
std::string textOfOutputs(const std::vector<Port> &outputs, const program::Model &model, const Memory &memory,
                          Unit &unit, std::vector<Constant> &constants);

} // namespace tare::csource

#endif // TARE_LIB_CSOURCE_PORTS_H
