//===- Host.cpp - What the registry knows of host layers ------------------===//
//
// A host layer is a node of the model, of which lib/Host knows everything: its results are inferred and computed there
// (tare/Program/HostLayer.h). It has no integer form, so that nothing here infers or computes it.
//
//===----------------------------------------------------------------------===//
#include "Operators.h"
#include "ZeroPoints.h"

namespace tare::kernels {
namespace {

/// For those who have no place for a host layer: a step at a port, a movement.
Result<TensorType> inferNothing(const program::OpUnion &, std::span<const TensorType>) {
  return Error{"a host layer can be no step of another layer or of a port"};
}

} // namespace

const OpKernel hostKernel = {
    "host",  inferNothing, nullptr,
    nullptr, noMacs,       {Meaning::host, Roles::numbered("input"), Layout::any, zeroPointsIn<program::HostT>}};

} // namespace tare::kernels
