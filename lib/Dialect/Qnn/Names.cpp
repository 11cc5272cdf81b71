//===- Names.cpp - The user's names of layers and values ------------------===//
#include "tare/Dialect/Qnn/Names.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "tare/Dialect/Qnn/QnnDialect.h"

using namespace mlir;

/// The first named location within `loc`; drivers may wrap locations into fused ones.
static NameLoc findName(Location loc) {
  if (auto name = dyn_cast<NameLoc>(loc))
    return name;
  if (auto fused = dyn_cast<FusedLoc>(loc))
    for (Location part : fused.getLocations())
      if (NameLoc name = findName(part))
        return name;
  if (auto call = dyn_cast<CallSiteLoc>(loc))
    return findName(call.getCallee());
  return nullptr;
}

Location tare::qnn::nameLoc(MLIRContext *context, StringRef layer, StringRef value) {
  return NameLoc::get(StringAttr::get(context, layer), NameLoc::get(StringAttr::get(context, value)));
}

/// "qnn.conv@12:7": hand-written IR has a place in its file, but no names.
static std::string placeName(Operation *op) {
  std::string name = op->getName().getStringRef().str();
  if (auto place = op->getLoc()->findInstanceOf<FileLineColLoc>())
    name += "@" + std::to_string(place.getLine()) + ":" + std::to_string(place.getColumn());
  return name;
}

std::string tare::qnn::layerName(Operation *op) {
  if (NameLoc name = findName(op->getLoc()))
    return name.getName().str();
  return placeName(op);
}

/// Of an op with several results: loc("layer"(fused["first", "second"])).
static std::string nameOfOneOf(OpResult result, NameLoc name) {
  auto all = dyn_cast<FusedLoc>(name.getChildLoc());
  unsigned number = result.getResultNumber();
  if (all && number < all.getLocations().size())
    if (NameLoc own = findName(all.getLocations()[number]))
      return own.getName().str();
  return name.getName().str() + ":" + std::to_string(number);
}

std::string tare::qnn::valueName(Value value) {
  if (auto argument = dyn_cast<BlockArgument>(value)) {
    auto function = dyn_cast<FunctionOpInterface>(argument.getOwner()->getParentOp());
    if (function)
      if (auto name = function.getArgAttrOfType<StringAttr>(argument.getArgNumber(), portNameAttrName))
        return name.str();
    return "arg" + std::to_string(argument.getArgNumber());
  }
  Operation *op = value.getDefiningOp();
  if (NameLoc name = findName(op->getLoc())) {
    if (op->getNumResults() > 1)
      return nameOfOneOf(cast<OpResult>(value), name);
    if (NameLoc inner = findName(name.getChildLoc()))
      return inner.getName().str();
    return name.getName().str();
  }
  return placeName(op);
}

Location tare::qnn::withValueName(Location loc, StringRef value) {
  NameLoc name = findName(loc);
  return nameLoc(loc.getContext(), name ? name.getName().getValue() : value, value);
}

Location tare::qnn::fusedLoc(Operation *producer, Operation *last) {
  return nameLoc(producer->getContext(), layerName(producer), valueName(last->getResult(0)));
}
