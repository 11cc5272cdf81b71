//===- HalfValues.cpp - What a model has in float16 -----------------------===//
#include "tare/Dialect/Qnn/HalfValues.h"

using namespace mlir;

bool tare::qnn::isHalfValues(Attribute attribute) {
  auto names = dyn_cast<ArrayAttr>(attribute);
  return names && llvm::all_of(names, llvm::IsaPred<StringAttr>);
}
