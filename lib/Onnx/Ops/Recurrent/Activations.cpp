//===- Activations.cpp - Functions of gates -------------------------------===//
#include "Activations.h"

using namespace tare;
using namespace tare::onnx;
using host::Activation;

namespace {

using Write = mlir::Value (*)(Node &, const std::string &, mlir::Value, const Activation &);

template <typename Op> mlir::Value plain(Node &node, const std::string &name, mlir::Value x, const Activation &) {
  return node.createPart<Op>(name, x);
}

template <typename Op>
mlir::Value withAlpha(Node &node, const std::string &name, mlir::Value x, const Activation &activation) {
  return node.createPart<Op>(name, x, node.builder().getF64FloatAttr(activation.alpha));
}

mlir::Value hardSigmoid(Node &node, const std::string &name, mlir::Value x, const Activation &activation) {
  mlir::OpBuilder &builder = node.builder();
  return node.createPart<qnn::HardSigmoidOp>(name, x, builder.getF64FloatAttr(activation.alpha),
                                             builder.getF64FloatAttr(activation.beta));
}

/// factor * x, which x is where the factor is 1.
mlir::Value scaled(Node &node, const std::string &name, mlir::Value x, double factor) {
  if (factor == 1)
    return x;
  return node.createPart<qnn::MulOp>(name, x, node.scalarConstant(name + "_factor", factor), nullptr);
}

mlir::Value affine(Node &node, const std::string &name, mlir::Value x, const Activation &activation) {
  mlir::Value product = scaled(node, name + "_scaled", x, activation.alpha);
  return node.createPart<qnn::AddOp>(name, product, node.scalarConstant(name + "_offset", activation.beta), nullptr);
}

mlir::Value scaledTanh(Node &node, const std::string &name, mlir::Value x, const Activation &activation) {
  mlir::Value tanh = node.createPart<qnn::TanhOp>(name, scaled(node, name + "_scaled", x, activation.beta));
  return scaled(node, name + "_stretched", tanh, activation.alpha);
}

struct Writer {
  std::string_view name;
  Write write;
};

constexpr Writer writers[] = {
    {"Relu", plain<qnn::ReluOp>},
    {"Tanh", plain<qnn::TanhOp>},
    {"Sigmoid", plain<qnn::SigmoidOp>},
    {"Affine", affine},
    {"LeakyRelu", withAlpha<qnn::LeakyReluOp>},
    {"ThresholdedRelu", withAlpha<qnn::ThresholdedReluOp>},
    {"ScaledTanh", scaledTanh},
    {"HardSigmoid", hardSigmoid},
    {"Elu", withAlpha<qnn::EluOp>},
    {"Softsign", plain<qnn::SoftsignOp>},
    {"Softplus", plain<qnn::SoftplusOp>},
};

} // namespace

mlir::Value recurrent::activate(Node &node, const std::string &name, mlir::Value x, const Activation &activation) {
  for (const Writer &each : writers)
    if (each.name == activation.name)
      return each.write(node, name, x, activation);
  (void)node.error("has the activation '" + llvm::StringRef(activation.name) + "', which is computed in float alone");
  return nullptr;
}
