//===- InputText.cpp - Shapes and values of inputs as text ----------------===//
#include "tare/Onnx/Import.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringRef.h"

#include <cmath>
#include <fmt/format.h>

using namespace tare;
using namespace tare::onnx;

/// "true" and "false" in any case; nothing of other words.
static std::optional<bool> truthOf(llvm::StringRef word) {
  if (word.equals_insensitive("true"))
    return true;
  return word.equals_insensitive("false") ? std::optional(false) : std::nullopt;
}

Result<InputValue> tare::onnx::parseInputValue(std::string_view text) {
  Error malformed{
      fmt::format("--input-value must be NAME=VALUES, for example sr=16000 or flag=true, found '{}'", text)};
  auto [name, list] = llvm::StringRef(text).rsplit('=');
  llvm::SmallVector<llvm::StringRef> parts;
  list.split(parts, ',');
  if (name.empty() || name.size() == text.size())
    return malformed;
  for (llvm::StringRef &part : parts)
    part = part.trim();
  const Shape shape{int64_t(parts.size())};
  InputValue given{name.str(), Tensor(ElementType::boolean, shape)};
  if (llvm::all_of(parts, truthOf)) {
    for (auto [index, part] : llvm::enumerate(parts))
      given.value.mutableAs<bool>()[index] = *truthOf(part);
    return given;
  }
  given.value = Tensor(ElementType::i64, shape);
  auto isWhole = [&](auto part) {
    return !part.value().getAsInteger(10, given.value.mutableAs<int64_t>()[part.index()]);
  };
  if (llvm::all_of(llvm::enumerate(parts), isWhole))
    return given;
  given.value = Tensor(ElementType::f64, shape);
  for (auto [index, part] : llvm::enumerate(parts))
    if (part.getAsDouble(given.value.mutableAs<double>()[index]) || !std::isfinite(given.value.as<double>()[index]))
      return malformed;
  return given;
}

Result<std::vector<InputShape>> tare::onnx::parseInputShapes(std::string_view text) {
  llvm::SmallVector<llvm::StringRef> parts;
  llvm::StringRef(text).split(parts, ',');
  // "batch=1,height=320"; of "x=1,3" a part is a number alone.
  if (parts.size() == 1 || !llvm::all_of(parts, [](llvm::StringRef part) { return part.contains('='); }))
    parts = {llvm::StringRef(text)};
  std::vector<InputShape> shapes;
  for (llvm::StringRef part : parts) {
    Result<InputShape> shape = parseInputShape(part);
    if (!shape)
      return shape.error();
    shapes.push_back(*shape);
  }
  return shapes;
}

Result<InputShape> tare::onnx::parseInputShape(std::string_view text) {
  Error malformed{fmt::format("--input-shape must be NAME=DIMS, for example x=1,3,224,224, found '{}'", text)};
  auto [name, dims] = llvm::StringRef(text).rsplit('=');
  if (name.empty() || name.size() == text.size())
    return malformed;
  InputShape shape{name.str(), {}};
  llvm::SmallVector<llvm::StringRef> parts;
  if (!dims.trim().empty())
    dims.split(parts, ',');
  for (llvm::StringRef part : parts) {
    int64_t dim = 0;
    if (part.trim().getAsInteger(10, dim) || dim < 1)
      return malformed;
    shape.dims.push_back(dim);
  }
  return shape;
}
