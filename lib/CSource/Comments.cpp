//===- Comments.cpp - What is said of a layer in C ------------------------===//
#include "Comments.h"

#include "CText.h"
#include "tare/Kernels/Registry.h"
#include "tare/Kernels/Rounding.h"
#include "tare/Program/HostLayer.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

using namespace tare;
using namespace tare::csource;

namespace {

std::string typeText(const TensorType &type) {
  return fmt::format("{} {}", nameOf(type.element), shapeText(type.shape));
}

template <typename Table> std::string windowText(const Table *table) {
  if (!table)
    return "";
  std::string text = fmt::format(", strides {}, pads {}", fmt::join(table->strides, "x"), fmt::join(table->pads, ","));
  if constexpr (requires { table->kernel; })
    text = fmt::format(", kernel {}{}", fmt::join(table->kernel, "x"), text);
  if constexpr (requires { table->dilations; })
    if (std::ranges::count(table->dilations, 1) != std::ssize(table->dilations))
      text += fmt::format(", dilations {}", fmt::join(table->dilations, "x"));
  if constexpr (requires { table->group; })
    if (table->group != 1)
      text += fmt::format(", {} groups", table->group);
  return text;
}

/// The multipliers as the real numbers that they are.
std::string scaleText(const program::RequantT &requant) {
  double least = HUGE_VAL, most = 0;
  for (size_t c = 0; c != kernels::entryCount(requant); ++c) {
    int shift = requant.stages
                    ? requant.stages->accumulator_shift + requant.stages->product_shift + requant.stages->output_shift
                    : kernels::perChannel(kernels::shiftsOf(requant), int64_t(c));
    double scale = std::ldexp(double(kernels::perChannel(requant.multipliers, int64_t(c))), -shift);
    least = std::min(least, scale);
    most = std::max(most, scale);
  }
  std::string range = least == most ? fmt::format("{:.6g}", least) : fmt::format("{:.6g} to {:.6g}", least, most);
  return fmt::format("; M {}, rounded {}", range, program::EnumNameRounding(requant.rounding));
}

std::string requantText(const program::OpUnion &op) {
  if (const program::AddT *add = op.AsAdd())
    return fmt::format("; M {:.6g} and {:.6g}, rounded {}", std::ldexp(double(add->lhs_multiplier), -add->shift),
                       std::ldexp(double(add->rhs_multiplier), -add->shift), program::EnumNameRounding(add->rounding));
  const program::RequantT *requant = kernels::requantOf(op);
  return requant ? scaleText(*requant) : "";
}

} // namespace

std::string csource::layerComment(const program::Model &model, size_t index) {
  const program::LayerT &layer = *model.program().layers[index];
  std::vector<std::string> operands, results;
  for (uint32_t operand : layer.operands)
    operands.push_back(typeText(model.type(operand)));
  for (uint32_t result : program::resultsOf(layer))
    results.push_back(typeText(model.type(result)));
  const program::OpUnion &op = layer.op;
  std::string window = windowText(op.AsConv()) + windowText(op.AsConvTranspose()) + windowText(op.AsMaxPool()) +
                       windowText(op.AsAveragePool());
  return fmt::format("{} '{}': {} of {}{}, to {}{}", index, inComment(layer.name), inComment(program::kindOf(op)),
                     fmt::join(operands, ", "), window, fmt::join(results, ", "), requantText(op));
}
