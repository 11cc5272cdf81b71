//===- ExternalData.cpp - Weights in files beside the model ---------------===//
#include "ExternalData.h"
#include "llvm/ADT/StringRef.h"

#include <algorithm>
#include <fmt/format.h>

using namespace tare;
using namespace tare::onnx;
namespace fs = std::filesystem;

namespace {

struct Entry {
  std::string location;
  uint64_t offset = 0;
  std::optional<uint64_t> length;
};

Result<Entry> readEntry(const proto::TensorProto &tensor) {
  Entry entry;
  for (const proto::StringStringEntryProto &pair : tensor.external_data()) {
    llvm::StringRef value = pair.value();
    uint64_t number = 0;
    bool isNumber = !value.getAsInteger(10, number);
    if (pair.key() == "location")
      entry.location = pair.value();
    else if ((pair.key() == "offset" || pair.key() == "length") && !isNumber)
      return Error{fmt::format("external data: {} must be a number, found '{}'", pair.key(), pair.value())};
    else if (pair.key() == "offset")
      entry.offset = number;
    else if (pair.key() == "length")
      entry.length = number;
  }
  return entry;
}

bool isWithin(const fs::path &folder, const fs::path &file) {
  return std::mismatch(folder.begin(), folder.end(), file.begin(), file.end()).first == folder.end();
}

} // namespace

ExternalData::ExternalData(const std::string &modelPath) {
  fs::path parent = fs::path(modelPath).parent_path();
  folder = parent.empty() ? fs::path(".") : parent;
}

Result<std::shared_ptr<const MappedFile>> ExternalData::open(const std::string &location) {
  if (auto known = files.find(location); known != files.end())
    return known->second;
  Error outside{fmt::format("external data: '{}' must be a file in the model's "
                            "folder or below it",
                            location)};
  fs::path relative(location);
  bool climbs = std::find(relative.begin(), relative.end(), "..") != relative.end();
  if (location.empty() || location.find('\0') != std::string::npos || relative.is_absolute() || climbs)
    return outside;
  // Links are followed before the check: one may lead outside.
  std::error_code code;
  fs::path root = fs::canonical(folder, code);
  fs::path file = code ? fs::path() : fs::canonical(folder / relative, code);
  if (code)
    return Error{fmt::format("external data: cannot read '{}': {}", location, code.message())};
  if (!isWithin(root, file))
    return outside;
  auto mapped = MappedFile::open(file.string());
  if (!mapped)
    return Error{"external data: " + mapped.error().message};
  files[location] = *mapped;
  return *mapped;
}

Result<OwnedBytes> ExternalData::read(const proto::TensorProto &tensor, size_t expected) {
  auto entry = readEntry(tensor);
  if (!entry)
    return entry.error();
  if (entry->length.value_or(expected) != expected)
    return Error{fmt::format("external data: length is {} bytes, expected {}", *entry->length, expected)};
  auto file = open(entry->location);
  if (!file)
    return file.error();
  size_t size = (*file)->bytes().size();
  if (entry->offset > size || expected > size - entry->offset)
    return Error{fmt::format("external data: bytes {} to {} are wanted, but '{}' has only {}", entry->offset,
                             entry->offset + expected, entry->location, size)};
  return OwnedBytes{*file, (*file)->bytes().subspan(entry->offset, expected)};
}
