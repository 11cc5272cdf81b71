//===- JsonOutput.cpp - The document that a run prints --------------------===//
#include "JsonOutput.h"

#include <algorithm>
#include <cstdio>

using namespace tare;

bool tare::asksForJson(int argc, char **argv) {
  return std::any_of(argv, argv + argc, [](std::string_view word) { return word == "--json"; });
}

static std::string document;

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
