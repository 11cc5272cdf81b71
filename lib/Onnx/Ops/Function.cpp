//===- Function.cpp - y = f(x), element by element ------------------------===//
#include "Border/Quantization.h"
#include "Composite.h"
#include "ConstantData.h"

#include <fmt/format.h>
#include <limits>

using namespace tare;
using namespace tare::onnx;
using mlir::failure;
using mlir::LogicalResult;

namespace {

/// A function of its record alone; attributes that the node leaves out have ONNX's defaults.
template <typename Op> LogicalResult importFunction(Node &node) {
  llvm::SmallVector<mlir::NamedAttribute> parameters;
  for (llvm::StringRef name : Op::parameterNames())
    if (node.hasAttribute(name))
      parameters.push_back(
          node.builder().getNamedAttr(name, node.builder().getF64FloatAttr(node.floatAttribute(name, 0))));
  mlir::Value input = node.operand(0);
  return input ? node.give(node.create<Op>(mlir::ValueRange(input), llvm::ArrayRef(parameters))) : failure();
}

template <typename Op> void registerRecord(OpTable &table) {
  if constexpr (requires { Op::onnxName(); })
    if (!Op::onnxName().empty())
      table.addImport(Op::onnxName(), importFunction<Op>);
}

template <typename... Ops> void registerRecords(OpTable &table) { (registerRecord<Ops>(table), ...); }

/// Limits are attributes before opset 11, operands since.
LogicalResult importClip(Node &node) {
  double infinity = std::numeric_limits<double>::infinity();
  double lower = -infinity, upper = infinity;
  if (node.opset() < 11) {
    lower = node.floatAttribute("min", lower);
    upper = node.floatAttribute("max", upper);
  } else {
    lower = node.requireScalar(1, "the lower limit", lower);
    upper = node.requireScalar(2, "the upper limit", upper);
  }
  // Written so that NaN is refused, too.
  if (!(lower <= upper))
    return node.error(fmt::format("found limits {} and {}, expected the lower "
                                  "one first",
                                  lower, upper));
  if (node.integerGrid(0))
    if (mlir::Value limited = limitBeforeRounding(node, lower, upper))
      return node.give(limited);
  auto interval = qnn::ClampAttr::get(node.builder().getContext(), lower, upper);
  auto clip = [&](mlir::Value input) { return node.create<qnn::ClipOp>(input, interval); };
  return node.integerGrid(0) ? computeOnIntegers(node, clip) : node.give(clip(node.operand(0)));
}

LogicalResult importRelu(Node &node) {
  auto relu = [&](mlir::Value input) { return node.create<qnn::ReluOp>(input); };
  return node.integerGrid(0) ? computeOnIntegers(node, relu) : node.give(relu(node.operand(0)));
}

/// The one number that a constant holds throughout, where it does not add axes to `input` nor repeat it.
std::optional<double> uniformNumber(const Tensor &constant, llvm::ArrayRef<int64_t> input) {
  Shape shape(input.begin(), input.end());
  std::vector<double> values = toDoubles(constant);
  if (values.empty() || !llvm::all_equal(values) || broadcastShapes(constant.shape(), shape) != shape)
    return std::nullopt;
  return values.front();
}

LogicalResult importPow(Node &node) {
  mlir::Value base = node.operand(0);
  const Tensor *exponent = node.requireKnown(1, "the exponent");
  if (!base || !exponent)
    return failure();
  std::optional<double> number = uniformNumber(*exponent, dims(base));
  if (!number)
    return node.error("the exponent has the shape " + toString(exponent->shape()) + ", expected one number");
  return node.give(node.create<qnn::PowOp>(base, node.builder().getF64FloatAttr(*number)));
}

/// The greater of two is b + max(a - b, 0), the less a - max(a - b, 0); of several one after the other.
template <bool isMax> LogicalResult importGreaterOf(Node &node) {
  mlir::Value result = node.operand(0);
  for (unsigned i = 1; i < node.numOperands() && !node.failed(); ++i) {
    std::string number = i > 1 ? std::to_string(i) : "";
    mlir::Value next = node.operand(i);
    mlir::Value difference = node.createStep<qnn::SubOp>("difference" + number, result, next, nullptr);
    mlir::Value above = node.createStep<qnn::ReluOp>("above" + number, difference);
    bool isLast = i + 1 == node.numOperands();
    std::string name = isLast ? node.resultName(0).str() : node.derivedName("chosen" + number);
    result = isMax ? node.createNamed<qnn::AddOp>(name, next, above, nullptr)
                   : node.createNamed<qnn::SubOp>(name, result, above, nullptr);
  }
  return node.failed() ? failure() : node.give(result);
}

/// Max and Min of one computed value and constants of one number each: a Clip with one limit.
template <bool isMax> LogicalResult importLimit(Node &node) {
  std::optional<unsigned> computed;
  for (unsigned i = 0; i < node.numOperands(); ++i)
    if (!node.known(i)) {
      if (computed)
        return importGreaterOf<isMax>(node);
      computed = i;
    }
  mlir::Value input = computed ? node.operand(*computed) : nullptr;
  if (!input)
    return node.error("has no computed operand");
  double infinity = std::numeric_limits<double>::infinity(), limit = isMax ? -infinity : infinity;
  for (unsigned i = 0; i < node.numOperands(); ++i) {
    if (i == *computed)
      continue;
    std::optional<double> number = uniformNumber(*node.known(i), dims(input));
    if (!number || std::isnan(*number))
      return importGreaterOf<isMax>(node);
    limit = isMax ? std::max(limit, *number) : std::min(limit, *number);
  }
  auto interval = isMax ? qnn::ClampAttr::get(input.getContext(), limit, infinity)
                        : qnn::ClampAttr::get(input.getContext(), -infinity, limit);
  return node.give(node.create<qnn::ClipOp>(input, interval));
}

/// Exact by default; by the tanh where the attribute says so.
LogicalResult importGelu(Node &node) {
  std::string approximate = node.stringAttribute("approximate", "none");
  if (approximate == "none")
    return node.give(node.create<qnn::GeluOp>(node.operand(0)));
  if (approximate == "tanh")
    return node.give(node.create<qnn::GeluTanhOp>(node.operand(0)));
  return node.error("attribute 'approximate' is '" + approximate + "', expected none or tanh");
}

/// The slope broadcasts to the input; one number for all or one per channel of
/// axis 1 is what the op has.
LogicalResult importPRelu(Node &node) {
  mlir::Value input = node.operand(0);
  const Tensor *slope = node.requireKnown(1, "the slope");
  if (!input || !slope)
    return failure();
  std::vector<double> values = toDoubles(*slope);
  if (std::optional<std::string> problem = findNonFinite(*slope))
    return node.error("the slope " + *problem);
  size_t rank = dims(input).size();
  Shape shape = slope->shape();
  if (shape.size() < rank)
    shape.insert(shape.begin(), rank - shape.size(), 1);
  bool perChannel =
      shape.size() == rank && rank > 1 && shape[1] == dims(input)[1] && int64_t(values.size()) == shape[1];
  bool uniform = !values.empty() && llvm::all_equal(values);
  if (!perChannel && !uniform)
    return node.error("found a slope of shape " + toString(slope->shape()) +
                      ", expected one number, or one per channel of axis 1");
  if (uniform)
    values.resize(1);
  return node.give(node.create<qnn::PReluOp>(input, llvm::ArrayRef<double>(values)));
}

/// sigmoid(alpha x) of operand 0.
std::string sigmoidOf(Composite &composite, double alpha) {
  std::string scaled = composite.input(0);
  if (alpha != 1)
    scaled = composite.step("scaled", "Mul", {scaled, composite.scalar("alpha", alpha)});
  return composite.step("sigmoid", "Sigmoid", {scaled});
}

/// x sigmoid(alpha x): com.microsoft's QuickGelu, and Swish of ONNX since opset 24, whose alpha is 1 by default.
LogicalResult swish(Node &node, double alpha) {
  Composite composite(node);
  return composite.finish("Mul", {composite.input(0), sigmoidOf(composite, alpha)});
}

/// The swish of one operand times the other.
LogicalResult importSwiGlu(Node &node) {
  Composite composite(node);
  std::string gate =
      composite.step("swish", "Mul", {composite.input(0), sigmoidOf(composite, node.floatAttribute("alpha", 1))});
  return composite.finish("Mul", {gate, composite.input(1)});
}

/// A bias, where there is one, is added first.
template <typename Op> LogicalResult importBiasedGelu(Node &node) {
  mlir::Value x = node.operand(0);
  if (node.hasOperand(1))
    x = node.createIntermediate<qnn::AddOp>("sum", x, node.operand(1), nullptr);
  return node.give(node.create<Op>(x));
}

LogicalResult importQuickGelu(Node &node) { return swish(node, node.floatAttribute("alpha", 1.702)); }
LogicalResult importSwish(Node &node) { return swish(node, node.floatAttribute("alpha", 1)); }

/// The experimental operators of the first operator sets: alpha x + beta; alpha f(beta x).
LogicalResult importAffine(Node &node) {
  Composite composite(node);
  std::string alpha = composite.scalar("alpha", node.floatAttribute("alpha", 1));
  std::string scaled = composite.step("scaled", "Mul", {composite.input(0), alpha});
  return composite.finish("Add", {scaled, composite.scalar("beta", node.floatAttribute("beta", 0))});
}

LogicalResult importScaled(Node &node) {
  Composite composite(node);
  std::string beta = composite.scalar("beta", node.floatAttribute("beta", 1));
  std::string scaled = composite.step("scaled", "Mul", {composite.input(0), beta});
  std::string bent = composite.step("function", node.opType() == "ScaledTanh" ? "Tanh" : "Softplus", {scaled});
  return composite.finish("Mul", {bent, composite.scalar("alpha", node.floatAttribute("alpha", 1))});
}

LogicalResult importIdentity(Node &node) { return node.forward(); }

/// In inference it passes its operand on. Training is an operand since opset 12.
LogicalResult importDropout(Node &node) {
  if (node.opset() >= 12 && node.requireScalar(2, "operand training_mode", 0) != 0)
    return node.error("training_mode must be false; export the model for "
                      "inference");
  if (node.isUsed(1))
    return node.error("its mask '" + node.resultName(1) + "' is used; export the model for inference");
  return node.failed() ? failure() : node.forward();
}

} // namespace

void tare::onnx::registerFunction(OpTable &table) {
  registerRecords<
#define GET_OP_LIST
#include "tare/Dialect/Qnn/QnnOpList.inc"
      >(table);
  table.addImport("Identity", importIdentity);
  table.addImport("Dropout", importDropout);
  table.addFold("Dropout", importDropout);
  table.addImport("Relu", importRelu);
  table.addImport("Gelu", importGelu);
  table.addImport("Clip", importClip);
  table.addImport("Pow", importPow);
  table.addImport("Max", importLimit<true>);
  table.addImport("Min", importLimit<false>);
  table.addImport("PRelu", importPRelu);
  table.addImport("Affine", importAffine);
  table.addImport("ParametricSoftplus", importScaled);
  table.addImport("ScaledTanh", importScaled);
  table.addImport("Swish", importSwish);
  table.addImport("SwiGLU", importSwiGlu);
  table.addImport("com.microsoft.Gelu", importBiasedGelu<qnn::GeluOp>);
  table.addImport("com.microsoft.BiasGelu", importBiasedGelu<qnn::GeluOp>);
  table.addImport("com.microsoft.FastGelu", importBiasedGelu<qnn::GeluTanhOp>);
  table.addImport("com.microsoft.QuickGelu", importQuickGelu);
}
