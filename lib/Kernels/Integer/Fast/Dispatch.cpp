//===- Dispatch.cpp - The best vector set of this processor ---------------===//
#include "Vector.h"

#include <cstdlib>
#include <string_view>

namespace tare::kernels {

const VectorSet &vectorSet() {
#if defined(__x86_64__)
  const char *limit = std::getenv("TARE_MAX_ISA");
  std::string_view most = limit ? limit : "";
  // From the best to the least; the limit admits its own set and all below.
  bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  bool avx512 = avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
  struct {
    const VectorSet &set;
    bool supported;
  } const sets[] = {{avx512VnniVectors, avx512 && __builtin_cpu_supports("avx512vnni")},
                    {avx512Vectors, avx512},
                    {avx2Vectors, avx2}};
  bool admitted = most.empty();
  for (const auto &[set, supported] : sets) {
    admitted |= most == set.name;
    if (admitted && supported)
      return set;
  }
#endif
  return portableVectors;
}

} // namespace tare::kernels
