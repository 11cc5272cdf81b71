//===- Executable.cpp - Whatever can be run -------------------------------===//
#include "Driver/Execute/Executable.h"

#include "Driver/Execute/ModuleExecutable.h"
#include "Driver/Execute/ProgramExecutable.h"
#include "tare/Tensor/Convert.h"
#include "tare/Tensor/MappedFile.h"
#include "tare/Tensor/StandardStreams.h"

#include <algorithm>
#include <cctype>
#include <cstring>
#include <fmt/format.h>

using namespace tare;

namespace {

std::string_view beginning(const MappedFile &file, size_t bytes) {
  return {reinterpret_cast<const char *>(file.bytes().data()), std::min(file.bytes().size(), bytes)};
}

/// Of a model that has no name: ONNX is protobuf, whose tags and lengths do not print; IR is text.
ModelKind kindByContents(const MappedFile &file) {
  constexpr size_t enough = 64;
  auto prints = [](unsigned char byte) { return byte >= ' ' || std::isspace(byte); };
  return std::ranges::all_of(beginning(file, enough), prints) ? ModelKind::ir : ModelKind::onnx;
}

bool endsWithOneOf(std::string_view path, std::initializer_list<std::string_view> endings) {
  return std::any_of(endings.begin(), endings.end(), [&](std::string_view ending) { return path.ends_with(ending); });
}

} // namespace

Result<ModelKind> tare::kindOfModel(const std::string &path) {
  auto file = MappedFile::open(path);
  if (!file)
    return file.error();
  std::string_view magic = beginning(**file, 8);
  // A FlatBuffer's identifier follows the offset of its root.
  if (magic.size() == 8 && magic.substr(4) == "TARE")
    return ModelKind::program;
  if (magic.starts_with("ML\xefR"))
    return ModelKind::ir;
  if (path == standardInput)
    return kindByContents(**file);
  if (endsWithOneOf(path, {".tare"}))
    return ModelKind::program;
  if (endsWithOneOf(path, {".mlir", ".mlirbc"}))
    return ModelKind::ir;
  if (endsWithOneOf(path, {".onnx"}))
    return ModelKind::onnx;
  return Error{fmt::format("{}: cannot tell what kind of model this is; expected an .onnx, .mlir or .tare file", path)};
}

Status tare::checkReference(const ExecutableOptions &options, std::initializer_list<std::string> models) {
  auto mayBeProgram = [](const std::string &model) {
    Result<ModelKind> kind = kindOfModel(model);
    return !kind || *kind == ModelKind::program; // What cannot be read says so itself.
  };
  if (options.reference && std::none_of(models.begin(), models.end(), mayBeProgram))
    return Error{"--reference chooses a program's kernels; ONNX models and IR have no others"};
  return success();
}

Result<std::unique_ptr<Executable>> Executable::load(const std::string &path, const ExecutableOptions &options,
                                                     const Listener &listener) {
  auto kind = kindOfModel(path);
  if (!kind)
    return kind.error();
  if (*kind == ModelKind::program)
    return ProgramExecutable::load(path, options);
  return ModuleExecutable::load(path, *kind, options, listener);
}

std::string ExecutablePort::taken() const {
  return pixels.empty() ? toString(real) : toString(real) + " (" + pixels + ")";
}

TensorType ExecutablePort::typeInModel(const TensorType &type) const {
  bool isHalf = type.element == ElementType::f32 && format == program::FloatFormat::f16;
  return isHalf ? TensorType{ElementType::f16, type.shape} : type;
}

Tensor ExecutablePort::asInModel(const Tensor &value) const {
  if (value.element() != ElementType::f32 || format == program::FloatFormat::f32)
    return value;
  return format == program::FloatFormat::f16 ? toHalf(value) : toBfloat16(value);
}

std::vector<InputDeclaration> Executable::declarations(bool allowRaw) const {
  std::vector<InputDeclaration> result;
  for (const ExecutablePort &port : inputPorts) {
    result.push_back({port.name, port.real});
    result.back().layout = port.pixels;
    if (allowRaw && port.raw.element != port.real.element)
      result.back().alternative = port.raw;
  }
  return result;
}

Error tare::ofSample(const std::string &model, int64_t sample, const std::string &problem) {
  return Error{fmt::format("{}: {} (sample {})", model, problem, sample)};
}

Tensor tare::copyOf(const ConstTensorView &view) {
  Tensor copy(view.type);
  std::memcpy(copy.mutableAs<std::byte>(), view.data, view.type.bytes());
  return copy;
}
