//===- DerivedNames.cpp - Names of what passes add ------------------------===//
#include "tare/Dialect/Qnn/DerivedNames.h"

#include "tare/Dialect/Qnn/Names.h"
#include "llvm/ADT/StringSet.h"

using namespace mlir;

std::string tare::qnn::derivedName(Operation *op, const Twine &wanted) {
  const std::string first = wanted.str();
  llvm::StringSet<> taken;
  auto note = [&](Value value) {
    if (std::string name = valueName(value); StringRef(name).starts_with(first))
      taken.insert(name);
  };
  llvm::for_each(op->getBlock()->getArguments(), note);
  for (Operation &other : *op->getBlock())
    llvm::for_each(other.getResults(), note);
  std::string name = first;
  for (int64_t number = 2; taken.contains(name); ++number)
    name = first + ":" + std::to_string(number);
  return name;
}
