//===- Json.cpp - Results for other programs ------------------------------===//
#include "Driver/Json.h"

#include "llvm/Support/raw_ostream.h"

#include <cmath>

using namespace tare;

std::string tare::jsonDocument(llvm::function_ref<void(llvm::json::OStream &)> write) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  llvm::json::OStream json(stream, /*IndentSize=*/2);
  write(json);
  json.flush();
  text += '\n';
  return text;
}

llvm::json::Value tare::jsonNumber(double number) {
  if (std::isfinite(number))
    return number;
  return nullptr;
}

std::string tare::jsonText(std::string_view text) {
  llvm::StringRef raw(text.data(), text.size());
  return llvm::json::isUTF8(raw) ? raw.str() : llvm::json::fixUTF8(raw);
}
