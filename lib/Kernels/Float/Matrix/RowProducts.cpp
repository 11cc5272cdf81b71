#include "RowProducts.h"

#include "../../Integer/Fast/Vector.h"
#include "../PackedConstants.h"

#include <algorithm>
#include <limits>
#include <string_view>

namespace tare::kernels::floating {

/// Those of the processor, as far as TARE_MAX_ISA lets them, or null.
static const RowLoops *rowLoops() {
#if defined(__x86_64__)
  static const std::string_view set = vectorSet().name;
  if (set == portableVectors.name)
    return nullptr;
  return set == avx2Vectors.name ? &avx2Rows : &avx512Rows;
#else
  return nullptr;
#endif
}

/// The weights [outputs, inputs] in panels, see RowProduct.
static void pack(const float *w, int64_t outputs, int64_t inputs, int64_t lanes, float *target) {
  for (int64_t first = 0; first < outputs; first += 2 * lanes) {
    int64_t width = outputs - first > lanes ? 2 * lanes : lanes, present = std::min(width, outputs - first);
    for (int64_t i = 0; i < inputs; ++i, target += width)
      for (int64_t o = 0; o < width; ++o)
        target[o] = o < present ? w[(first + o) * inputs + i] : 0;
  }
}

void multiplyRows(const RowLoops &loops, const ConstTensorView &x, const ConstTensorView &w, const OptionalView &bias,
                  const TensorView &y, PackedConstants &constants, std::optional<Clamp> clamp) {
  const int64_t outputs = w.type.shape[0], inputs = w.type.shape[1], lanes = loops.lanes;
  const int64_t packedOutputs = (outputs + lanes - 1) / lanes * lanes;
  constexpr Clamp unlimited{-std::numeric_limits<float>::infinity(), std::numeric_limits<float>::infinity()};
  const std::byte *weights =
      constants.entries().find(&loops, w.data, packedOutputs * inputs * sizeof(float), [&](std::byte *target) {
        pack(w.as<float>(), outputs, inputs, lanes, reinterpret_cast<float *>(target));
      });
  loops.multiply({x.as<float>(), y.count() / outputs, inputs, reinterpret_cast<const float *>(weights),
                  bias ? bias->as<float>() : nullptr, y.as<float>(), outputs, clamp.value_or(unlimited)});
}

bool multiplyRows(const ConstTensorView &x, const ConstTensorView &w, const OptionalView &bias, const TensorView &y,
                  PackedConstants &constants, std::optional<Clamp> clamp) {
  const RowLoops *loops = w.type.shape[1] == 0 ? nullptr : rowLoops();
  if (loops)
    multiplyRows(*loops, x, w, bias, y, constants, clamp);
  return loops != nullptr;
}

} // namespace tare::kernels::floating
