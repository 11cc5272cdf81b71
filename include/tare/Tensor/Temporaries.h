//===- Temporaries.h - Unfinished outputs -----------------------*- C++ -*-===//
//
// Outputs are made under temporary names and renamed when they are whole. Whoever ends a process early (a signal) has
// the names that are left removed.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_TENSOR_TEMPORARIES_H
#define TARE_TENSOR_TEMPORARIES_H

#include <string>

namespace tare {

/// "DESTINATION.3f29c07a51e4b86d.part": random, as process numbers repeat from one container to the next.
std::string temporaryName(const std::string &destination);

/// Removes all temporary files and folders of this process that have not got their final names, with what libraries
/// have made beside them under longer names; none gets one any more. For a thread that ends the process: not for a
/// signal handler.
void removeTemporaries();

} // namespace tare

#endif // TARE_TENSOR_TEMPORARIES_H
