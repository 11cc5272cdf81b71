//===- AttributeTypes.cpp - Of what type attributes are -------------------===//
#include "AttributeTypes.h"

#include <fmt/format.h>

#include <array>

using namespace tare;
using namespace tare::host;

namespace {

/// In the order of Attribute's alternatives.
enum class Type { integer, number, text, integers, numbers, texts, tensor };
/// As ONNX calls them.
constexpr std::array<std::string_view, std::variant_size_v<Attribute>> typeNames = {
    "INT", "FLOAT", "STRING", "INTS", "FLOATS", "STRINGS", "TENSOR"};

using Types = std::map<std::string_view, Type>;

/// ONNX gives a name one type nearly everywhere.
Types typesByName() {
  Types types;
  auto add = [&](Type type, std::initializer_list<std::string_view> names) {
    for (std::string_view name : names)
      types.emplace(name, type);
  };
  add(Type::integer, {"K",
                      "N",
                      "align_corners",
                      "allowzero",
                      "antialias",
                      "axis",
                      "batch_axis",
                      "batch_dims",
                      "bits",
                      "block_size",
                      "blocksize",
                      "broadcast",
                      "ceil_mode",
                      "center_point_box",
                      "channels_last",
                      "count_include_pad",
                      "detect_negative",
                      "detect_positive",
                      "do_rotary",
                      "dtype",
                      "end",
                      "exclude_outside",
                      "exclusive",
                      "float_type",
                      "fmod",
                      "group",
                      "hidden_size",
                      "input_forget",
                      "interleaved",
                      "inverse",
                      "is_causal",
                      "is_packed_batching",
                      "is_test",
                      "k",
                      "keepdims",
                      "kv_num_heads",
                      "largest",
                      "layout",
                      "left_window_size",
                      "linear_before_reset",
                      "noop_with_empty_axes",
                      "num_groups",
                      "num_heads",
                      "num_outputs",
                      "offset_group",
                      "onesided",
                      "opset",
                      "output_datatype",
                      "output_dtype",
                      "output_height",
                      "output_width",
                      "p",
                      "past_present_share_buffer",
                      "periodic",
                      "precision",
                      "q_num_heads",
                      "qk_matmul_output_mode",
                      "reverse",
                      "right_window_size",
                      "rotary_embedding_dim",
                      "sampling_ratio",
                      "saturate",
                      "select_last_index",
                      "size",
                      "softmax_precision",
                      "sorted",
                      "spatial",
                      "start",
                      "storage_order",
                      "time_axis",
                      "to",
                      "training_mode",
                      "transA",
                      "transB",
                      "unidirectional",
                      "upper",
                      "weight_prepacked"});
  add(Type::number, {"alpha", "beta", "bias", "clip", "cubic_coeff_a", "epsilon", "extrapolation_value", "gamma",
                     "height_scale", "lambd", "mask_filter_value", "max", "min", "momentum", "scale", "softcap",
                     "spatial_scale", "value", "width_scale"});
  add(Type::text,
      {"activation", "approximate", "auto_pad", "coordinate_transformation_mode", "direction", "equation",
       "keep_aspect_ratio_policy", "mode", "nearest_mode", "padding_mode", "reduction", "round_mode", "update_rule"});
  add(Type::integers, {"axes", "dilations", "ends", "kernel_shape", "output_padding", "output_shape", "paddings",
                       "pads", "perm", "pooled_shape", "qkv_hidden_sizes", "shape", "split", "starts", "strides"});
  add(Type::numbers, {"activation_alpha", "activation_beta", "scales"});
  add(Type::texts, {"activations"});
  return types;
}

/// An operator that has another type for a name, up to an operator set.
struct Exception {
  std::string_view op, attribute;
  Type type;
  int64_t lastOpset = INT64_MAX;
};
constexpr Exception exceptions[] = {
    {"Cast", "to", Type::text, 5},
    {"ConstantOfShape", "value", Type::tensor},
    {"GlobalLpPool", "p", Type::number, 1},
    {"LpPool", "p", Type::number, 1},
    {"com.microsoft.FusedGemm", "activation_alpha", Type::number},
    {"com.microsoft.FusedGemm", "activation_beta", Type::number},
};

/// Nothing for an attribute that no operator reads.
std::optional<Type> typeOf(const Node &node, std::string_view attribute) {
  for (const Exception &each : exceptions)
    if (each.op == node.op && each.attribute == attribute && node.opset <= each.lastOpset)
      return each.type;
  static const Types types = typesByName();
  auto found = types.find(attribute);
  return found == types.end() ? std::nullopt : std::optional(found->second);
}

} // namespace

Status host::checkAttributeTypes(const Node &node) {
  for (const auto &[name, value] : node.attributes) {
    std::optional<Type> expected = typeOf(node, name);
    if (expected && size_t(*expected) != value.index())
      return Error{fmt::format("attribute '{}' has type {}, expected {}", name, typeNames[value.index()],
                               typeNames[size_t(*expected)])};
  }
  return success();
}
