//===- ActivationChoice.cpp - The activation type of a conversion ---------===//
#include "Quantize/ActivationChoice.h"

using namespace mlir;
using namespace tare;

const ActivationFormat *tare::activationFormat(Operation *op, const Target &target, StringRef wanted) {
  if (wanted.empty())
    return &target.activations.front();
  if (wanted != "i8" && wanted != "i16") {
    op->emitError() << "activations must be i8 or i16, found '" << wanted << "'";
    return nullptr;
  }
  const ActivationFormat *format = target.activation(wanted == "i16" ? ElementType::i16 : ElementType::i8);
  if (!format)
    op->emitError() << "target '" << target.name << "' has no " << wanted << " activations";
  return format;
}
