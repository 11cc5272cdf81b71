//===- Rules.cpp - Chosen widths as a configuration -----------------------===//
#include "Driver/Budget/Rules.h"

#include "tare/Config/Write.h"

#include <filesystem>

using namespace tare;

std::string tare::rulesOf(const std::vector<Candidate> &candidates, const std::vector<size_t> &wide,
                          const std::vector<std::string> &comments, const std::string &head) {
  config::Settings settings;
  settings.activations.bits = 16;
  std::string text = head + (wide.empty() ? "rules: []\n" : "rules:\n");
  for (size_t i = 0; i != wide.size(); ++i)
    text +=
        config::ruleOfValues(candidates[wide[i]].names(), settings, i < comments.size() ? comments[i] : std::string());
  return text;
}

Result<NamelessConfig> NamelessConfig::write(const std::string &text) {
  std::error_code none;
  auto file = Spool::create(std::filesystem::temp_directory_path(none).string());
  if (!file)
    return file.error();
  if (auto written = (*file)->append(text.data(), text.size()); !written)
    return written.error();
  return NamelessConfig(std::move(*file));
}
