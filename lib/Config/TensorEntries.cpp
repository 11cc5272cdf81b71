//===- TensorEntries.cpp - One tensor of overrides or encodings -----------===//
#include "TensorEntries.h"
#include "tare/Diagnostics/Nearest.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

#include <cmath>
#include <nlohmann/json.hpp>

using namespace tare;
using namespace tare::config;
using nlohmann::json;

namespace {

/// What all kinds come down to: one grid, or one for each channel.
struct Grids {
  std::optional<unsigned> bits;
  std::optional<bool> symmetric;
  bool isFloat = false;
  std::vector<double> scales;
  /// Of integers with a sign.
  std::vector<int64_t> zeros;
  std::optional<double> least, greatest;
};

/// The keys that a kind has; those that say nothing here among them.
const std::vector<std::string> &keysOf(TensorKind kind) {
  static const std::vector<std::string> overrides{"quant_type", "scale",     "zero_point",   "rmin",
                                                  "rmax",       "symmetric", "reduce_range", "axis"},
      first{"name",   "bitwidth", "bw",           "scale",    "offset",    "min",        "max",         "dtype",
            "is_sym", "axis",     "is_symmetric", "enc_type", "symmetric", "block_size", "channel_axis"},
      second{"name", "output_dtype", "y_scale", "y_zero_point", "axis", "block_size"};
  return kind == TensorKind::overrides ? overrides : kind == TensorKind::encodings ? second : first;
}

/// Collects what the entries of one tensor say; the first problem counts.
class Reader {
public:
  explicit Reader(TensorKind kind) : kind(kind) {}

  void read(const json &entry) {
    if (!entry.is_object())
      return fail("found no object, expected its encoding");
    for (const auto &[key, value] : entry.items())
      if (!llvm::is_contained(keysOf(kind), key))
        fail("unknown key '" + key + "'; expected one of " + llvm::join(keysOf(kind), ", ") +
             didYouMean(key, keysOf(kind)));
    readLayout(entry);
    if (kind == TensorKind::overrides)
      readOverride(entry);
    else if (kind == TensorKind::encodings)
      readEncoding(entry);
    else
      readFirstEncoding(entry);
  }

  Grids grids;
  /// Along which the scales of weights run.
  std::optional<int64_t> axis;
  std::optional<std::string> problem;

private:
  void fail(const std::string &what) {
    if (!problem)
      problem = what;
  }

  static const json *find(const json &entry, const char *key) {
    auto found = entry.find(key);
    return found == entry.end() || found->is_null() ? nullptr : &*found;
  }

  std::optional<double> number(const json &entry, const char *key) {
    const json *value = find(entry, key);
    if (value && !value->is_number())
      fail(std::string(key) + " is " + value->dump() + ", expected a number");
    return value && value->is_number() ? std::optional(value->get<double>()) : std::nullopt;
  }

  /// A number, or a list of them.
  std::vector<double> numbers(const json &entry, const char *key) {
    std::vector<double> all;
    const json *value = find(entry, key);
    for (const json &item : !value ? json::array() : value->is_array() ? *value : json::array({*value}))
      if (item.is_number())
        all.push_back(item.get<double>());
      else
        fail(std::string(key) + " holds " + item.dump() + ", expected numbers");
    return all;
  }

  /// AIMET writes "True" as text.
  std::optional<bool> flag(const json &entry, const char *key) {
    const json *value = find(entry, key);
    if (!value)
      return std::nullopt;
    if (value->is_boolean())
      return value->get<bool>();
    const std::string text = value->is_string() ? llvm::StringRef(value->get<std::string>()).lower() : "";
    if (text != "true" && text != "false")
      fail(std::string(key) + " is " + value->dump() + ", expected true or false");
    return text == "true";
  }

  /// Of what the scales are: a tensor, or each index of an axis.
  void readLayout(const json &entry) {
    for (const char *key : {"axis", "channel_axis"})
      if (std::optional<double> given = number(entry, key))
        axis = int64_t(*given);
    if (number(entry, "block_size").value_or(0) != 0)
      fail("block_size says scales of blocks; programs have one for a tensor, or one for each output channel");
    const json *type = find(entry, "enc_type");
    const std::string text = type && type->is_string() ? llvm::StringRef(type->get<std::string>()).lower() : "";
    if (type && text != "per_tensor" && text != "per_channel")
      fail("enc_type is " + type->dump() + ", expected PER_TENSOR or PER_CHANNEL");
  }

  /// "QUInt8", "int16", "float32".
  struct Type {
    unsigned bits = 8;
    bool isSigned = true, isFloat = false;
  };
  std::optional<Type> type(const json &entry, const char *key) {
    const json *value = find(entry, key);
    if (!value)
      return std::nullopt;
    std::string text = value->is_string() ? llvm::StringRef(value->get<std::string>()).lower() : value->dump();
    llvm::StringRef rest = text;
    rest.consume_front("quanttype.");
    rest.consume_front("q");
    Type type;
    type.isFloat = rest.consume_front("float") || rest.consume_front("bfloat");
    type.isSigned = !rest.consume_front("u");
    if ((!type.isFloat && !rest.consume_front("int")) || (!rest.empty() && rest.getAsInteger(10, type.bits)))
      fail(std::string(key) + " is " + value->dump() + ", expected a type as int8 or uint16");
    return type;
  }

  void add(std::vector<double> scales, std::vector<double> zeros, double offset) {
    for (double scale : scales)
      if (float(scale) > 0 && std::isfinite(float(scale)))
        grids.scales.push_back(double(float(scale)));
      else
        fail("a scale is no positive float32");
    for (double zero : zeros)
      if (zero == std::rint(zero) && std::abs(zero) <= 65536)
        grids.zeros.push_back(int64_t(zero - offset));
      else
        fail("a zero point is no integer of 16 bits");
  }

  static double middle(unsigned bits) { return std::ldexp(1.0, int(bits) - 1); }

  void readOverride(const json &entry) {
    const std::optional<Type> found = type(entry, "quant_type");
    if (found) {
      grids.bits = found->bits;
      grids.isFloat = found->isFloat;
    }
    if (flag(entry, "reduce_range").value_or(false))
      fail("reduce_range takes 7 bits, which no target has; leave it out");
    if (auto symmetric = flag(entry, "symmetric"))
      grids.symmetric = symmetric;
    add(numbers(entry, "scale"), numbers(entry, "zero_point"), found && !found->isSigned ? middle(found->bits) : 0);
    grids.least = number(entry, "rmin");
    grids.greatest = number(entry, "rmax");
    if (grids.least.has_value() != grids.greatest.has_value())
      fail("rmin and rmax belong together, found one of them");
  }

  void readFirstEncoding(const json &entry) {
    const json *type = find(entry, "dtype");
    grids.isFloat =
        type && type->is_string() && llvm::StringRef(type->get<std::string>()).starts_with_insensitive("float");
    const double bits = number(entry, find(entry, "bw") ? "bw" : "bitwidth").value_or(8);
    if (!(bits >= 2 && bits <= 32) || bits != std::trunc(bits))
      return fail("the width is of no integers");
    grids.bits = unsigned(bits);
    // A bias's, whose grid follows from what stands around it.
    if (bits == 32)
      return;
    for (const char *key : {"is_symmetric", "is_sym", "symmetric"})
      if (auto symmetric = flag(entry, key))
        grids.symmetric = symmetric;
    // An offset is the integer, from 0 on, that stands for the least number, with a minus: q + offset.
    std::vector<double> zeros = numbers(entry, "offset");
    for (double &zero : zeros)
      zero = -zero;
    const std::vector<double> scales = numbers(entry, "scale");
    add(scales, zeros, middle(grids.bits.value_or(8)));
    if (scales.empty()) {
      grids.least = number(entry, "min");
      grids.greatest = number(entry, "max");
      if (kind == TensorKind::activationEncodings && grids.least.has_value() != grids.greatest.has_value())
        fail("min and max belong together, found one of them");
    }
  }

  void readEncoding(const json &entry) {
    const std::optional<Type> found = type(entry, "output_dtype");
    if (found) {
      grids.bits = found->bits;
      grids.isFloat = found->isFloat;
    }
    const std::vector<double> scales = numbers(entry, "y_scale");
    std::vector<double> zeros = numbers(entry, "y_zero_point");
    const double offset = found && !found->isSigned ? middle(found->bits) : 0;
    if (zeros.empty())
      zeros.assign(scales.size(), 0);
    add(scales, zeros, offset);
  }

  TensorKind kind;
};

/// Of one grid for the whole tensor.
std::optional<std::string> describeActivation(const Grids &grids, qnn::ValueChoice &choice) {
  choice.bits = grids.bits;
  choice.symmetric = grids.symmetric;
  const bool areZero = llvm::all_of(grids.zeros, [](int64_t zero) { return zero == 0; });
  if (!choice.symmetric && !areZero)
    choice.symmetric = false;
  if (grids.scales.size() == 1) {
    choice.scale = grids.scales.front();
    choice.zeroPoint = grids.zeros.empty() ? 0 : grids.zeros.front();
  } else if (grids.least && grids.greatest) {
    if (*grids.least > *grids.greatest)
      return "its range begins above its end";
    choice.range = std::pair(std::min(*grids.least, 0.0), std::max(*grids.greatest, 0.0));
    if (choice.range->first == choice.range->second)
      return "its range is 0 alone";
  }
  return std::nullopt;
}

} // namespace

Result<Rule> tare::config::ruleOf(const std::string &name, const json &entries, TensorKind kind,
                                  const std::string &file) {
  auto fail = [&](const std::string &what) { return Error{file + ": tensor '" + name + "': " + what}; };
  Reader reader(kind);
  for (const json &entry : entries)
    reader.read(entry);
  if (reader.problem)
    return fail(*reader.problem);
  const Grids &grids = reader.grids;
  Rule rule;
  rule.place = file;
  rule.isLenient = true;
  rule.selector.tensors = {name};
  if (grids.isFloat) {
    if (kind != TensorKind::weightEncodings)
      rule.settings.layer.keepFloat = true;
    return rule;
  }
  if (kind == TensorKind::activationEncodings && grids.scales.size() > 1)
    return fail("found " + std::to_string(grids.scales.size()) + " scales, expected one for the whole tensor");
  const bool mayBeActivation = kind != TensorKind::weightEncodings && grids.scales.size() <= 1;
  const bool mayBeWeights = kind != TensorKind::activationEncodings && grids.bits.value_or(8) == 8 &&
                            llvm::all_of(grids.zeros, [](int64_t zero) { return zero == 0; });
  if (kind == TensorKind::weightEncodings && grids.bits.value_or(8) < 8)
    return fail("weights of " + std::to_string(*grids.bits) + " bits; programs have weights of 8 bits");
  if (kind == TensorKind::weightEncodings && grids.bits == 8u && !mayBeWeights)
    return fail("weights with a zero point; programs have weights with zero point 0");
  if (mayBeActivation && grids.bits.value_or(8) != 8 && grids.bits != 16u && grids.bits != 32u)
    return fail("found " + std::to_string(*grids.bits) + " bits, expected 8 or 16");
  if (grids.bits == 32u)
    return rule;
  if (mayBeActivation)
    if (auto problem = describeActivation(grids, rule.settings.activations))
      return fail(*problem);
  if (mayBeWeights) {
    rule.settings.layer.weightScales = grids.scales;
    rule.weightsAxis = reader.axis;
  }
  return rule;
}
