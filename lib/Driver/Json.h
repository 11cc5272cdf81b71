//===- Json.h - Results for other programs ----------------------*- C++ -*-===//
#ifndef TARE_DRIVER_JSON_H
#define TARE_DRIVER_JSON_H

#include "tare/Tensor/Tensor.h"

#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/Support/JSON.h"

#include <span>
#include <string>
#include <string_view>

namespace tare {

/// One JSON document, its keys in the order in which `write` gives them; ends with a new line.
std::string jsonDocument(llvm::function_ref<void(llvm::json::OStream &)> write);

/// A number; null where JSON has none (infinite, NaN).
llvm::json::Value jsonNumber(double number);
/// A name from a user's file, which may not be UTF-8.
std::string jsonText(std::string_view text);

/// Writes `key: [numbers]`.
template <typename T> void jsonList(llvm::json::OStream &json, llvm::StringRef key, const std::vector<T> &numbers) {
  json.attributeArray(key, [&] {
    for (T number : numbers)
      json.value(number);
  });
}

} // namespace tare

#endif // TARE_DRIVER_JSON_H
