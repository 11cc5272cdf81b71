//===- Rounding.h - The kernels that round ----------------------*- C++ -*-===//
#ifndef TARE_LIB_CSOURCE_ROUNDING_H
#define TARE_LIB_CSOURCE_ROUNDING_H

#include "Unit.h"
#include "tare/Schema/program_generated.h"

namespace tare::csource {

/// The shifts that a kernel rounds by.
struct Shifts {
  int least = 0, most = 0;
};

/// The name of the function that rounds numbers of that type ("int32_t", "int64_t"), by shifts in this range.
std::string roundingOf(Unit &unit, program::Rounding rounding, const std::string &type, Shifts shifts);

} // namespace tare::csource

#endif // TARE_LIB_CSOURCE_ROUNDING_H
