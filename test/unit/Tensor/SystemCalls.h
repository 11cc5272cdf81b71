//===- SystemCalls.h - System calls that are interrupted or fail -*- C++ -*-===//
#ifndef TARE_TEST_TENSOR_SYSTEMCALLS_H
#define TARE_TEST_TENSOR_SYSTEMCALLS_H

namespace tare::test {

enum class Calls {
  Plain,
  /// Every other call is interrupted, the others take three bytes at most.
  Slow,
  /// All give EIO.
  Failing,
};

/// As long as it lives, read, write, pread and pwrite of this program behave so: as they may on a signal, a slow file
/// system, a bad disk.
class WithCalls {
public:
  explicit WithCalls(Calls calls);
  ~WithCalls();
  WithCalls(const WithCalls &) = delete;
  WithCalls &operator=(const WithCalls &) = delete;
};

} // namespace tare::test

#endif // TARE_TEST_TENSOR_SYSTEMCALLS_H
