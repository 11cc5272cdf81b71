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
#include <functional>
#include <iterator>

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

/// The files of a folder that `takes` wants, and those of the folders in it, in the order of their names.
Result<std::vector<std::string>> listFolder(const std::string &folder, bool goesDown,
                                            const std::function<bool(const std::string &)> &takes) {
  std::vector<std::string> paths;
  std::error_code error, unknown;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    const std::string path = it->path().string();
    if (it->path().filename().string().starts_with('.'))
      continue;
    if (takes(path)) {
      paths.push_back(path);
    } else if (goesDown && it->is_directory(unknown)) {
      Result<std::vector<std::string>> within = listFolder(path, /*goesDown=*/false, takes);
      if (!within)
        return within;
      paths.insert(paths.end(), within->begin(), within->end());
    }
  }
  if (error)
    return Error{fmt::format("cannot read {}: {}", folder, error.message())};
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
    auto makes = [&](const std::string &name) { return isMade(name); };
    auto takes = [&](const std::string &name) { return makes(name) || isArrayFile(name); };
    // Arrays lie in the folder itself; pictures of each class may have a folder of their own.
    Result<std::vector<std::string>> listed = listFolder(path, /*goesDown=*/false, takes);
    if (listed && listed->empty())
      listed = listFolder(path, /*goesDown=*/true, makes);
    if (!listed)
      return listed.error();
    if (listed->empty())
      return Error{fmt::format("{}: no .npz or .npy file in this folder{}", path,
                               hasMaker() ? ", and no picture (.png, .jpg, .bmp) or sound (.wav)" : "")};
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

bool Dataset::hasMaker() const {
  return std::ranges::any_of(inputs, [](const InputDeclaration &input) { return input.maker != nullptr; });
}

bool Dataset::isMade(const std::string &path) const {
  return std::ranges::any_of(inputs, [&](const auto &input) { return input.maker && input.maker->takesFile(path); });
}

/// A file of which every input's maker makes as many samples.
Result<Dataset::File> Dataset::scanMade(const std::string &path) const {
  File file{path, -1, /*isMade=*/true};
  for (const InputDeclaration &input : inputs) {
    if (!input.maker || !input.maker->takesFile(path))
      return Error{
          fmt::format("{}: does not hold input '{}'; give an .npz with a key for each input", path, input.name)};
    Result<int64_t> samples = input.maker->samplesOf(path);
    if (!samples)
      return samples.error();
    file.samples = file.samples < 0 ? *samples : std::min(file.samples, *samples);
  }
  return file;
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

/// How an array holds samples of an input, or what its maker makes them of.
Result<SampleLayout> Dataset::layoutOf(const TensorType &array, size_t input) const {
  const InputDeclaration &declared = inputs[input];
  if (std::optional<SampleLayout> material = declared.maker ? declared.maker->layoutOf(array) : std::nullopt) {
    material->isMaterial = true;
    return std::move(*material);
  }
  if (!mayBeGiven(array.element, declared.type.element))
    return Error{fmt::format("has elements {}, expected {}", nameOf(array.element), nameOf(declared.type.element))};
  if (isOfAllSamples(array.shape, declared.type.shape))
    return SampleLayout{1, Stacking::newAxis};
  // A program's own integers are in its own shape.
  if (declared.alternative && declared.type == *declared.alternative)
    return matchSamples(array.shape, declared.type.shape);
  return matchMovedSamples(array.shape, declared.type.shape);
}

Result<Dataset::File> Dataset::scanFile(const std::string &path) {
  if (isMade(path))
    return scanMade(path);
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
    Result<SampleLayout> layout = layoutOf(found, i);
    if (!layout)
      return Error{label + " " + layout.error().message};
    if (!layout->isMaterial && isOfAllSamples(found.shape, declared.shape))
      continue;
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
    left = file.samples;
    if (file.isMade)
      continue;
    Result<Streams> reopened = openStreams(file.path);
    if (!reopened)
      return reopened.error();
    streams = std::move(*reopened);
    if (Status read = readCommon(); !read)
      return read;
    layouts.clear();
    for (size_t i = 0; i < inputs.size(); ++i) {
      Result<SampleLayout> layout = layoutOf(streams[i].type(), i);
      if (!layout)
        return Error{labelOf(file.path, inputs[i].name) + " " + layout.error().message};
      layouts.push_back(std::move(*layout));
    }
  }
  return success();
}

Status Dataset::readArrays(Stored &stored) {
  stored.layouts = layouts;
  Status status = success();
  for (size_t i = 0; i < inputs.size() && status; ++i) {
    if (common[i]) {
      stored.sample.inputs.push_back(common[i]);
      continue;
    }
    const Shape &shape = layouts[i].stored.empty() ? inputs[i].type.shape : layouts[i].stored;
    Tensor tensor(streams[i].type().element, shape);
    status = streams[i].read(tensor.mutableView().data, tensor.count());
    stored.sample.inputs.push_back(std::move(tensor));
  }
  return status;
}

Result<std::optional<Dataset::Stored>> Dataset::readStored() {
  std::scoped_lock lock(mutex);
  if (failed)
    return *failed;
  if (nextIndex == count)
    return std::optional<Stored>();
  Status status = advance();
  Stored stored;
  if (status) {
    const File &file = files[opened - 1];
    stored.number = file.samples - left;
    stored.sample = {nextIndex, {}, stored.number == 0};
    stored.made = file.isMade ? &file : nullptr;
    if (!file.isMade)
      status = readArrays(stored);
  }
  if (!status) {
    failed = status.error();
    return *failed;
  }
  --left;
  ++nextIndex;
  return std::optional<Stored>(std::move(stored));
}

Result<Tensor> Dataset::toDeclared(const Tensor &stored, const SampleLayout &layout, size_t input,
                                   int64_t sample) const {
  auto ofSample = [&](const Error &error) {
    return Error{fmt::format("input '{}', sample {}: {}", inputs[input].name, sample, error.message)};
  };
  if (layout.isMaterial) {
    Result<Tensor> made = inputs[input].maker->make(stored);
    return made ? std::move(made) : Result<Tensor>(ofSample(made.error()));
  }
  const TensorType &type = inputs[input].type;
  const Tensor tensor = arranged(stored, layout, type.shape);
  if (tensor.element() == type.element)
    return tensor;
  Tensor converted(type);
  Status status = convert(tensor.view(), converted.mutableView());
  return status ? Result<Tensor>(std::move(converted)) : ofSample(status.error());
}

Status Dataset::makeInputs(Stored &stored) const {
  for (const InputDeclaration &input : inputs) {
    Result<Tensor> made = input.maker->make(stored.made->path, stored.number);
    if (!made)
      return made.error();
    stored.sample.inputs.push_back(std::move(*made));
  }
  return success();
}

Result<std::optional<Sample>> Dataset::next() {
  Result<std::optional<Stored>> stored = readStored();
  if (!stored)
    return stored.error();
  if (!*stored)
    return std::optional<Sample>();
  // Outside the lock: several threads convert at once.
  Sample &sample = (*stored)->sample;
  if ((*stored)->made) {
    if (Status made = makeInputs(**stored); !made)
      return made.error();
    return std::optional<Sample>(std::move(sample));
  }
  for (size_t i = 0; i < inputs.size(); ++i) {
    Result<Tensor> converted = toDeclared(sample.inputs[i], (*stored)->layouts[i], i, sample.index);
    if (!converted)
      return converted.error();
    sample.inputs[i] = std::move(*converted);
  }
  return std::optional<Sample>(std::move(sample));
}

std::vector<std::string> Dataset::notes() const {
  std::vector<std::string> all;
  for (const InputDeclaration &input : inputs)
    if (input.maker)
      std::ranges::move(input.maker->notes(), std::back_inserter(all));
  return all;
}

std::vector<std::string> Dataset::arrayNames(const std::string &path) {
  std::error_code error;
  std::string file = path;
  if (!MemoryArrays::find(path) && fs::is_directory(path, error)) {
    Result<std::vector<std::string>> listed = listFolder(path, /*goesDown=*/false, isArrayFile);
    if (!listed || listed->empty())
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
    if (file.isMade || isOneArray(file.path))
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
