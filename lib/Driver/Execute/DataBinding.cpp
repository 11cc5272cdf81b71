//===- DataBinding.cpp - What data say of a model's inputs ----------------===//
#include "Driver/Execute/DataBinding.h"

#include "tare/Tensor/Dataset.h"

#include <cstring>

using namespace tare;

namespace {

/// Elements that shapes depend on are few.
constexpr int64_t few = 64;

/// The first sample of an array [samples, ..]; its type alone where they are not all alike, or not small. An array
/// without axes is every sample's.
std::optional<Tensor> commonSample(const NpzReader &archive, const std::string &name) {
  auto stream = archive.stream(name);
  if (!stream)
    return std::nullopt;
  if (stream->type().shape.empty()) {
    auto only = archive.read(name);
    return only ? std::optional(std::move(*only)) : std::nullopt;
  }
  if (stream->type().shape[0] == 0)
    return std::nullopt;
  TensorType sample = stream->type();
  int64_t samples = sample.shape[0];
  sample.shape.erase(sample.shape.begin());
  if (sample.count() > few || samples > few)
    return Tensor(sample, nullptr, nullptr);
  auto all = archive.read(name);
  if (!all)
    return std::nullopt;
  const char *bytes = static_cast<const char *>(all->data());
  for (int64_t i = 1; i < samples; ++i)
    if (std::memcmp(bytes, bytes + i * sample.bytes(), sample.bytes()) != 0)
      return Tensor(sample, nullptr, nullptr);
  Tensor first(sample);
  if (sample.bytes() != 0)
    std::memcpy(first.mutableAs<char>(), bytes, sample.bytes());
  return first;
}

std::vector<onnx::InputValue> sampleValues(const std::string &data) {
  std::vector<onnx::InputValue> values;
  auto archive =
      data.ends_with(".npz") || MemoryArrays::find(data) ? NpzReader::open(data) : Result<NpzReader>(Error{});
  if (!archive)
    return values;
  for (const std::string &name : archive->names())
    if (std::optional<Tensor> sample = commonSample(*archive, name))
      values.push_back({name, *sample});
  return values;
}

} // namespace

Result<std::unique_ptr<Executable>> tare::loadForData(const std::string &model, const ExecutableOptions &options,
                                                      const std::string &data, const Listener &listener) {
  using Known = onnx::ImportOptions::Known;
  Result<ModelKind> kind = kindOfModel(model);
  ExecutableOptions bound = options;
  if (kind && *kind == ModelKind::onnx) {
    bound.import.sampleValues = sampleValues(data);
    bound.import.dataArrays = Dataset::arrayNames(data);
  }
  auto plain = Executable::load(model, bound, listener);
  if (plain || bound.import.sampleValues.empty())
    return plain;
  // The elements of as few inputs as will do.
  for (Known known : {Known::lists, Known::all}) {
    bound.import.known = known;
    if (auto settled = Executable::load(model, bound, listener))
      return settled;
  }
  return plain;
}
