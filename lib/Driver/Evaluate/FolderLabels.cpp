//===- FolderLabels.cpp - Classes of pictures and sounds ------------------===//
#include "Driver/Evaluate/FolderLabels.h"

#include "tare/Media/Picture.h"
#include "tare/Media/Sound.h"
#include "tare/Tensor/MappedFile.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fmt/format.h>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <sstream>

using namespace tare;
namespace fs = std::filesystem;

namespace {

bool isMedia(const std::string &path) { return media::isPictureName(path) || media::isSoundName(path); }

/// Whether a folder has a picture or a sound.
bool hasMedia(const fs::path &folder) {
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error))
    if (isMedia(it->path().string()) && !it->path().filename().string().starts_with('.'))
      return true;
  return false;
}

/// A whole number that float32 has.
std::optional<float> labelOfText(std::string_view text) {
  int64_t number = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  constexpr int64_t most = int64_t(1) << 24;
  bool isWhole = error == std::errc() && end == text.data() + text.size() && number >= 0 && number <= most;
  return isWhole ? std::optional(float(number)) : std::nullopt;
}

} // namespace

bool FolderLabels::areIn(const std::string &data) {
  std::error_code error;
  if (!fs::is_directory(data, error))
    return isMedia(data);
  for (fs::directory_iterator it(data, error), end; !error && it != end; it.increment(error))
    if (it->path().extension() == ".npz" || it->path().extension() == ".npy")
      return false;
  return true;
}

Result<std::shared_ptr<const FolderLabels>> FolderLabels::open(const std::string &folder, const std::string &file) {
  std::error_code error;
  auto labels = std::make_shared<FolderLabels>();
  if (!fs::is_directory(folder, error))
    return Error{folder + ": is one file without a label; give the folder that it lies in"};
  labels->folder = folder;
  const std::string path = (fs::path(folder) / (file.empty() ? usualFile : file)).string();
  Status read = success();
  if (!file.empty() || fs::exists(path, error)) {
    auto text = MappedFile::open(path);
    if (!text)
      return text.error();
    const auto bytes = (*text)->bytes();
    read = labels->readLines(std::string(reinterpret_cast<const char *>(bytes.data()), bytes.size()), path);
  } else {
    read = labels->readFolders();
  }
  return read ? Result<std::shared_ptr<const FolderLabels>>(std::move(labels)) : read.error();
}

/// Names may hold blanks: the label is what stands behind the last blank, tab or comma.
Status FolderLabels::readLines(const std::string &text, const std::string &path) {
  areOfFiles = true;
  std::istringstream lines(text);
  std::string line;
  for (int64_t number = 1; std::getline(lines, line); ++number) {
    constexpr const char *blanks = " \t\r,";
    line.erase(line.find_last_not_of(blanks) + 1);
    if (line.empty() || line.front() == '#')
      continue;
    const size_t end = line.find_last_of(blanks);
    std::optional<float> label = labelOfText(std::string_view(line).substr(end + 1));
    if (end == std::string::npos || !label)
      return Error{fmt::format("{}:{}: found '{}', expected a file's name and the whole number of its class", path,
                               number, line)};
    std::string name = line.substr(0, end);
    name.erase(name.find_last_not_of(blanks) + 1);
    if (!labels.emplace(fs::path(name).lexically_normal().string(), *label).second)
      return Error{fmt::format("{}:{}: '{}' stands here twice", path, number, name)};
  }
  return success();
}

Status FolderLabels::readFolders() {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error))
    if (std::string name = it->path().filename().string();
        it->is_directory(error) && !name.starts_with('.') && (hasMedia(it->path()) || fs::is_empty(it->path(), error)))
      names.push_back(std::move(name));
  if (names.empty())
    return Error{fmt::format("{}: has no labels; give it a file {} with a line 'FILE LABEL' for each, or a folder for "
                             "each class",
                             folder, usualFile)};
  std::ranges::sort(names);
  auto isNumber = [](const std::string &name) { return labelOfText(name).has_value(); };
  auto isSeen = [&](const std::string &name) { return hasMedia(fs::path(folder) / name); };
  auto number = std::ranges::find_if(names, [&](const std::string &name) { return isNumber(name) && isSeen(name); });
  auto other = std::ranges::find_if(names, [&](const std::string &name) { return !isNumber(name) && isSeen(name); });
  if (number != names.end() && other != names.end())
    return Error{
        fmt::format("{}: the folder '{}' is called by the number of a class, '{}' is not; call all by numbers, "
                    "or none, or give a file {}",
                    folder, *number, *other, usualFile)};
  const bool areNumbers = number != names.end();
  // An empty folder is a class that no sample has; beside numbers one of another name is none.
  if (areNumbers)
    std::erase_if(names, std::not_fn(isNumber));
  std::map<float, std::string> known;
  for (size_t i = 0; i != names.size(); ++i) {
    const float label = areNumbers ? *labelOfText(names[i]) : float(i);
    if (auto [first, isNew] = known.emplace(label, names[i]); !isNew)
      return Error{fmt::format("{}: the folders '{}' and '{}' are one class; put them together", folder, first->second,
                               names[i])};
    labels[names[i]] = label;
  }
  return success();
}

bool FolderLabels::takesFile(const std::string &path) const { return isMedia(path); }

Result<int64_t> FolderLabels::samplesOf(const std::string &path) const {
  Result<Tensor> label = make(path, 0);
  return label ? Result<int64_t>(std::numeric_limits<int64_t>::max()) : label.error();
}

Result<Tensor> FolderLabels::make(const std::string &path, int64_t) const {
  const fs::path within = fs::path(path).lexically_relative(folder);
  auto found = labels.find(areOfFiles ? within.lexically_normal().string() : within.begin()->string());
  if (found == labels.end())
    return Error{path + (areOfFiles ? ": has no line among the labels" : ": lies in no folder of a class")};
  Tensor label(ElementType::f32, {1});
  label.mutableAs<float>()[0] = found->second;
  return label;
}
