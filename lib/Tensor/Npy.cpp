//===- Npy.cpp - numpy's .npy arrays --------------------------------------===//

#include "tare/Tensor/Npy.h"
#include "SystemError.h"
#include "tare/Tensor/AtomicFile.h"
#include "tare/Tensor/Convert.h"
#include "tare/Tensor/MappedFile.h"
#include "tare/Tensor/StandardStreams.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <sys/stat.h>
#include <vector>

using namespace tare;

namespace {
/// A file, from its beginning.
class FileSource : public ByteSource {
public:
  FileSource(std::FILE *file, std::string path) : file(file), path(std::move(path)) {}
  ~FileSource() override { std::fclose(file); }

  Result<size_t> read(void *data, size_t bytes) override {
    size_t got = std::fread(data, 1, bytes, file);
    if (got < bytes && std::ferror(file))
      return Error{fmt::format("cannot read {}: {}", path, systemError())};
    return got;
  }

private:
  std::FILE *file;
  std::string path;
};

template <typename Word> void swapBytes(void *data, size_t count) {
  Word *words = static_cast<Word *>(data);
  for (size_t i = 0; i < count; ++i) {
    auto *bytes = reinterpret_cast<unsigned char *>(words + i);
    std::reverse(bytes, bytes + sizeof(Word));
  }
}

void swapElements(void *data, size_t count, size_t elementBytes) {
  if (elementBytes == 2)
    swapBytes<uint16_t>(data, count);
  else if (elementBytes == 4)
    swapBytes<uint32_t>(data, count);
  else
    swapBytes<uint64_t>(data, count);
}
} // namespace

Result<ArrayStream> ArrayStream::open(std::unique_ptr<ByteSource> source, std::string name) {
  Result<NpyHeader> header = readNpyHeader(*source, name);
  if (!header)
    return header.error();
  ArrayStream stream;
  stream.source = std::move(source);
  stream.name = std::move(name);
  stream.header = std::move(*header);
  stream.remaining = stream.header.type.count();
  return stream;
}

uint64_t ArrayStream::storedSize() const {
  return header.headerBytes + uint64_t(header.type.count()) * header.storedBytes;
}

Status ArrayStream::readBytes(void *data, size_t bytes) {
  Result<size_t> got = source->read(data, bytes);
  if (!got)
    return got.error();
  if (*got != bytes || bytes / header.storedBytes > size_t(remaining))
    return Error{fmt::format("{}: the data ends before the last element of a "
                             "{} array; the file is cut off",
                             name, toString(header.type))};
  remaining -= int64_t(bytes / header.storedBytes);
  if (remaining > 0)
    return success();
  // An archive compares its checksum when it is read to the end.
  char beyond;
  if (Result<size_t> end = source->read(&beyond, 1); !end)
    return end.error();
  return success();
}

Status ArrayStream::read(void *elements, int64_t count) {
  size_t bytes = size_t(count) * header.storedBytes;
  if (!header.half) {
    if (Status status = readBytes(elements, bytes); !status)
      return status;
    if (header.swapped)
      swapElements(elements, size_t(count), header.storedBytes);
    return success();
  }
  std::vector<uint16_t> halves(static_cast<size_t>(count));
  if (Status status = readBytes(halves.data(), bytes); !status)
    return status;
  if (header.swapped)
    swapElements(halves.data(), halves.size(), header.storedBytes);
  std::transform(halves.begin(), halves.end(), static_cast<float *>(elements), halfToFloat);
  return success();
}

Status ArrayStream::skip(int64_t count) {
  std::vector<char> buffer(1 << 16);
  size_t bytes = size_t(count) * header.storedBytes;
  while (bytes > 0) {
    size_t step = std::min(bytes, buffer.size());
    if (Status status = readBytes(buffer.data(), step); !status)
      return status;
    bytes -= step;
  }
  return success();
}

Result<Tensor> ArrayStream::readAll() {
  Tensor tensor;
  // A header in a pipe may claim any size.
  try {
    tensor = Tensor(header.type);
  } catch (const std::bad_alloc &) {
    return Error{fmt::format("{}: a {} array does not fit into memory", name, toString(header.type))};
  }
  Status status = read(tensor.mutableView().data, tensor.count());
  if (!status)
    return status.error();
  return tensor;
}

Result<ArrayStream> tare::openNpy(const std::string &path) {
  Result<std::string> opened = pathToOpen(path);
  if (!opened)
    return opened.error();
  std::FILE *file = std::fopen(opened->c_str(), "rb");
  if (!file)
    return Error{fmt::format("cannot open {}: {}", path, systemError())};
  auto source = std::make_unique<FileSource>(file, path);
  struct stat status;
  bool regular = fstat(fileno(file), &status) == 0 && S_ISREG(status.st_mode);
  Result<ArrayStream> stream = ArrayStream::open(std::move(source), path);
  if (!stream && regular)
    if (auto mapped = MappedFile::open(path); !mapped)
      return mapped.error(); // It is no file of its own.
  if (!stream)
    return stream;
  // Said before anything is computed, not when the last sample is read.
  if (regular && uint64_t(status.st_size) < stream->storedSize())
    return Error{fmt::format("{}: {} bytes, expected {} for a {} array; the "
                             "file is cut off",
                             path, status.st_size, stream->storedSize(), toString(stream->type()))};
  return stream;
}

Result<Tensor> tare::readNpy(const std::string &path) {
  Result<ArrayStream> stream = openNpy(path);
  if (!stream)
    return stream.error();
  return stream->readAll();
}

Status tare::writeNpy(const std::string &path, ConstTensorView tensor) {
  Result<AtomicFile> file = AtomicFile::create(path);
  if (!file)
    return file.error();
  if (Status status = file->write(npyHeader(tensor.type)); !status)
    return status;
  Status status = file->write(tensor.data, tensor.type.bytes());
  return status ? file->commit() : status;
}
