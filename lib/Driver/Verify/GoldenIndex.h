//===- GoldenIndex.h - The index of a folder of golden vectors --*- C++ -*-===//
#ifndef TARE_DRIVER_VERIFY_GOLDENINDEX_H
#define TARE_DRIVER_VERIFY_GOLDENINDEX_H

#include "tare/Golden/Vectors.h"

namespace tare {

/// index.json, as docs/golden.md describes it. `source` says where the inputs are from.
std::string goldenIndex(const program::Model &model, const golden::Vectors &vectors, const std::string &source);

} // namespace tare

#endif // TARE_DRIVER_VERIFY_GOLDENINDEX_H
