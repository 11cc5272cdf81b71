//===- KernelTexts.cpp - The sources of the C kernels ---------------------===//
#include "KernelTexts.h"

#include <map>

using namespace tare::csource;

namespace {

using Texts = std::map<std::string_view, std::string_view>;

/// Adds a file's kernels.
void addKernels(const KernelFile &file, Texts &texts) {
  constexpr std::string_view mark = "//= ";
  size_t begin = file.text.find(mark);
  if (begin == std::string_view::npos)
    texts[file.name] = file.text;
  while (begin != std::string_view::npos) {
    size_t end = file.text.find('\n', begin), next = file.text.find(mark, end);
    std::string_view name = file.text.substr(begin + mark.size(), end - begin - mark.size());
    texts[name] = file.text.substr(end + 1, next - end - 1);
    begin = next;
  }
}

} // namespace

std::string_view tare::csource::kernelText(std::string_view name) {
  static const Texts texts = [] {
    Texts all;
    for (const KernelFile &file : kernelFiles())
      addKernels(file, all);
    return all;
  }();
  auto found = texts.find(name);
  return found == texts.end() ? std::string_view() : found->second;
}
