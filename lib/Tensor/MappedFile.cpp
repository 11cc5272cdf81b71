//===- MappedFile.cpp - A file as memory ----------------------------------===//
#include "tare/Tensor/MappedFile.h"

#include "SystemError.h"

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace tare {
namespace {

Error cannotRead(const std::string &path, std::string reason) {
  return Error{fmt::format("cannot read {}: {}", path, reason)};
}

/// Closes the descriptor; the mapping stays.
struct Descriptor {
  int number;
  ~Descriptor() { close(number); }
};

} // namespace

Result<std::shared_ptr<const MappedFile>> MappedFile::open(const std::string &path) {
  // Without O_NONBLOCK opening a pipe that nobody writes to would wait for
  // ever.
  int number = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (number < 0)
    return cannotRead(path, systemError());
  Descriptor descriptor{number};
  struct stat status;
  if (fstat(number, &status) != 0)
    return cannotRead(path, systemError());
  if (!S_ISREG(status.st_mode))
    return cannotRead(path, S_ISDIR(status.st_mode) ? "it is a folder" : "it is not a regular file");
  size_t size = status.st_size;
  if (size == 0)
    return std::shared_ptr<const MappedFile>(new MappedFile(nullptr, 0));
  void *memory = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, number, 0);
  if (memory == MAP_FAILED)
    return cannotRead(path, systemError());
  return std::shared_ptr<const MappedFile>(new MappedFile(static_cast<const std::byte *>(memory), size));
}

MappedFile::~MappedFile() {
  if (memory)
    munmap(const_cast<std::byte *>(memory), size);
}

} // namespace tare
