//===- Models.h - Programs with grids, made by hand -------------*- C++ -*-===//
#ifndef TARE_TEST_UNIT_PROOF_MODELS_H
#define TARE_TEST_UNIT_PROOF_MODELS_H

#include "NetworkBuilder.h"

#include "tare/Program/Reader.h"

#include <gtest/gtest.h>

namespace tare::test {

/// The grid of a tensor that is made by hand.
inline void setGrid(NetworkBuilder &builder, uint32_t tensor, std::vector<double> scales, int32_t zeroPoint = 0) {
  builder.program.tensors[tensor]->scales = std::move(scales);
  builder.program.tensors[tensor]->zero_point = zeroPoint;
}

inline std::shared_ptr<const program::Model> modelOf(NetworkBuilder &builder) {
  auto bytes = std::make_shared<std::vector<std::byte>>(builder.bytes());
  auto model = program::readMemory(*bytes, bytes, "made by hand");
  EXPECT_TRUE(model);
  return *model;
}

} // namespace tare::test

#endif // TARE_TEST_UNIT_PROOF_MODELS_H
