//===- ScratchFile.h - Bytes under a file's name ----------------*- C++ -*-===//
#ifndef TARE_TEST_FUZZ_SCRATCHFILE_H
#define TARE_TEST_FUZZ_SCRATCHFILE_H

#include <cstdint>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <string>
#include <unistd.h>

namespace tare::test {

/// For readers that take a path: a file of this process, in memory where the system has such a folder.
class ScratchFile {
public:
  explicit ScratchFile(const std::string &ending) {
    std::string folder = std::filesystem::exists("/dev/shm") ? "/dev/shm" : std::filesystem::temp_directory_path();
    name = folder + "/tare-fuzz-" + std::to_string(getpid()) + ending;
  }
  ~ScratchFile() { unlink(name.c_str()); }

  const std::string &path() const { return name; }

  void write(const uint8_t *data, size_t size) const {
    int file = open(name.c_str(), O_CREAT | O_TRUNC | O_WRONLY, 0600);
    if (file < 0 || ::write(file, data, size) != ssize_t(size))
      abort();
    close(file);
  }

private:
  std::string name;
};

} // namespace tare::test

#endif // TARE_TEST_FUZZ_SCRATCHFILE_H
