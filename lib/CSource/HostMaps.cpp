//===- HostMaps.cpp - The host's operators of one operand in C ------------===//
#include "HostNumbers.h"

#include <functional>
#include <map>

using namespace tare;
using namespace tare::csource;

namespace {

/// Writes y = value(x).
void writeMap(HostWriter &host, std::string_view name, const std::string &value) {
  ElementType x = host.element(0), y = host.result().element;
  std::string kernel =
      host.unit().kernel("unary", fmt::format("{}_{}", name, EnumNameElementType(x)),
                         {{"X", std::string(typeOf(x))}, {"Y", std::string(typeOf(y))}, {"VALUE(x)", value}});
  host.layer.call(kernel, number(host.result().count()), {host.place(0), host.resultPlace()});
}

std::string absolute(ElementType element) {
  if (isFloat(element))
    return "(float)fabs((double)x)";
  return isSigned(element) ? fmt::format("x < 0 ? {} : x", arithmetic(element, '-', "0", "x")) : "x";
}

std::string negated(ElementType element) { return isFloat(element) ? "-x" : arithmetic(element, '-', "0", "x"); }

std::string signOf(ElementType element) {
  return isFloat(element) || isSigned(element) ? "x > 0 ? 1 : x < 0 ? -1 : x" : "x > 0 ? 1 : 0";
}

std::string infinite(const HostWriter &host) {
  bool positive = host.attributes().integer("detect_positive", 1),
       negative = host.attributes().integer("detect_negative", 1);
  return fmt::format("isinf(x) && (x > 0 ? {} : {})", int(positive), int(negative));
}

Status lowerShrink(HostWriter &host) {
  auto attribute = [&](const char *name, double fallback) {
    return fmt::format("({})", number(host.attributes().number(name, fallback)));
  };
  std::string function =
      host.unit().kernel("shrink", "shrink", {{"LAMBDA", attribute("lambd", 0.5)}, {"BIAS", attribute("bias", 0)}});
  writeMap(host, "shrink", elementOf(host.unit(), host.element(0), function + "((double)x)"));
  return success();
}

/// A bound that is known, as a constant of C; empty where there is none.
Result<std::string> boundOf(const HostWriter &host, size_t operand, const char *attribute, float limit) {
  if (host.opset() < 11) {
    if (host.opset() < 6 && !host.attributes().has(attribute))
      return std::string();
    return number(float(host.attributes().number(attribute, limit)));
  }
  if (!host.has(operand))
    return std::string();
  Tensor bound = host.known(operand);
  if (!bound)
    return hostRefusal(host, "with a bound that is computed");
  return element(bound.view(), 0);
}

Status lowerClip(HostWriter &host) {
  constexpr float most = std::numeric_limits<float>::max();
  Result<std::string> low = boundOf(host, 1, "min", -most), high = boundOf(host, 2, "max", most);
  if (!low || !high)
    return low ? high.error() : low.error();
  std::string value = low->empty() ? "x" : fmt::format("(x < {0} ? {0} : x)", *low);
  if (!high->empty())
    value = fmt::format("{0} < {1} ? {0} : {1}", *high, value);
  writeMap(host, "clip", value);
  return success();
}

Status lowerCast(HostWriter &host) {
  // By ONNX's numbers. What has fewer bits is held in float32 or int8, and rounded.
  constexpr int64_t float32 = 1, float16 = 10, float64 = 11, lastWhole = 16;
  bool isHalf = host.attributes().text("to", "") == "FLOAT16"; // As the first operator sets name it.
  int64_t to = host.attributes().integer("to", isHalf ? float16 : float32);
  bool isRounded = isFloat(host.result().element) && to != float32 && to != float64, isNarrow = to > lastWhole;
  if (isRounded || isNarrow)
    return hostRefusal(host, "to a format of fewer bits");
  writeMap(host, fmt::format("cast_{}", EnumNameElementType(host.result().element)),
           converted(host.unit(), host.element(0), host.result().element, "x"));
  return success();
}

using Lowering = std::function<Status(HostWriter &)>;

/// A lowering by the text of the value, which depends on the type of the operand.
template <typename Text> Lowering mapOf(const char *name, Text text) {
  return [name, text](HostWriter &host) -> Status {
    writeMap(host, name, text(host.element(0)));
    return success();
  };
}

const std::map<std::string, Lowering, std::less<>> &lowerings() {
  static const std::map<std::string, Lowering, std::less<>> all = {
      {"Abs", mapOf("abs", absolute)},
      {"Neg", mapOf("neg", negated)},
      {"Relu", mapOf("relu", [](ElementType x) { return isFloat(x) || isSigned(x) ? "x < 0 ? 0 : x" : "x"; })},
      {"Sign", mapOf("sign", signOf)},
      {"Not", mapOf("not", [](ElementType) { return "!x"; })},
      {"BitwiseNot", mapOf("bitwise_not", [](ElementType x) { return fmt::format("({})~x", typeOf(x)); })},
      {"IsNaN", mapOf("is_nan", [](ElementType) { return "isnan(x) != 0"; })},
      {"IsInf", [](HostWriter &host) { return writeMap(host, "is_inf", infinite(host)), success(); }},
      {"Shrink", lowerShrink},
      {"Clip", lowerClip},
      {"Cast", lowerCast},
  };
  return all;
}

} // namespace

std::optional<Status> csource::lowerHostMaps(HostWriter &host) {
  auto found = lowerings().find(host.node().op);
  return found == lowerings().end() ? std::nullopt : std::optional(found->second(host));
}
