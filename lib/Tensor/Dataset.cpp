//===- Dataset.cpp - Sample after sample of a model's inputs --------------===//

#include "tare/Tensor/Dataset.h"
#include "tare/Tensor/Convert.h"
#include "tare/Tensor/MappedFile.h"
#include "tare/Tensor/StandardStreams.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstring>
#include <filesystem>

using namespace tare;
namespace fs = std::filesystem;

namespace {
bool isArrayFile(const fs::path &path) {
  return MemoryArrays::find(path) || path.extension() == ".npz" || path.extension() == ".npy" || path == standardInput;
}

/// Whether the file holds one array, rather than an archive of them. Standard input has no ending: its bytes tell.
bool isOneArray(const std::string &path) {
  if (path != standardInput)
    return path.ends_with(".npy");
  constexpr std::string_view magic = "\x93NUMPY";
  auto file = MappedFile::open(path);
  return file && (*file)->bytes().size() >= magic.size() &&
         std::memcmp((*file)->bytes().data(), magic.data(), magic.size()) == 0;
}

/// The array files of a folder, in the order of their names.
Result<std::vector<std::string>> listFolder(const std::string &folder) {
  std::vector<std::string> paths;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error))
    if (isArrayFile(it->path()) && !it->path().filename().string().starts_with('.'))
      paths.push_back(it->path().string());
  if (error)
    return Error{fmt::format("cannot read {}: {}", folder, error.message())};
  if (paths.empty())
    return Error{fmt::format("{}: no .npz or .npy file in this folder", folder)};
  std::sort(paths.begin(), paths.end());
  return paths;
}

std::string quotedNames(const std::vector<std::string> &names) {
  if (names.empty())
    return "nothing";
  constexpr size_t shown = 8;
  std::string text;
  for (size_t i = 0; i < std::min(names.size(), shown); ++i)
    text += fmt::format("{}'{}'", i ? ", " : "", names[i]);
  return names.size() > shown ? text + ", ..." : text;
}

/// Real numbers may come as any numbers. Integers are exactly the input's: of another type they would be others'
/// integers.
bool mayBeGiven(ElementType found, ElementType declared) {
  return found == declared || (declared == ElementType::f32 && isConvertible(found, declared));
}

/// An array without axes, for an input of one element, has no samples: it is every sample's.
bool isOfAllSamples(const Shape &found, const Shape &declared) { return found.empty() && elementCount(declared) == 1; }

std::string labelOf(const std::string &path, const std::string &input) {
  return isOneArray(path) ? path : fmt::format("{}: array '{}'", path, input);
}
} // namespace

Result<std::unique_ptr<Dataset>> Dataset::open(const std::string &path, std::vector<InputDeclaration> inputs,
                                               int64_t limit) {
  std::unique_ptr<Dataset> dataset(new Dataset());
  dataset->inputs = std::move(inputs);
  if (Status status = dataset->scan(path); !status)
    return status.error();
  if (dataset->count == 0)
    return Error{fmt::format("{}: no samples: its arrays are empty", path)};
  dataset->count = std::min(dataset->count, limit);
  return dataset;
}

Status Dataset::scan(const std::string &path) {
  std::error_code error;
  std::vector<std::string> paths = {path};
  if (MemoryArrays::find(path)) {
    // A file of its own.
  } else if (fs::is_directory(path, error)) {
    Result<std::vector<std::string>> listed = listFolder(path);
    if (!listed)
      return listed.error();
    paths = std::move(*listed);
  } else if (path != standardInput && !fs::exists(path, error)) {
    return Error{fmt::format("cannot open {}: no such file or folder", path)};
  } else if (Result<std::string> opened = pathToOpen(path); !opened) {
    return opened.error();
  }
  for (const std::string &name : paths) {
    Result<File> file = scanFile(name);
    if (!file)
      return file.error();
    count += file->samples;
    files.push_back(std::move(*file));
  }
  return success();
}

Result<Dataset::Streams> Dataset::openStreams(const std::string &path) const {
  Streams result;
  if (isOneArray(path)) {
    if (inputs.size() != 1)
      return Error{fmt::format("{}: a .npy file holds one array, the model has "
                               "{} inputs; give an .npz with a key for each",
                               path, inputs.size())};
    Result<ArrayStream> stream = openNpy(path);
    if (!stream)
      return stream.error();
    result.push_back(std::move(*stream));
    return result;
  }
  Result<NpzReader> archive = NpzReader::open(path);
  if (!archive)
    return archive.error();
  auto isUnnamed = [&](const InputDeclaration &input) {
    return archive->contains(input.name) && !std::ranges::count(archive->names(), input.name);
  };
  if (std::ranges::count_if(inputs, isUnnamed) > 1)
    return Error{fmt::format("{}: arrays without names, the model has {} inputs; give each array its input's name",
                             path, inputs.size())};
  for (const InputDeclaration &input : inputs) {
    if (!archive->contains(input.name))
      return Error{fmt::format("{}: no array for the model's input '{}', only "
                               "{}; name the arrays after the inputs",
                               path, input.name, quotedNames(archive->names()))};
    Result<ArrayStream> stream = archive->stream(input.name, input.type.shape);
    if (!stream)
      return stream.error();
    result.push_back(std::move(*stream));
  }
  return result;
}

void Dataset::chooseAlternatives(const Streams &first) {
  for (size_t i = 0; i < inputs.size(); ++i)
    if (inputs[i].alternative && first[i].type().element == inputs[i].alternative->element)
      inputs[i].type = *inputs[i].alternative;
}

Result<Dataset::File> Dataset::scanFile(const std::string &path) {
  std::error_code unknown;
  if (fs::is_regular_file(path, unknown) && fs::file_size(path, unknown) == 0)
    return Error{fmt::format("{}: is empty, expected an .npz or .npy file, as numpy.savez writes", path)};
  if (!isArrayFile(path))
    return Error{fmt::format("{}: found a file that ends in '{}', expected an .npz or .npy file, or a folder of them",
                             path, fs::path(path).extension().string())};
  Result<Streams> opened = openStreams(path);
  if (!opened)
    return opened.error();
  if (files.empty())
    chooseAlternatives(*opened);
  File file{path};
  const InputDeclaration *counted = nullptr;
  for (size_t i = 0; i < inputs.size(); ++i) {
    const TensorType &found = (*opened)[i].type();
    const TensorType &declared = inputs[i].type;
    std::string label = labelOf(path, inputs[i].name);
    if (!mayBeGiven(found.element, declared.element))
      return Error{
          fmt::format("{} has elements {}, expected {}", label, nameOf(found.element), nameOf(declared.element))};
    if (isOfAllSamples(found.shape, declared.shape))
      continue;
    Result<SampleLayout> layout = matchSamples(found.shape, declared.shape);
    if (!layout)
      return Error{label + " " + layout.error().message};
    if (counted && layout->samples != file.samples)
      return Error{
          fmt::format("{} has {} samples, but '{}' has {}", label, layout->samples, counted->name, file.samples)};
    counted = &inputs[i];
    file.samples = layout->samples;
    bool concatenated = layout->stacking == Stacking::firstAxis && declared.shape.front() != 1;
    if (concatenated)
      batch = declared.shape.front();
  }
  // Where no array has samples, all are alike.
  if (!counted)
    file.samples = 1;
  return file;
}

Status Dataset::readCommon() {
  common.assign(inputs.size(), Tensor());
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (!isOfAllSamples(streams[i].type().shape, inputs[i].type.shape))
      continue;
    common[i] = Tensor(streams[i].type().element, inputs[i].type.shape);
    if (Status read = streams[i].read(common[i].mutableView().data, 1); !read)
      return read;
  }
  return success();
}

Status Dataset::advance() {
  while (left == 0) {
    const File &file = files[opened++];
    Result<Streams> reopened = openStreams(file.path);
    if (!reopened)
      return reopened.error();
    streams = std::move(*reopened);
    left = file.samples;
    if (Status read = readCommon(); !read)
      return read;
  }
  return success();
}

Result<std::optional<Sample>> Dataset::readStored() {
  std::scoped_lock lock(mutex);
  if (failed)
    return *failed;
  if (nextIndex == count)
    return std::optional<Sample>();
  Status status = advance();
  Sample sample{nextIndex, {}, left == files[opened - 1].samples};
  for (size_t i = 0; i < inputs.size() && status; ++i) {
    if (common[i]) {
      sample.inputs.push_back(common[i]);
      continue;
    }
    Tensor tensor(streams[i].type().element, inputs[i].type.shape);
    status = streams[i].read(tensor.mutableView().data, tensor.count());
    sample.inputs.push_back(std::move(tensor));
  }
  if (!status) {
    failed = status.error();
    return *failed;
  }
  --left;
  ++nextIndex;
  return std::optional<Sample>(std::move(sample));
}

Result<Tensor> Dataset::toDeclared(const Tensor &stored, size_t input, int64_t sample) const {
  if (stored.element() == inputs[input].type.element)
    return stored;
  Tensor converted(inputs[input].type);
  Status status = convert(stored.view(), converted.mutableView());
  if (!status)
    return Error{fmt::format("input '{}', sample {}: {}", inputs[input].name, sample, status.error().message)};
  return converted;
}

Result<std::optional<Sample>> Dataset::next() {
  Result<std::optional<Sample>> sample = readStored();
  if (!sample || !*sample)
    return sample;
  // Outside the lock: several threads convert at once.
  for (size_t i = 0; i < inputs.size(); ++i) {
    Result<Tensor> converted = toDeclared((*sample)->inputs[i], i, (*sample)->index);
    if (!converted)
      return converted.error();
    (*sample)->inputs[i] = std::move(*converted);
  }
  return sample;
}

std::vector<std::string> Dataset::arrayNames(const std::string &path) {
  std::error_code error;
  std::string file = path;
  if (!MemoryArrays::find(path) && fs::is_directory(path, error)) {
    Result<std::vector<std::string>> listed = listFolder(path);
    if (!listed)
      return {};
    file = listed->front();
  }
  if (isOneArray(file))
    return {};
  auto archive = NpzReader::open(file);
  return archive ? archive->names() : std::vector<std::string>();
}

bool Dataset::has(const std::string &array) const {
  return std::ranges::any_of(files, [&](const File &file) {
    if (isOneArray(file.path))
      return false;
    auto archive = NpzReader::open(file.path);
    return archive && archive->contains(array);
  });
}

Stacking Dataset::stackingOf(const Shape &output) const {
  if (output.empty())
    return Stacking::newAxis;
  bool grows = output.front() == 1 || (batch && output.front() == *batch);
  return grows ? Stacking::firstAxis : Stacking::newAxis;
}
