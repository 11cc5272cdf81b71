//===- QdqModel.cpp - A quantized network as an ONNX model ----------------===//
#include "Driver/Compile/QdqModel.h"

#include "Driver/Json.h"
#include "tare/Dialect/Npu/NpuAttributes.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

using namespace tare;

Result<QdqModel> QdqModel::make(mlir::ModuleOp module, const std::string &model, const std::string &path) {
  mlir::FailureOr<Target> target = npu::getTarget(module);
  if (mlir::failed(target))
    return Error{model + ": the IR does not say what hardware it was quantized for; convert the model anew"};
  Result<onnx::ExportedModel> file = onnx::exportModel(module);
  if (!file)
    return Error{model + ": " + file.error().message};
  return QdqModel(path, std::move(*file), std::move(*target));
}

std::string QdqModel::text() const {
  int64_t count = 0;
  std::vector<std::string> parts;
  for (const auto &[name, each] : file.operators) {
    count += each;
    parts.push_back(fmt::format("{} {}", each, name));
  }
  return fmt::format("{}{}{} nodes ({}), {:.1f} kB", path, path.empty() ? "" : ": ", count, fmt::join(parts, ", "),
                     double(file.bytes.size()) / 1e3);
}

std::string QdqModel::targetText() const {
  return fmt::format("ONNX has no attributes for how '{}' requantizes ({}, rounding {}); whoever runs the model rounds "
                     "real numbers half to even, and --target {} makes the program of it",
                     target.name, nameOf(target.requantizer).str(), program::EnumNameRounding(target.rounding),
                     target.name);
}

void QdqModel::writeJson(llvm::json::OStream &out) const {
  out.attributeObject("qdq", [&] {
    out.attribute("target", jsonText(target.name));
    out.attribute("requantizer", nameOf(target.requantizer));
    out.attribute("rounding", program::EnumNameRounding(target.rounding));
    out.attributeObject("operators", [&] {
      for (const auto &[name, count] : file.operators)
        out.attribute(name, count);
    });
  });
}
