//===- ConvFast.cpp - Convolution -----------------------------------------===//
#include "../Prepare.h"
#include "ConvEngine.h"
#include "DepthwiseFast.h"

namespace tare::kernels {
namespace {

class ConvKernel : public FastKernel {
public:
  explicit ConvKernel(const ConvTask &task) : engine(task, vectorSet()) {}
  size_t scratchBytes() const override { return engine.scratchBytes(); }
  bool divides() const override { return true; }
  void run(std::span<const ConstTensorView> operands, const TensorView &result, std::byte *scratch,
           Share share) const override {
    engine.run(operands[0].as<std::byte>(), result.as<std::byte>(), scratch, share);
  }

private:
  ConvEngine engine;
};

} // namespace

std::unique_ptr<FastKernel> prepareConv(const program::OpUnion &op, std::span<const Operand> operands,
                                        const TensorType &result) {
  const auto &conv = parameters<program::ConvT>(op);
  const Shape &weights = operands[1].type.shape;
  if (!operands[1].constant || !operands[2].constant)
    return nullptr;
  ElementType element = operands[0].type.element;
  std::span<const int64_t> bias(static_cast<const int64_t *>(operands[2].constant), weights[0]);
  if (element == ElementType::i16 && !wideSumsAreExact(bias, elementCount(weights) / weights[0]))
    return nullptr;
  if (auto depthwise = prepareDepthwise(conv, operands, result))
    return depthwise;
  ConvGeometry geometry = convGeometry(conv, operands[0].type.shape, weights);
  const auto &[h, w] = geometry.window;
  Placement placement = {0, h.output * w.output * weights[0], w.output * weights[0], weights[0]};
  return std::make_unique<ConvKernel>(ConvTask{geometry, placement, element, conv.input_zero_point, conv.requant.get(),
                                               static_cast<const int8_t *>(operands[1].constant),
                                               operands[2].constant});
}

} // namespace tare::kernels
