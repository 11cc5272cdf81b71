#include "Vectorized.h"

#include <cstdlib>
#include <string_view>

namespace tare::calibration {

static Isa findBestIsa() {
#if defined(__x86_64__)
  const char *limit = std::getenv("TARE_MAX_ISA");
  std::string_view most = limit ? limit : "";
  bool has512 =
      __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("popcnt");
  // As for the kernels, a name that says nothing admits none.
  bool admits512 = most.empty() || most.starts_with("avx512") || most == "amx";
  if (has512 && admits512)
    return Isa::avx512;
  if (__builtin_cpu_supports("avx2") && (admits512 || most == "avx2"))
    return Isa::avx2;
#endif
  return Isa::plain;
}

Isa bestIsa() {
  static const Isa isa = findBestIsa();
  return isa;
}

} // namespace tare::calibration
