//===- Requantization.cpp - What becomes of a layer's sums in C -----------===//
#include "Requantization.h"

#include "Rounding.h"
#include "tare/Kernels/Rounding.h"

#include <algorithm>

using namespace tare;
using namespace tare::csource;

namespace {

/// Below these magnitudes a product has room for what rounding adds.
constexpr int64_t roomOf32 = int64_t(1) << 30, roomOf64 = int64_t(1) << 62;

/// The index of a list of one entry for all channels, or of one for each.
template <typename T> std::string indexOf(const std::vector<T> &list) { return list.size() == 1 ? "0" : "c"; }

/// Of the list by which the results' kernel is told apart: "_of_channels", where it has an entry for each.
template <typename T> bool isShared(const std::vector<T> &list) { return list.size() == 1; }

class Writer {
public:
  Writer(LayerWriter &layer, const program::RequantT &requant, const Sums &sums, ElementType element)
      : layer(layer), unit(layer.unit), requant(requant), sums(sums), element(element) {}

  Requantization write() {
    if (requant.stages)
      return written("stages", staged(), stagesValue());
    if (requant.function)
      return written("function", behindFunction(), functionValue());
    return written("requant", plain(), plainValue(requant.zero_point, requant.clamp_min, requant.clamp_max));
  }

private:
  Requantization written(const char *type, const std::string &function, std::string value) {
    return {type, std::move(value), fmt::format("({}){}(({})(sum), r, c)", typeOf(element), function, sums.whole)};
  }

  int64_t largestMultiplier() const { return *std::ranges::max_element(requant.multipliers); }

  Shifts shifts() const {
    auto [least, most] = std::ranges::minmax(kernels::shiftsOf(requant));
    return {least, most};
  }

  /// The function that scales a sum and rounds it, and the type that it gives.
  std::pair<std::string, std::string> scale() {
    int64_t product = limitedProduct(sums.largest, largestMultiplier());
    if (product >= roomOf64)
      return {wideScale(), "int64_t"};
    std::string type = product < roomOf32 && shifts().most < 32 ? "int32_t" : "int64_t";
    return {
        unit.kernel("scale", "scale",
                    {{"SUM", sums.whole}, {"V", type}, {"ROUND", roundingOf(unit, requant.rounding, type, shifts())}}),
        type};
  }

  std::string wideScale() {
    bool isTwice = requant.rounding == program::Rounding::gemmlowp_double;
    return unit.kernel(
        "scale_wide", "scale_wide",
        {{"GEMMLOWP", isTwice ? "1" : "0"},
         {"ROUND", roundingOf(unit, requant.rounding, "int64_t", {0, 62})},
         {"HALF_AWAY", isTwice ? roundingOf(unit, program::Rounding::half_away, "int64_t", {1, 31}) : ""}});
  }

  std::string plain() {
    unit.use("requant");
    auto [scale, type] = this->scale();
    const auto &shifts = kernels::shiftsOf(requant);
    return unit.kernel("requantize", "requantize",
                       {{"SUM", sums.whole},
                        {"V", type},
                        {"SCALE", scale},
                        {"MULTIPLIER", indexOf(requant.multipliers)},
                        {"SHIFT", indexOf(shifts)},
                        {"SHARED", isShared(requant.multipliers) && isShared(shifts) ? "1" : "0"}});
  }

  /// Limits are taken before the zero point is added, which is so never out of range.
  std::string plainValue(int64_t zero, int64_t low, int64_t high) {
    return structOf({{"multipliers", layer.array("multipliers", requant.multipliers)},
                     {"shifts", layer.array("shifts", kernels::shiftsOf(requant))},
                     member("low", low - zero),
                     member("high", high - zero),
                     member("zero", zero)});
  }

  std::string staged() {
    unit.use("stages");
    const program::StagesT &stages = *requant.stages;
    auto round = [&](const std::string &type, int shift) {
      return roundingOf(unit, program::Rounding::half_away, type, {shift, shift});
    };
    std::string sum = sums.largest < roomOf32 ? sums.whole : "int64_t";
    std::string product = largestMultiplier() << 15 < roomOf32 ? "int32_t" : "int64_t";
    std::string last = largestStagedSum() < roomOf32 ? "int32_t" : "int64_t";
    return unit.kernel("requantize_stages", "requantize",
                       {{"SUM", sum},
                        {"PRODUCT", product},
                        {"ROUND_SUM", round(sum, stages.accumulator_shift)},
                        {"ROUND_PRODUCT", round(product, stages.product_shift)},
                        {"LAST", last},
                        {"ROUND", round(last, stages.output_shift)},
                        {"MULTIPLIER", indexOf(requant.multipliers)},
                        {"BIAS", indexOf(stages.bias)},
                        {"SHARED", isShared(requant.multipliers) && isShared(stages.bias) ? "1" : "0"}});
  }

  int64_t largestStagedSum() const {
    int64_t largest = 0;
    for (size_t c = 0; c != kernels::entryCount(requant); ++c)
      largest = std::max(largest, kernels::largestStagedSum(kernels::perChannel(requant.multipliers, c),
                                                            requant.stages->product_shift,
                                                            kernels::perChannel(requant.stages->bias, c)));
    return largest;
  }

  std::string stagesValue() {
    const program::StagesT &stages = *requant.stages;
    return structOf({{"multipliers", layer.array("multipliers", requant.multipliers)},
                     {"bias", layer.array("stage_bias", stages.bias)},
                     member("sum_shift", stages.accumulator_shift),
                     member("product_shift", stages.product_shift),
                     member("output_shift", stages.output_shift),
                     member("low", requant.clamp_min),
                     member("high", requant.clamp_max)});
  }

  std::string behindFunction() {
    std::string inner = plain();
    unit.use("function");
    return unit.kernel("requantize_function", "requantize_function", {{"SUM", sums.whole}, {"INNER", inner}});
  }

  std::string functionValue() {
    const program::LayerFunctionT &function = *requant.function;
    return structOf({{"inner", plainValue(function.zero_point, INT16_MIN, INT16_MAX)},
                     {"table", layer.array("function", function.table)},
                     member("fraction_bits", function.fraction_bits),
                     member("low", requant.clamp_min),
                     member("high", requant.clamp_max)});
  }

  LayerWriter &layer;
  Unit &unit;
  const program::RequantT &requant;
  const Sums &sums;
  ElementType element;
};

} // namespace

void Requantization::addTo(Parameters &parameters) const {
  parameters["REQUANTIZED"] = exists() ? "1" : "0";
  parameters["RESULT(sum, c)"] = result;
  if (exists())
    parameters["REQUANT"] = type;
}

void Requantization::addTo(std::vector<Member> &members) const {
  if (exists())
    members.push_back({"requant", value});
}

Requantization csource::requantization(LayerWriter &layer, const program::RequantT *requant, const Sums &sums,
                                       ElementType element) {
  if (!requant)
    return {"", "", fmt::format("({})(sum)", typeOf(element))};
  return Writer(layer, *requant, sums, element).write();
}
