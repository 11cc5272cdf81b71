//===- Host.cpp - Layers of the host in C ---------------------------------===//
//
// A layer of the host is written by the first of these that knows its operator. What is known when compiling is a
// constant; what only moves elements is recognized by what it does to the numbers of places.
//
//===----------------------------------------------------------------------===//
#include "HostWriter.h"
#include "Lowering.h"

using namespace tare;
using namespace tare::csource;

Status csource::lowerHost(LayerWriter &layer) {
  Result<program::HostNode> node = program::decodeHost(*layer.op().AsHost(), layer.operandCount());
  if (!node)
    return node.error();
  HostWriter host(layer, std::move(*node));
  layer.unit.useMath();
  for (HostFamily family : {lowerHostConstants, lowerHostMovement, lowerHostResize, lowerHostFunctions, lowerHostMaps,
                            lowerHostPairs, lowerHostReductions, lowerHostSelection, lowerHostPlanes})
    if (std::optional<Status> written = family(host))
      return *written;
  return hostRefusal(host, fmt::format("(opset {})", host.opset()));
}
