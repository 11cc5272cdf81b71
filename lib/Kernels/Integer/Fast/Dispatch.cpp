//===- Dispatch.cpp - The best vector set of this processor ---------------===//
#include "Vector.h"

#include <cstdlib>
#include <string_view>

#if defined(__x86_64__)
#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace tare::kernels {

#if defined(__x86_64__)
/// Whether the processor multiplies bytes in tiles, and the system lets us use them (Linux wants to be asked).
static bool amxIsPermitted() {
  unsigned a = 0, b = 0, c = 0, d = 0;
  constexpr unsigned tile = 1u << 24, int8 = 1u << 25;
  if (!__get_cpuid_count(7, 0, &a, &b, &c, &d) || (d & tile) == 0 || (d & int8) == 0)
    return false;
  constexpr long requestPermission = 0x1023, tileData = 18;
  return syscall(SYS_arch_prctl, requestPermission, tileData) == 0;
}
#endif

const VectorSet &vectorSet() {
#if defined(__x86_64__)
  const char *limit = std::getenv("TARE_MAX_ISA");
  std::string_view most = limit ? limit : "";
  // From the best to the least; the limit admits its own set and all below.
  bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  bool avx512 = avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
  bool vnni = avx512 && __builtin_cpu_supports("avx512vnni");
  static const bool amx = amxIsPermitted();
  struct {
    const VectorSet &set;
    bool supported;
  } const sets[] = {{amxVectors, vnni && amx}, {avx512VnniVectors, vnni}, {avx512Vectors, avx512}, {avx2Vectors, avx2}};
  bool admitted = most.empty();
  for (const auto &[set, supported] : sets) {
    admitted |= most == set.name;
    if (admitted && supported)
      return set;
  }
#elif defined(__aarch64__)
  const char *limit = std::getenv("TARE_MAX_ISA");
  if (!limit || std::string_view(limit) != portableVectors.name)
    return neonVectors;
#endif
  return portableVectors;
}

} // namespace tare::kernels
