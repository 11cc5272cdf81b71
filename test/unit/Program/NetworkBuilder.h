//===- NetworkBuilder.h - Programs made by hand -----------------*- C++ -*-===//
#ifndef TARE_TEST_UNIT_PROGRAM_NETWORKBUILDER_H
#define TARE_TEST_UNIT_PROGRAM_NETWORKBUILDER_H

#include "tare/Program/HostLayer.h"
#include "tare/Program/Writer.h"
#include "tare/Tensor/Tensor.h"

#include <cstring>
#include <deque>

namespace tare::test {

/// Makes programs layer by layer; results have the types that the operators
/// infer, and an arena in which dead tensors make room.
class NetworkBuilder {
public:
  NetworkBuilder();

  uint32_t input(std::string name, TensorType type, std::string layout = "");
  void output(std::string name, uint32_t tensor, std::string layout = "");

  template <typename T> uint32_t constant(std::string name, Shape shape, const std::vector<T> &data) {
    blobs.emplace_back(data.size() * sizeof(T));
    std::memcpy(blobs.back().data(), data.data(), blobs.back().size());
    return addConstant(std::move(name), {ElementTypeOf<T>::value, shape});
  }

  template <typename Parameters>
  uint32_t layer(std::string name, Parameters parameters, std::vector<uint32_t> operands) {
    program::OpUnion op;
    op.Set(std::move(parameters));
    return layer(std::move(name), std::move(op), std::move(operands));
  }
  uint32_t layer(std::string name, program::OpUnion op, std::vector<uint32_t> operands);

  /// Appends a layer that the host computes; its results.
  std::vector<uint32_t> host(std::string name, const host::Node &node, std::vector<uint32_t> operands, size_t results);

  /// Appends a layer of several results: the end of a loop.
  std::vector<uint32_t> several(std::string name, program::OpUnion op, std::vector<uint32_t> operands, size_t results);

  TensorType type(uint32_t tensor) const;

  /// Places the tensors and gives the program away; a reshape shares its
  /// operand's memory.
  program::ProgramT finish();
  /// The data of the constants, valid as long as the builder.
  const program::ConstantData &constants() const { return data; }
  /// finish() and serialize(); the test fails where that does.
  std::vector<std::byte> bytes();

  program::ProgramT program;

private:
  uint32_t addTensor(std::string name, TensorType type);
  uint32_t addConstant(std::string name, TensorType type);
  std::deque<std::vector<std::byte>> blobs;
  program::ConstantData data;
};

/// y = clamp(zeroPoint + acc * multiplier >> shift) on i8.
/// In three stages, over all of int8.
std::unique_ptr<program::RequantT> stagedRequant(std::vector<int32_t> multipliers, uint8_t accumulatorShift,
                                                 uint8_t productShift, uint8_t outputShift, std::vector<int32_t> bias);
std::unique_ptr<program::RequantT> requant(std::vector<int32_t> multipliers, std::vector<uint8_t> shifts,
                                           int32_t zeroPoint = 0, int32_t min = -128, int32_t max = 127);

/// A step of a port, of so many values.
template <typename Parameters>
std::unique_ptr<program::HostStepT> hostStep(Parameters parameters, uint32_t operandCount = 1) {
  auto step = std::make_unique<program::HostStepT>();
  step->op.Set(std::move(parameters));
  step->operand_count = operandCount;
  return step;
}

program::TransposeT transpose(std::vector<int32_t> permutation);
program::ReshapeT reshape(Shape shape);
program::QuantizeT quantize(float scale, int32_t zeroPoint);
program::DequantizeT dequantize(std::vector<double> scales, int32_t axis, int32_t zeroPoint);

/// i8 "x" [2,3], transposed: the program gives "a" [3,2] and "b" [2,2], which the host makes real, the one in steps of
/// 1/2 and the other of 1/4, joins to [5,2] and transposes to "y" [2,5]; and "c", which is the program's whole "a" in
/// steps of 2.
NetworkBuilder joinedNetwork();

/// f32 NCHW "image" [1,2,6,6] -> transpose, quantize, conv, max pool, reshape,
/// linear -> i32, dequantize -> f32 "logits" [1,3].
NetworkBuilder smallNetwork();

} // namespace tare::test

#endif // TARE_TEST_UNIT_PROGRAM_NETWORKBUILDER_H
