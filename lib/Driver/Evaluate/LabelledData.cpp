//===- LabelledData.cpp - Samples and what they should give ---------------===//
#include "Driver/Evaluate/LabelledData.h"

#include "Driver/Evaluate/FolderLabels.h"

#include <algorithm>
#include <filesystem>
#include <fmt/format.h>
#include <fmt/ranges.h>

using namespace tare;
namespace fs = std::filesystem;

namespace {

/// The first file of data, as Dataset orders them.
std::string firstFile(const std::string &data) {
  std::error_code error;
  if (!fs::is_directory(data, error))
    return data;
  std::vector<std::string> files;
  for (const fs::directory_entry &entry : fs::directory_iterator(data, error)) {
    const fs::path &path = entry.path();
    bool isArrays = path.extension() == ".npz" || path.extension() == ".npy";
    if (isArrays && !path.filename().string().starts_with('.'))
      files.push_back(path.string());
  }
  return files.empty() ? data : *std::ranges::min_element(files);
}

bool isInput(const std::vector<InputDeclaration> &inputs, const std::string &name) {
  return std::ranges::find(inputs, name, &InputDeclaration::name) != inputs.end();
}

/// An array of a file, and how it is stored.
struct Labels {
  std::string file, name;
  TensorType type;
  /// Where pictures and sounds have them.
  std::shared_ptr<const SampleMaker> maker = nullptr;
};

/// Of a folder of pictures or sounds, one for each.
Result<Labels> labelsOfFolder(const std::string &folder, const std::string &file) {
  auto maker = FolderLabels::open(folder, file);
  if (!maker)
    return maker.error();
  return Labels{folder, usualLabels[0], {ElementType::f32, {1}}, std::move(*maker)};
}

Result<Labels> labelsIn(const std::string &file, const std::string &name) {
  Result<NpzReader> archive = NpzReader::open(file);
  if (!archive)
    return archive.error();
  if (!archive->contains(name))
    return Error{fmt::format("{}: no array '{}' of labels, only '{}'; name it by --labels", file, name,
                             fmt::join(archive->names(), "', '"))};
  Result<ArrayStream> stream = archive->stream(name);
  return stream ? Result<Labels>(Labels{file, name, stream->type()}) : stream.error();
}

/// The name that the labels have in a file.
Result<std::string> nameIn(const std::string &file, const std::vector<InputDeclaration> &inputs) {
  Result<NpzReader> archive = NpzReader::open(file);
  if (!archive)
    return archive.error();
  for (const char *name : usualLabels)
    if (archive->contains(name) && !isInput(inputs, name))
      return std::string(name);
  return Error{fmt::format("{}: no array '{}' of labels, only '{}'; name it by --labels", file,
                           fmt::join(usualLabels, "', '"), fmt::join(archive->names(), "', '"))};
}

/// The labels that are asked for, or needed; nothing where neither is so.
Result<std::optional<Labels>> findLabels(const MetricOptions &options, const std::vector<InputDeclaration> &inputs,
                                         const MetricKind &kind) {
  if (options.labels.empty() && !kind.needsLabels())
    return std::optional<Labels>();
  if (isInput(inputs, options.labels))
    return Error{fmt::format("--labels names '{}', which is an input of the model; name the array that holds what its "
                             "outputs should be",
                             options.labels)};
  if (FolderLabels::areIn(options.data)) {
    Result<Labels> labels = labelsOfFolder(options.data, options.labels);
    return labels ? Result<std::optional<Labels>>(std::move(*labels)) : labels.error();
  }
  const std::string file = firstFile(options.data);
  if (file.ends_with(".npy"))
    return Error{fmt::format("{}: a .npy file holds one array, and no labels; give an .npz with '{}' besides", file,
                             options.labels.empty() ? usualLabels[0] : options.labels)};
  Result<std::string> name = options.labels.empty() ? nameIn(file, inputs) : options.labels;
  if (!name)
    return name.error();
  Result<Labels> labels = labelsIn(file, *name);
  return labels ? Result<std::optional<Labels>>(std::move(*labels)) : labels.error();
}

} // namespace

Result<LabelledData> tare::openLabelled(const MetricOptions &options, std::vector<InputDeclaration> inputs,
                                        MetricKind &kind, int64_t limit) {
  // What is wrong with the samples themselves is told as other commands tell it.
  if (auto plain = Dataset::open(options.data, inputs, limit); !plain)
    return plain.error();
  Result<std::optional<Labels>> labels = findLabels(options, inputs, kind);
  if (!labels)
    return labels.error();
  Result<std::optional<Shape>> shape = kind.labelsOf(*labels ? std::optional((*labels)->type) : std::nullopt);
  if (!shape)
    return *labels ? Error{fmt::format("{}: array '{}' {}", (*labels)->file, (*labels)->name, shape.error().message)}
                   : shape.error();
  if (*shape)
    inputs.push_back({(*labels)->name, {ElementType::f32, **shape}, std::nullopt, "", (*labels)->maker});
  auto samples = Dataset::open(options.data, std::move(inputs), limit);
  if (!samples)
    return samples.error();
  return LabelledData{options.data, std::move(*samples), *shape ? (*labels)->name : ""};
}
