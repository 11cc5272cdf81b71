//===- Target.cpp - Shipped targets and what can be asked of one ----------===//
#include "tare/Target/Target.h"

#include "tare/Diagnostics/Nearest.h"
#include "tare/Kernels/Registry.h"
#include "tare/Tensor/MappedFile.h"
#include "tare/Tensor/StandardStreams.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/ErrorHandling.h"
#include "llvm/Support/FileSystem.h"

namespace tare {

const ActivationFormat *Target::activation(ElementType type) const {
  auto it = llvm::find_if(activations, [&](const ActivationFormat &format) { return format.type == type; });
  return it == activations.end() ? nullptr : &*it;
}

llvm::StringRef nameOf(Requantizer requantizer) {
  switch (requantizer) {
  case Requantizer::multiply_shift:
    return "multiply_shift";
  case Requantizer::shift:
    return "shift";
  case Requantizer::three_stage:
    return "three_stage";
  }
  llvm_unreachable("not a requantizer");
}

llvm::StringRef nameOf(Tail tail) {
  switch (tail) {
  case Tail::i32:
    return "i32";
  case Tail::f32:
    return "f32";
  case Tail::activation:
    return "activation";
  }
  llvm_unreachable("not a tail");
}

const OperatorFormat *Target::findOp(llvm::StringRef op) const {
  auto it = llvm::find_if(operators, [&](const OperatorFormat &format) { return format.name == op; });
  return it == operators.end() ? nullptr : &*it;
}

bool Target::hasOp(llvm::StringRef op, ElementType type) const {
  const OperatorFormat *format = findOp(op);
  return format && (!activation(type) || llvm::is_contained(format->types, type));
}

bool Target::hasAllOps() const {
  return llvm::all_of(allOperatorNames(), [&](const std::string &name) {
    const OperatorFormat *format = findOp(name);
    return format && format->types.size() == activations.size();
  });
}

std::vector<std::string> allOperatorNames() {
  std::vector<std::string> names;
  for (program::Op kind : program::EnumValuesOp())
    if (const kernels::OpKernel *kernel = kernels::lookup(kind);
        kernel && kernel->facts.meaning != kernels::Meaning::host)
      names.emplace_back(kernel->name);
  return names;
}

llvm::ArrayRef<ShippedTarget> shippedTargets() {
  static const ShippedTarget targets[] = {
#include "ShippedTargets.inc"
  };
  return targets;
}

static std::vector<std::string> shippedNames() {
  std::vector<std::string> names;
  for (const ShippedTarget &shipped : shippedTargets())
    names.push_back(shipped.name.str());
  return names;
}

Result<Target> loadTarget(const std::string &nameOrFile) {
  for (const ShippedTarget &shipped : shippedTargets())
    if (shipped.name == nameOrFile)
      return parseTarget(shipped.yaml, nameOrFile + ".yaml");
  if (nameOrFile != standardInput && !llvm::sys::fs::exists(nameOrFile))
    return Error{"there is no target or file '" + nameOrFile + "'; the targets that come with tare are: " +
                 llvm::join(shippedNames(), ", ") + didYouMean(nameOrFile, shippedNames())};
  Result<std::shared_ptr<const MappedFile>> file = MappedFile::open(nameOrFile);
  if (!file)
    return file.error();
  std::span<const std::byte> bytes = (*file)->bytes();
  return parseTarget(llvm::StringRef(reinterpret_cast<const char *>(bytes.data()), bytes.size()), nameOrFile);
}

} // namespace tare
