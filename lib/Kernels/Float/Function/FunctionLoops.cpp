//===- FunctionLoops.cpp - Float functions by this processor's vectors ----===//
#include "FunctionLoops.h"
#include "../../Integer/Fast/Vector.h"
#include "tare/Kernels/Functions.h"

#include <string_view>

using namespace tare::kernels;

/// Those of the processor, as far as TARE_MAX_ISA lets them.
static floating::FunctionLoops functionLoops() {
#if defined(__x86_64__)
  std::string_view set = vectorSet().name;
  if (set == avx2Vectors.name)
    return floating::avx2Functions;
  if (set != portableVectors.name)
    return floating::avx512Functions;
#endif
  return floating::portableFunctions;
}

bool floating::function(program::FunctionKind kind, std::span<const double> parameters, const ConstTensorView &x,
                        const TensorView &y) {
  static const FunctionLoops loops = functionLoops();
  return loops(kind, parameters.data(), x.as<float>(), y.as<float>(), y.count());
}
