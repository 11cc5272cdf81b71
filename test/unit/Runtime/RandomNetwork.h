//===- RandomNetwork.h - Programs of random layers --------------*- C++ -*-===//
#ifndef TARE_TEST_UNIT_RUNTIME_RANDOMNETWORK_H
#define TARE_TEST_UNIT_RUNTIME_RANDOMNETWORK_H

#include "NetworkBuilder.h"

#include "tare/Program/Model.h"

#include <map>
#include <random>

namespace tare::test {

/// A program of about `layers` random layers on i8 or i16 tensors [1, h, w, c], with branches that join again, one or
/// two inputs (real numbers or integers), and two outputs: a dequantized one and an integer one. With `hasHost` one
/// layer in five is a segment of the host, of which indices may leave as well.
NetworkBuilder randomNetwork(uint32_t seed, size_t layers, bool hasHost = false);

/// Random bytes for an integer type, small numbers for f32.
std::vector<std::byte> randomValue(const TensorType &type, std::mt19937 &rng);

/// Runs the reference kernels with a memory of its own for each tensor: what
/// any run must equal. `inputs` has the program's own tensors; the result, the
/// data of every tensor.
std::vector<std::vector<std::byte>> runReference(const program::Model &model,
                                                 const std::vector<std::vector<std::byte>> &inputs);

} // namespace tare::test

#endif // TARE_TEST_UNIT_RUNTIME_RANDOMNETWORK_H
