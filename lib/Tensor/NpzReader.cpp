//===- NpzReader.cpp - Reading .npz archives ------------------------------===//

#include "tare/Tensor/MappedFile.h"
#include "tare/Tensor/Npz.h"
#include "tare/Tensor/StandardStreams.h"

#include <fmt/format.h>

#include <algorithm>
#include <zip.h>

using namespace tare;

namespace {
/// deflate gives at most 1032 bytes per byte; a member that claims more lies.
constexpr uint64_t largestRatio = 1032;

Error openError(const std::string &path, int code) {
  zip_error_t error;
  zip_error_init_with_code(&error, code);
  std::string reason = zip_error_strerror(&error);
  zip_error_fini(&error);
  if (auto file = MappedFile::open(path); !file && code == ZIP_ER_NOZIP)
    return file.error();
  if (code == ZIP_ER_NOZIP || code == ZIP_ER_INCONS)
    return Error{fmt::format("{}: not an .npz archive, or cut off ({}); write "
                             "it with numpy.savez",
                             path, reason)};
  return Error{fmt::format("cannot open {}: {}", path, reason)};
}

/// A member of an archive, from its beginning.
class MemberSource : public ByteSource {
public:
  MemberSource(std::shared_ptr<void> archive, zip_file_t *file, std::string name)
      : archive(std::move(archive)), file(file), name(std::move(name)) {}
  ~MemberSource() override { zip_fclose(file); }

  Result<size_t> read(void *data, size_t bytes) override {
    size_t got = 0;
    while (got < bytes) {
      zip_int64_t step = zip_fread(file, static_cast<char *>(data) + got, bytes - got);
      if (step < 0)
        return Error{fmt::format("{}: damaged: {}", name, zip_file_strerror(file))};
      if (step == 0)
        break;
      got += size_t(step);
    }
    return got;
  }

private:
  std::shared_ptr<void> archive; // keeps the archive open
  zip_file_t *file;
  std::string name;
};

zip_t *handle(const std::shared_ptr<void> &archive) { return static_cast<zip_t *>(archive.get()); }

/// The size that the member claims, if it can be true.
Status checkSize(zip_t *zip, uint64_t index, const ArrayStream &stream, const std::string &name) {
  zip_stat_t stat;
  zip_stat_init(&stat);
  if (zip_stat_index(zip, index, 0, &stat) != 0 || !(stat.valid & ZIP_STAT_SIZE) || !(stat.valid & ZIP_STAT_COMP_SIZE))
    return Error{fmt::format("{}: damaged archive entry", name)};
  if (stat.size < stream.storedSize() || stat.size / largestRatio > stat.comp_size)
    return Error{fmt::format("{}: {} bytes, expected {} for a {} array; the "
                             "file is damaged",
                             name, stat.size, stream.storedSize(), toString(stream.type()))};
  return success();
}
} // namespace

Result<NpzReader> NpzReader::open(const std::string &path) {
  if (auto arrays = MemoryArrays::find(path)) {
    NpzReader reader;
    reader.path = path;
    for (const auto &[name, parts] : *arrays)
      reader.arrayNames.push_back(name);
    reader.memory = std::move(arrays);
    return reader;
  }
  Result<std::string> opened = pathToOpen(path);
  if (!opened)
    return opened.error();
  int code = 0;
  zip_t *zip = zip_open(opened->c_str(), ZIP_RDONLY, &code);
  if (!zip)
    return openError(path, code);
  NpzReader reader;
  reader.archive = std::shared_ptr<void>(zip, [](void *zip) { zip_discard(static_cast<zip_t *>(zip)); });
  reader.path = path;
  zip_int64_t count = zip_get_num_entries(zip, 0);
  for (zip_int64_t i = 0; i < count; ++i) {
    // As its bytes are: libzip takes names with control characters for those of an old code page.
    const char *raw = zip_get_name(zip, zip_uint64_t(i), ZIP_FL_ENC_RAW);
    std::string name = raw ? raw : "";
    if (!name.ends_with(".npy"))
      continue;
    name.resize(name.size() - 4);
    if (!reader.index.emplace(name, i).second)
      return Error{fmt::format("{}: two arrays are named '{}'", path, name)};
    reader.arrayNames.push_back(std::move(name));
  }
  return reader;
}

bool NpzReader::contains(const std::string &name) const {
  return memory ? hasArray(*memory, name) : index.count(name) != 0;
}

Result<ArrayStream> NpzReader::stream(const std::string &name, const Shape &input) const {
  return memory ? openParts(memory, name, fmt::format("{}: array '{}'", path, name), &input) : stream(name);
}

Result<ArrayStream> NpzReader::stream(const std::string &name) const {
  if (memory)
    return openParts(memory, name, fmt::format("{}: array '{}'", path, name));
  auto found = index.find(name);
  if (found == index.end())
    return Error{fmt::format("{}: no array named '{}'", path, name)};
  std::string label = fmt::format("{}: array '{}'", path, name);
  zip_file_t *file = zip_fopen_index(handle(archive), found->second, 0);
  if (!file)
    return Error{fmt::format("{}: cannot be read: {}", label, zip_strerror(handle(archive)))};
  auto source = std::make_unique<MemberSource>(archive, file, label);
  Result<ArrayStream> stream = ArrayStream::open(std::move(source), label);
  if (!stream)
    return stream;
  if (Status status = checkSize(handle(archive), found->second, *stream, label); !status)
    return status.error();
  return stream;
}

Result<Tensor> NpzReader::read(const std::string &name) const {
  Result<ArrayStream> array = stream(name);
  if (!array)
    return array.error();
  return array->readAll();
}
