//===- Planted.h - The switch of the planted bugs ---------------*- C++ -*-===//
//
// Every source with planted bugs begins with it. TARE_MUTANT tells the number of
// the one bug that is switched on, TARE_MUTANTS_REACHED a file of one byte for
// each: those that a process comes by are set to 1. The file is mapped, so what
// was reached is known of processes that crash, fork or leave by _exit, too.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_SCRIPTS_MUTATION_PLANTED_H
#define TARE_SCRIPTS_MUTATION_PLANTED_H

#include <cstdlib>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace tare_mutants {

inline int chosen() {
  const char *number = std::getenv("TARE_MUTANT");
  return number ? std::atoi(number) : -1;
}

inline unsigned char *reached() {
  const char *path = std::getenv("TARE_MUTANTS_REACHED");
  int file = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
  struct stat status;
  if (file < 0 || fstat(file, &status) != 0)
    return nullptr;
  void *map = mmap(nullptr, status.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  close(file);
  return map == MAP_FAILED ? nullptr : static_cast<unsigned char *>(map);
}

inline const int number = chosen();
inline unsigned char *const log = reached();

// Not shared between sources: each may be compiled for an instruction set of its own.
static inline __attribute__((always_inline, unused)) bool planted(int mutant) {
  if (__builtin_expect(log != nullptr, 0))
    log[mutant] = 1;
  return mutant == number;
}

} // namespace tare_mutants

#endif // TARE_SCRIPTS_MUTATION_PLANTED_H
