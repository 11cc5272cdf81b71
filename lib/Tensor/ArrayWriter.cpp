//===- ArrayWriter.cpp - Writing .npz and .npy files ----------------------===//

#include "Spool.h"
#include "ZipDestination.h"
#include "tare/Tensor/AtomicFile.h"
#include "tare/Tensor/Npz.h"
#include "tare/Tensor/StandardStreams.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string_view>
#include <zip.h>

using namespace tare;
namespace fs = std::filesystem;

namespace {
constexpr uint64_t unwritten = ~uint64_t(0);

/// A zip member's data as libzip pulls it.
struct Member {
  SpooledArray array;
  zip_error_t error;
};

zip_int64_t pullMember(void *user, void *data, zip_uint64_t bytes, zip_source_cmd_t command) {
  auto *member = static_cast<Member *>(user);
  switch (command) {
  case ZIP_SOURCE_OPEN:
    member->array.rewind();
    return 0;
  case ZIP_SOURCE_READ: {
    Result<size_t> got = member->array.read(data, bytes);
    if (got)
      return zip_int64_t(*got);
    zip_error_set(&member->error, ZIP_ER_READ, 0);
    return -1;
  }
  case ZIP_SOURCE_STAT: {
    auto *stat = static_cast<zip_stat_t *>(data);
    zip_stat_init(stat);
    stat->size = member->array.size();
    stat->valid = ZIP_STAT_SIZE;
    return sizeof(*stat);
  }
  case ZIP_SOURCE_ERROR:
    return zip_error_to_data(&member->error, data, bytes);
  case ZIP_SOURCE_SUPPORTS:
    return zip_source_make_command_bitmap(ZIP_SOURCE_OPEN, ZIP_SOURCE_READ, ZIP_SOURCE_CLOSE, ZIP_SOURCE_STAT,
                                          ZIP_SOURCE_ERROR, ZIP_SOURCE_FREE, -1);
  default:
    return 0;
  }
}

/// How many bytes of continuation follow a character's first byte; nothing where no character of a name begins with it.
std::optional<size_t> continuationsOf(uint8_t first) {
  if (first < 0x80)
    return first >= 0x20 || first == '\t' || first == '\n' || first == '\r' ? std::optional<size_t>(0) : std::nullopt;
  if (first >= 0xc2 && first < 0xe0)
    return 1;
  if (first >= 0xe0 && first < 0xf0)
    return 2;
  return first >= 0xf0 && first < 0xf5 ? std::optional<size_t>(3) : std::nullopt;
}

/// Whether libzip takes it: UTF-8 without control characters.
bool isMemberName(std::string_view text) {
  for (size_t at = 0; at < text.size();) {
    std::optional<size_t> more = continuationsOf(uint8_t(text[at++]));
    if (!more || *more > text.size() - at)
      return false;
    for (size_t end = at + *more; at < end; ++at)
      if ((uint8_t(text[at]) & 0xc0) != 0x80)
        return false;
  }
  return true;
}

/// Adds a member, stored, with the zip format's first day as its date: equal
/// contents give equal bytes.
Status addMember(zip_t *zip, const std::string &path, const std::string &name, Member &member) {
  zip_source_t *source = zip_source_function(zip, pullMember, &member);
  zip_int64_t index = source ? zip_file_add(zip, (name + ".npy").c_str(), source, ZIP_FL_ENC_UTF_8) : -1;
  if (index < 0) {
    zip_source_free(source);
    return Error{fmt::format("cannot write {}: array '{}': {}", path, name, zip_strerror(zip))};
  }
  constexpr zip_uint16_t firstDay = (0 << 9) | (1 << 5) | 1; // 1980-01-01
  zip_set_file_compression(zip, zip_uint64_t(index), ZIP_CM_STORE, 0);
  zip_file_set_dostime(zip, zip_uint64_t(index), 0, firstDay, 0);
  return success();
}

Status copyInto(AtomicFile &file, SpooledArray array) {
  std::vector<char> buffer(1 << 20);
  while (true) {
    Result<size_t> got = array.read(buffer.data(), buffer.size());
    if (!got)
      return got.error();
    if (*got == 0)
      return success();
    if (Status status = file.write(buffer.data(), *got); !status)
      return status;
  }
}

/// Written as it is, whatever its name.
bool isDevice(const std::string &path) {
  std::error_code error;
  return path == standardOutput || (fs::exists(path, error) && !fs::is_regular_file(path, error));
}

/// The folder on whose disk `path` will lie; the system's own for devices.
std::string folderOf(const std::string &path) {
  std::error_code error;
  if (isDevice(path))
    return fs::temp_directory_path(error).string();
  std::string folder = fs::weakly_canonical(path, error).parent_path().string();
  return folder.empty() ? "." : folder;
}
} // namespace

struct ArrayWriter::Array {
  std::string name;
  TensorType sample;
  bool stacked; // several samples, not one whole array
  Stacking stacking;
  std::vector<uint64_t> pieces; // where each sample lies in the spool

  TensorType type() const {
    TensorType whole = sample;
    if (!stacked)
      return whole;
    int64_t count = int64_t(pieces.size());
    if (stacking == Stacking::newAxis || whole.shape.empty())
      whole.shape.insert(whole.shape.begin(), count);
    else
      whole.shape.front() *= count;
    return whole;
  }
};

struct ArrayWriter::State {
  std::string path;
  std::shared_ptr<Spool> spool;
  std::mutex mutex;
  std::deque<Array> arrays;

  SpooledArray spooled(const Array &array) const {
    return SpooledArray(spool, npyHeader(array.type()), array.pieces, array.sample.bytes());
  }
  Status writeArchive(ZipDestination &destination) const;
  Status writeToFile(AtomicFile &file) const;
  /// What takes its bytes in their order alone: the archive is put together elsewhere first.
  Status writeToDevice(AtomicFile &device) const;
};

Result<ArrayWriter> ArrayWriter::create(const std::string &path) {
  std::error_code error;
  if (fs::is_directory(path, error))
    return Error{fmt::format("cannot write {}: it is a folder", path)};
  if (!isDevice(path) && !path.ends_with(".npz") && !path.ends_with(".npy"))
    return Error{fmt::format("cannot write {}: expected a name that ends in .npz, or in .npy for one array", path)};
  ArrayWriter writer;
  writer.state = std::make_shared<State>();
  writer.state->path = path;
  Result<std::shared_ptr<Spool>> spool = Spool::create(folderOf(path));
  if (!spool)
    return Error{fmt::format("cannot write {}: {}", path, spool.error().message)};
  writer.state->spool = *spool;
  return writer;
}

Result<size_t> ArrayWriter::addArray(const std::string &name, TensorType sample, bool stacked, Stacking stacking) {
  std::scoped_lock lock(state->mutex);
  if (state->path.ends_with(".npy") && !state->arrays.empty())
    return Error{fmt::format("cannot write array '{}' to {}: a .npy file holds "
                             "one array; name an .npz file",
                             name, state->path)};
  if (!state->path.ends_with(".npy") && !isMemberName(name))
    return Error{
        fmt::format("cannot write {}: the name of array '{}' has characters that names in an .npz file have not; give "
                    "the model's output another name, or name an .npy file where there is one",
                    state->path, name)};
  for (const Array &array : state->arrays)
    if (array.name == name)
      return Error{fmt::format("cannot write {}: two arrays are named '{}'", state->path, name)};
  state->arrays.push_back({name, std::move(sample), stacked, stacking, {}});
  return state->arrays.size() - 1;
}

Result<size_t> ArrayWriter::addSamples(const std::string &name, TensorType sample, Stacking stacking) {
  return addArray(name, std::move(sample), true, stacking);
}

Status ArrayWriter::write(size_t array, int64_t sample, ConstTensorView values) {
  Result<uint64_t> offset = state->spool->append(values.data, values.type.bytes());
  if (!offset)
    return Error{fmt::format("cannot write {}: {}", state->path, offset.error().message)};
  std::scoped_lock lock(state->mutex);
  Array &target = state->arrays[array];
  if (values.type != target.sample)
    return Error{
        fmt::format("array '{}' has samples {}, not {}", target.name, toString(target.sample), toString(values.type))};
  if (target.pieces.size() <= size_t(sample))
    target.pieces.resize(size_t(sample) + 1, unwritten);
  target.pieces[size_t(sample)] = *offset;
  return success();
}

Status ArrayWriter::add(const std::string &name, ConstTensorView values) {
  Result<size_t> array = addArray(name, values.type, false, Stacking::newAxis);
  if (!array)
    return array.error();
  return write(*array, 0, values);
}

Status ArrayWriter::commit() {
  if (state->arrays.empty())
    return Error{fmt::format("cannot write {}: no array", state->path)};
  for (const Array &array : state->arrays) {
    bool whole = std::count(array.pieces.begin(), array.pieces.end(), unwritten) == 0;
    if (!whole)
      return Error{fmt::format("cannot write {}: samples of '{}' are missing", state->path, array.name)};
  }
  return state->path.ends_with(".npy") ? commitNpy() : commitNpz();
}

Status ArrayWriter::commitNpy() {
  Result<AtomicFile> file = AtomicFile::create(state->path);
  if (!file)
    return file.error();
  Status status = copyInto(*file, state->spooled(state->arrays.front()));
  return status ? file->commit() : status;
}

Status ArrayWriter::State::writeArchive(ZipDestination &destination) const {
  zip_t *zip = destination.open();
  if (!zip)
    return Error{fmt::format("cannot write {}", path)};
  std::deque<Member> members;
  Status status = success();
  for (const Array &array : arrays) {
    Member &member = members.emplace_back(Member{spooled(array), {}});
    zip_error_init(&member.error);
    status = addMember(zip, path, array.name, member);
    if (!status)
      break;
  }
  if (status && zip_close(zip) == 0)
    return status;
  if (status)
    status = destination.status() ? Error{fmt::format("cannot write {}: {}", path, zip_strerror(zip))}
                                  : destination.status();
  zip_discard(zip);
  return status;
}

Status ArrayWriter::State::writeToFile(AtomicFile &file) const {
  ZipDestination destination(
      [&](uint64_t offset, const void *data, size_t bytes) { return file.writeAt(offset, data, bytes); });
  return writeArchive(destination);
}

Status ArrayWriter::State::writeToDevice(AtomicFile &device) const {
  Result<std::shared_ptr<Spool>> elsewhere = Spool::create(folderOf(path));
  if (!elsewhere)
    return Error{fmt::format("cannot write {}: {}", path, elsewhere.error().message)};
  ZipDestination destination(
      [&](uint64_t offset, const void *data, size_t bytes) { return (*elsewhere)->write(offset, data, bytes); });
  Status status = writeArchive(destination);
  if (status)
    status = copyInto(device, SpooledArray(*elsewhere, "", {0}, destination.size()));
  return status;
}

Status ArrayWriter::commitNpz() {
  Result<AtomicFile> file = AtomicFile::create(state->path);
  if (!file)
    return file.error();
  Status status = isDevice(state->path) ? state->writeToDevice(*file) : state->writeToFile(*file);
  return status ? file->commit() : status;
}
