//===- HostPairs.cpp - The host's operators of two operands and more in C -===//
#include "HostNumbers.h"
#include "Walks.h"

#include <functional>
#include <map>

using namespace tare;
using namespace tare::csource;

namespace {

/// An operand of a pair.
struct Side {
  Place place;
  Shape shape;
};

/// Writes y = value(a, b) of two operands that broadcast to the result.
void writePair(HostWriter &host, std::string_view name, const Side &left, const Side &right, const std::string &value) {
  const TensorType &y = host.result();
  Walk walk = broadcastWalk({left.shape, right.shape}, y.shape);
  Walk::Row row = walk.takeRow();
  Parameters parameters{{"A", std::string(typeOf(left.place.element))},
                        {"B", std::string(typeOf(right.place.element))},
                        {"Y", std::string(typeOf(y.element))},
                        {"LEFT", row.steps[0] ? "i" : "0"},
                        {"RIGHT", row.steps[1] ? "i" : "0"},
                        {"VALUE(a, b)", value}};
  walk.addTo(parameters, host.unit());
  std::string kernel =
      host.unit().kernel("binary", fmt::format("{}_{}", name, EnumNameElementType(left.place.element)), parameters);
  host.layer.run(kernel, {{"rows", walk.value()}, member("length", row.length)},
                 {left.place, right.place, host.resultPlace()});
}

void writePair(HostWriter &host, std::string_view name, const std::string &value) {
  writePair(host, name, {host.place(0), host.shape(0)}, {host.place(1), host.shape(1)}, value);
}

std::string quotient(ElementType element) {
  if (isFloat(element))
    return "a / b";
  if (!isSigned(element))
    return fmt::format("({})(a / b)", typeOf(element));
  return fmt::format("b == -1 ? {} : ({})(a / b)", arithmetic(element, '-', "0", "a"), typeOf(element));
}

/// Integers: the remainder of truncating division, and of b's sign that of flooring division.
std::string remainder(const HostWriter &host) {
  ElementType element = host.element(0);
  bool truncates = host.attributes().integer("fmod", 0) != 0;
  if (!isSigned(element))
    return fmt::format("({})(a % b)", typeOf(element));
  std::string rest = "(b == -1 ? 0 : a % b)";
  if (truncates)
    return fmt::format("({}){}", typeOf(element), rest);
  return fmt::format("({0})({1} != 0 && ({1} < 0) != (b < 0) ? {1} + b : {1})", typeOf(element), rest);
}

/// Calls the kernel that tells of a divisor that is 0, where that is not known to be none.
void writeZeroCheck(HostWriter &host) {
  if (isFloat(host.element(1)))
    return;
  std::string type(typeOf(host.element(1)));
  std::string kernel = host.unit().kernel("has_zero", "has_zero_" + type, {{"T", type}});
  host.layer.call(kernel, number(host.type(1).count()), {host.place(1)}, /*mayFail=*/true);
}

Status lowerDiv(HostWriter &host) {
  writeZeroCheck(host);
  writePair(host, "div", quotient(host.element(0)));
  return success();
}

Status lowerMod(HostWriter &host) {
  if (isFloat(host.element(0)) && host.attributes().integer("fmod", 0) == 0)
    return hostRefusal(host, "of real numbers without fmod");
  writeZeroCheck(host);
  bool isReal = isFloat(host.element(0));
  // fmod of float is exact in double.
  writePair(host, "mod", isReal ? "(float)fmod((double)a, (double)b)" : remainder(host));
  return success();
}

Status lowerPow(HostWriter &host) {
  ElementType base = host.element(0), exponent = host.element(1);
  if (!isFloat(base) && !isFloat(exponent)) {
    std::string type(typeOf(base));
    std::string kernel =
        host.unit().kernel("integer_power", "power_" + type, {{"T", type}, {"SIGNED", isSigned(base) ? "1" : "0"}});
    writePair(host, "pow", fmt::format("{}(a, (int64_t)b)", kernel));
    return success();
  }
  writePair(host, "pow", elementOf(host.unit(), base, "pow((double)a, (double)b)"));
  return success();
}

/// The first operand repeated, then f(f(a, b), c) and so on.
void writeFold(HostWriter &host, std::string_view name, const std::string &value) {
  Side sum{host.resultPlace(), host.result().shape};
  if (host.operandCount() == 1)
    return writePair(host, "repeat", {host.place(0), host.shape(0)}, {host.place(0), host.shape(0)}, "a");
  writePair(host, name, value);
  for (size_t i = 2; i != host.operandCount(); ++i)
    writePair(host, name, sum, {host.place(i), host.shape(i)}, value);
}

Status lowerMean(HostWriter &host) {
  writeFold(host, "add", "a + b");
  std::string kernel = host.unit().kernel(
      "unary", "divide",
      {{"X", "float"}, {"Y", "float"}, {"VALUE(x)", fmt::format("x / {}", number(float(host.operandCount())))}});
  host.layer.call(kernel, number(host.result().count()), {host.resultPlace(), host.resultPlace()});
  return success();
}

Status lowerWhere(HostWriter &host) {
  const TensorType &y = host.result();
  Walk walk = broadcastWalk({host.shape(0), host.shape(1), host.shape(2)}, y.shape);
  Walk::Row row = walk.takeRow();
  auto index = [&](size_t operand) { return row.steps[operand] ? "i" : "0"; };
  Parameters parameters{
      {"T", std::string(typeOf(y.element))}, {"CONDITION", index(0)}, {"LEFT", index(1)}, {"RIGHT", index(2)}};
  walk.addTo(parameters, host.unit());
  std::string kernel = host.unit().kernel("where", kernelName("where", y.element), parameters);
  host.layer.run(kernel, {{"rows", walk.value()}, member("length", row.length)},
                 {host.place(0), host.place(1), host.place(2), host.resultPlace()});
  return success();
}

using Lowering = std::function<Status(HostWriter &)>;

/// A lowering by the text of the value, which depends on the type of the first operand.
template <typename Text> Lowering pairOf(const char *name, Text text) {
  return [name, text](HostWriter &host) -> Status {
    writePair(host, name, text(host.element(0)));
    return success();
  };
}

Lowering comparison(const char *name, const char *text) {
  return pairOf(name, [text](ElementType) { return std::string(text); });
}

template <typename Text> Lowering foldOf(const char *name, Text text) {
  return [name, text](HostWriter &host) -> Status {
    writeFold(host, name, text(host.element(0)));
    return success();
  };
}

const std::map<std::string, Lowering, std::less<>> &lowerings() {
  static const std::map<std::string, Lowering, std::less<>> all = {
      {"Add", pairOf("add", [](ElementType x) { return arithmetic(x, '+', "a", "b"); })},
      {"Sub", pairOf("sub", [](ElementType x) { return arithmetic(x, '-', "a", "b"); })},
      {"Mul", pairOf("mul", [](ElementType x) { return arithmetic(x, '*', "a", "b"); })},
      {"Div", lowerDiv},
      {"Mod", lowerMod},
      {"Pow", lowerPow},
      {"PRelu",
       pairOf("prelu", [](ElementType x) { return fmt::format("a < 0 ? {} : a", arithmetic(x, '*', "a", "b")); })},
      {"BitwiseAnd", pairOf("bitwise_and", [](ElementType x) { return fmt::format("({})(a & b)", typeOf(x)); })},
      {"BitwiseOr", pairOf("bitwise_or", [](ElementType x) { return fmt::format("({})(a | b)", typeOf(x)); })},
      {"BitwiseXor", pairOf("bitwise_xor", [](ElementType x) { return fmt::format("({})(a ^ b)", typeOf(x)); })},
      {"Equal", comparison("equal", "a == b")},
      {"Greater", comparison("greater", "a > b")},
      {"GreaterOrEqual", comparison("greater_or_equal", "a >= b")},
      {"Less", comparison("less", "a < b")},
      {"LessOrEqual", comparison("less_or_equal", "a <= b")},
      {"And", comparison("and", "a && b")},
      {"Or", comparison("or", "a || b")},
      {"Xor", comparison("xor", "a != b")},
      {"Max",
       foldOf("max", [](ElementType x) { return isFloat(x) ? greaterOf("a", "b") : std::string("a > b ? a : b"); })},
      {"Min",
       foldOf("min", [](ElementType x) { return isFloat(x) ? lesserOf("a", "b") : std::string("a < b ? a : b"); })},
      {"Sum", foldOf("add", [](ElementType x) { return arithmetic(x, '+', "a", "b"); })},
      {"Mean", lowerMean},
      {"Where", lowerWhere},
  };
  return all;
}

/// Before opset 7 the second operand broadcasts as attributes say.
bool broadcastsAsOld(const HostWriter &host) {
  return host.opset() < 7 && host.operandCount() > 1 && host.has(1) && host.shape(0) != host.shape(1);
}

} // namespace

std::optional<Status> csource::lowerHostPairs(HostWriter &host) {
  auto found = lowerings().find(host.node().op);
  if (found == lowerings().end() || broadcastsAsOld(host))
    return std::nullopt;
  return found->second(host);
}
