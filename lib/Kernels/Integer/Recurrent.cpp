//===- Recurrent.cpp - What the registry knows of the ends of loops -------===//
//
// They have several results, and what they do lies in the order of the layers: tare/Program/Loops.h infers the one, and
// whoever runs layers does the other.
//
//===----------------------------------------------------------------------===//
#include "Operators.h"
#include "ZeroPoints.h"

namespace tare::kernels {
namespace {

/// For those who have no place for a loop: a step at a port, a movement.
Result<TensorType> inferNothing(const program::OpUnion &, std::span<const TensorType>) {
  return Error{"a loop can be no step of a port"};
}

} // namespace

const OpKernel loopBeginKernel = {
    "loop_begin", inferNothing,
    nullptr,      nullptr,
    noMacs,       {Meaning::loop, Roles::numbered("input"), Layout::any, zeroPointsIn<program::LoopBeginT>}};
const OpKernel loopEndKernel = {
    "loop_end", inferNothing, nullptr,
    nullptr,    noMacs,       {Meaning::loop, Roles::numbered("input"), Layout::any, zeroPointsIn<program::LoopEndT>}};

} // namespace tare::kernels
