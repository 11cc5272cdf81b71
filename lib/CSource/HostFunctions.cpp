//===- HostFunctions.cpp - The host's functions of one number in C --------===//
#include "HostWriter.h"

#include <map>

using namespace tare;
using namespace tare::csource;

namespace {

/// An attribute that a function reads, with its default.
struct ReadConstant {
  const char *parameter, *attribute;
  double fallback;
};

/// A function in double: of math.h, or a kernel with so many constants.
struct Function {
  const char *name;
  bool isKernel = false;
  std::vector<ReadConstant> constants = {};
};

const Function *functionOf(const HostWriter &host) {
  // The defaults are those of float32, which ONNX's attributes are.
  static const std::map<std::string, Function, std::less<>> functions = {
      {"Acos", {"acos"}},
      {"Acosh", {"acosh"}},
      {"Asin", {"asin"}},
      {"Asinh", {"asinh"}},
      {"Atan", {"atan"}},
      {"Atanh", {"atanh"}},
      {"Ceil", {"ceil"}},
      {"Celu", {"celu", true, {{"ALPHA", "alpha", 1}}}},
      {"Cos", {"cos"}},
      {"Cosh", {"cosh"}},
      {"Elu", {"elu", true, {{"ALPHA", "alpha", 1}}}},
      {"Erf", {"erf"}},
      {"Exp", {"exp"}},
      {"Floor", {"floor"}},
      {"HardSigmoid", {"hard_sigmoid", true, {{"ALPHA", "alpha", 0.2f}, {"BETA", "beta", 0.5f}}}},
      {"HardSwish", {"hard_swish", true}},
      {"LeakyRelu", {"leaky_relu", true, {{"ALPHA", "alpha", 0.01f}}}},
      {"Log", {"log"}},
      {"Mish", {"mish", true}},
      {"Reciprocal", {"recip", true}},
      {"Round", {"nearbyint"}},
      {"Selu", {"selu", true, {{"ALPHA", "alpha", 1.67326319f}, {"GAMMA", "gamma", 1.05070102f}}}},
      {"Sigmoid", {"sigmoid", true}},
      {"Sin", {"sin"}},
      {"Sinh", {"sinh"}},
      {"Softplus", {"softplus", true}},
      {"Softsign", {"softsign", true}},
      {"Sqrt", {"sqrt"}},
      {"Swish", {"swish", true, {{"ALPHA", "alpha", 1}}}},
      {"Tan", {"tan"}},
      {"Tanh", {"tanh"}},
      {"ThresholdedRelu", {"thresholded_relu", true, {{"ALPHA", "alpha", 1}}}},
      {"com.microsoft.QuickGelu", {"swish", true, {{"ALPHA", "alpha", 1.702f}}}},
  };
  static const Function gelu{"gelu", true}, geluByTanh{"gelu_tanh", true};
  if (host.node().op == "Gelu" || (host.node().op == "com.microsoft.Gelu" && host.operandCount() == 1))
    return host.attributes().text("approximate", "none") == "tanh" ? &geluByTanh : &gelu;
  auto found = functions.find(host.node().op);
  // Before opset 6 the defaults were other ones.
  bool isOld = host.node().op == "Selu" && host.opset() < 6;
  return found == functions.end() || isOld ? nullptr : &found->second;
}

} // namespace

std::optional<Status> csource::lowerHostFunctions(HostWriter &host) {
  const Function *function = functionOf(host);
  if (!function || !isFloat(host.element(0)))
    return std::nullopt;
  Unit &unit = host.unit();
  std::string name = function->name;
  if (function->isKernel) {
    Parameters parameters;
    for (const auto &[parameter, attribute, fallback] : function->constants)
      parameters[parameter] = fmt::format("({})", number(host.attributes().number(attribute, fallback)));
    if (name == "mish")
      parameters["SOFTPLUS"] = unit.kernel("softplus", "softplus");
    name = unit.kernel(name, name, parameters);
  }
  std::string kernel =
      unit.kernel("unary", "map_" + name,
                  {{"X", "float"}, {"Y", "float"}, {"VALUE(x)", fmt::format("(float){}((double)x)", name)}});
  host.layer.call(kernel, number(host.result().count()), {host.place(0), host.resultPlace()});
  return success();
}
