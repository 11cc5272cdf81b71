//===- Model.cpp - A loaded program ---------------------------------------===//
#include "tare/Program/Model.h"

namespace tare::program {

TensorType typeOf(const TensorT &tensor) { return {tensor.type, tensor.shape}; }

Model::Model(std::string name, ProgramT program, std::span<const std::byte> constants,
             std::shared_ptr<const void> owner)
    : fileName(std::move(name)), contents(std::move(program)), constants(constants), owner(std::move(owner)) {
  types.reserve(contents.tensors.size());
  for (const auto &tensor : contents.tensors)
    types.push_back(typeOf(*tensor));
}

std::shared_ptr<const Model> Model::withProgram(ProgramT program) const {
  return std::make_shared<const Model>(fileName, std::move(program), constants, owner);
}

const void *Model::constant(uint32_t tensor) const {
  const TensorT &description = *contents.tensors[tensor];
  return description.constant ? constants.data() + description.data_offset : nullptr;
}

} // namespace tare::program
