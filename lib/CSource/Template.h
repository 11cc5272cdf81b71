//===- Template.h - A C kernel made for its types ---------------*- C++ -*-===//
//
// The kernels in lib/CSource/Kernels are C99 with parameters: words in capitals, which an instance has other text for.
// With a #define for each they compile as they stand. Their files have
//
//   //! X: what a parameter is, for developers; such lines are not written
//   //! names: LAYER = @, RUN = run_@: the names of the instance, of which @ is the name that it is made under
//   #if FLAG .. #else .. #endif: lines of instances whose FLAG is 1, and of those whose FLAG is 0
//
//===----------------------------------------------------------------------===//
#ifndef TARE_LIB_CSOURCE_TEMPLATE_H
#define TARE_LIB_CSOURCE_TEMPLATE_H

#include <map>
#include <string>
#include <string_view>

namespace tare::csource {

/// What stands for each parameter. One that is called with arguments, as "RESULT(sum, c)", has their names as well:
/// those are replaced in its text.
using Parameters = std::map<std::string, std::string>;

/// The text of a kernel for these parameters, under this name.
std::string instantiate(std::string_view kernel, const Parameters &parameters, std::string_view name);

} // namespace tare::csource

#endif // TARE_LIB_CSOURCE_TEMPLATE_H
