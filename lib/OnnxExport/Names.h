//===- Names.h - Names that are each used once ------------------*- C++ -*-===//
#ifndef TARE_LIB_ONNXEXPORT_NAMES_H
#define TARE_LIB_ONNXEXPORT_NAMES_H

#include "llvm/ADT/StringMap.h"

#include <string>

namespace tare::onnx {

/// Names of nodes, or of values: ONNX has each once in a model.
class UniqueNames {
public:
  /// Takes `wanted`, or that with a number behind where somebody has taken it.
  std::string take(const std::string &wanted) {
    auto [entry, isNew] = taken.try_emplace(wanted, 1);
    if (isNew)
      return wanted;
    for (;;)
      if (std::string name = wanted + "_" + std::to_string(++entry->second); taken.try_emplace(name, 1).second)
        return name;
  }

private:
  /// With the last number that was tried behind each.
  llvm::StringMap<int64_t> taken;
};

} // namespace tare::onnx

#endif // TARE_LIB_ONNXEXPORT_NAMES_H
