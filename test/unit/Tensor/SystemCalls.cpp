//===- SystemCalls.cpp - System calls that are interrupted or fail --------===//
//
// The functions of this program stand before those of the C library.
//
//===----------------------------------------------------------------------===//
#include "SystemCalls.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <sys/syscall.h>
#include <unistd.h>

using namespace tare::test;

namespace {

std::atomic<Calls> current = Calls::Plain;
std::atomic<int> count = 0;

template <typename Call> ssize_t limited(size_t bytes, Call call) {
  if (current == Calls::Plain)
    return call(bytes);
  if (current == Calls::Failing || count++ % 2 == 0) {
    errno = current == Calls::Failing ? EIO : EINTR;
    return -1;
  }
  return call(std::min<size_t>(bytes, 3));
}

} // namespace

WithCalls::WithCalls(Calls calls) {
  count = 0;
  current = calls;
}

WithCalls::~WithCalls() { current = Calls::Plain; }

extern "C" {

ssize_t pwrite(int file, const void *data, size_t bytes, off_t offset) {
  return limited(bytes, [&](size_t some) { return syscall(SYS_pwrite64, file, data, some, offset); });
}

ssize_t pread(int file, void *data, size_t bytes, off_t offset) {
  return limited(bytes, [&](size_t some) { return syscall(SYS_pread64, file, data, some, offset); });
}

ssize_t write(int file, const void *data, size_t bytes) {
  return limited(bytes, [&](size_t some) { return syscall(SYS_write, file, data, some); });
}

ssize_t read(int file, void *data, size_t bytes) {
  return limited(bytes, [&](size_t some) { return syscall(SYS_read, file, data, some); });
}
}
