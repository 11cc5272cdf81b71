//===- Json.cpp - Results for other programs ------------------------------===//
#include "Json.h"

#include "llvm/Support/raw_ostream.h"

#include <cmath>
#include <cstdio>

using namespace tare;

static std::string document;

std::string tare::jsonDocument(llvm::function_ref<void(llvm::json::OStream &)> write) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  llvm::json::OStream json(stream, /*IndentSize=*/2);
  write(json);
  json.flush();
  text += '\n';
  return text;
}

void tare::printJson(llvm::function_ref<void(llvm::json::OStream &)> write) { document = jsonDocument(write); }

/// The document with one key more; it ends with "\n}\n" where it has keys.
static std::string withError(std::string text, const std::string &error) {
  constexpr std::string_view end = "\n}\n";
  bool hasKeys = text.starts_with('{') && text.ends_with(end);
  text = hasKeys ? text.substr(0, text.size() - end.size()) + "," : "{";
  text += "\n  \"error\": ";
  for (char c : error)
    text += c == '\n' ? "\n  " : std::string(1, c);
  return text + std::string(end);
}

void tare::writeDocument(const std::string &error) {
  std::string text = error.empty() ? std::move(document) : withError(std::move(document), error);
  std::fwrite(text.data(), 1, text.size(), stdout);
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
