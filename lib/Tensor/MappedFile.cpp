//===- MappedFile.cpp - A file as memory ----------------------------------===//
#include "tare/Tensor/MappedFile.h"

#include "SystemError.h"
#include "tare/Tensor/StandardStreams.h"

#include <fmt/format.h>

#include <cstdint>
#include <fcntl.h>
#include <iterator>
#include <map>
#include <mutex>
#include <string_view>
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

/// All mappings of the process: their ends by their beginnings.
class Mappings {
public:
  static Mappings &instance() {
    static Mappings mappings;
    return mappings;
  }

  void add(uintptr_t begin, size_t size) {
    std::lock_guard lock(mutex);
    ends[begin] = begin + size;
  }
  void remove(uintptr_t begin) {
    std::lock_guard lock(mutex);
    ends.erase(begin);
  }
  /// The whole pages within the bytes are dropped while the lock keeps the mapping alive.
  void forget(uintptr_t begin, uintptr_t end) {
    const uintptr_t page = sysconf(_SC_PAGE_SIZE);
    std::lock_guard lock(mutex);
    auto next = ends.upper_bound(begin);
    if (next == ends.begin() || std::prev(next)->second < end)
      return;
    begin = (begin + page - 1) / page * page;
    end = end / page * page;
    if (begin < end)
      madvise(reinterpret_cast<void *>(begin), end - begin, MADV_DONTNEED);
  }

private:
  std::mutex mutex;
  std::map<uintptr_t, uintptr_t> ends;
};

/// What Git LFS leaves in place of a file that was not fetched: a few lines of text (its specification, version 1).
bool isLfsPointer(std::span<const std::byte> bytes) {
  constexpr std::string_view beginning = "version https://git-lfs.github.com/spec/v1\n";
  constexpr size_t most = 1024;
  return bytes.size() < most &&
         std::string_view(reinterpret_cast<const char *>(bytes.data()), bytes.size()).starts_with(beginning);
}

} // namespace

Result<std::shared_ptr<const MappedFile>> MappedFile::open(const std::string &path) {
  Result<std::string> opened = pathToOpen(path);
  if (!opened)
    return opened.error();
  // Without O_NONBLOCK opening a pipe that nobody writes to would wait for
  // ever.
  int number = ::open(opened->c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
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
  std::shared_ptr<const MappedFile> file(new MappedFile(static_cast<const std::byte *>(memory), size));
  if (isLfsPointer(file->bytes()))
    return cannotRead(path, "it is a Git LFS pointer, not the file itself; fetch that with 'git lfs pull'");
  return file;
}

MappedFile::MappedFile(const std::byte *memory, size_t size) : memory(memory), size(size) {
  if (memory)
    Mappings::instance().add(reinterpret_cast<uintptr_t>(memory), size);
}

MappedFile::~MappedFile() {
  if (!memory)
    return;
  Mappings::instance().remove(reinterpret_cast<uintptr_t>(memory));
  munmap(const_cast<std::byte *>(memory), size);
}

void MappedFile::forget(const void *begin, size_t bytes) {
  auto address = reinterpret_cast<uintptr_t>(begin);
  Mappings::instance().forget(address, address + bytes);
}

} // namespace tare
