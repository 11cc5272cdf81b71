//===- KernelTexts.h - The sources of the C kernels -------------*- C++ -*-===//
//
// The files of lib/CSource/Kernels. A file is one kernel, or has several, each behind a line "//= name".
//
//===----------------------------------------------------------------------===//
#ifndef TARE_LIB_CSOURCE_KERNELTEXTS_H
#define TARE_LIB_CSOURCE_KERNELTEXTS_H

#include <string_view>
#include <vector>

namespace tare::csource {

/// A file, by its name without folder and suffix.
struct KernelFile {
  std::string_view name, text;
};
/// All files; the build makes this of the folder.
const std::vector<KernelFile> &kernelFiles();

/// The text of a kernel, by its name; empty where there is none.
std::string_view kernelText(std::string_view name);

} // namespace tare::csource

#endif // TARE_LIB_CSOURCE_KERNELTEXTS_H
