//===- ZeroPointsTest.cpp - A wrong zero point is never proven ------------===//
#include "Models.h"

#include "../Kernels/Integer/Cases.h"
#include "tare/Proof/Proof.h"

#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>

using namespace tare;
using namespace tare::proof;
using kernels::test::Case;
using kernels::test::Generator;

namespace {

/// A field of the parameters that is a zero point: of an operand, or of the result (-1).
struct Field {
  std::string name;
  int32_t *value;
  int operand;
};

/// The fields as the schema has them, not as the kernels' facts say. Where `mode` does not read it, a field is none.
template <typename Table> void addFields(Table &table, std::vector<Field> &fields) {
  if constexpr (requires {
                  table.mode;
                  table.input_zero_point;
                })
    if (table.mode != decltype(table.mode)::rescaled)
      return;
  if constexpr (requires { table.input_zero_point; })
    fields.push_back({"input_zero_point", &table.input_zero_point, 0});
  if constexpr (requires { table.lhs_zero_point; })
    fields.push_back({"lhs_zero_point", &table.lhs_zero_point, 0});
  if constexpr (requires { table.rhs_zero_point; })
    fields.push_back({"rhs_zero_point", &table.rhs_zero_point, 1});
  if constexpr (requires { table.zero_point; })
    fields.push_back({"zero_point", &table.zero_point, std::is_same_v<Table, program::DequantizeT> ? 0 : -1});
  if constexpr (requires { table.requant; })
    if (table.requant && !table.requant->stages)
      fields.push_back({"requant.zero_point", &table.requant->zero_point, -1});
}

template <typename Table> bool addFieldsOf(program::OpUnion &op, std::vector<Field> &fields) {
  if (op.type != program::OpUnionTraits<Table>::enum_value)
    return false;
  addFields(*static_cast<Table *>(op.value), fields);
  return true;
}

std::vector<Field> fieldsOf(program::OpUnion &op) {
  using namespace program;
  std::vector<Field> fields;
  auto add = [&]<typename... Tables>() { return (addFieldsOf<Tables>(op, fields) || ...); };
  bool known = add.operator()<ConvT, ConvTransposeT, LinearT, MatMulT, AddT, MulT, RescaleT, LookupT, MaxPoolT,
                              AveragePoolT, ReduceMeanT, SoftmaxT, ConcatT, SliceT, PadT, ReshapeT, TransposeT, ResizeT,
                              QuantizeT, DequantizeT, NormalizeT, GatherT>();
  EXPECT_TRUE(known) << "an operator of the schema is missing here";
  return fields;
}

/// The schema has no zero points by other names.
TEST(ZeroPoints, FieldsHaveTheNamesThatAreLookedFor) {
  std::ifstream file(TARE_SCHEMA);
  std::stringstream text;
  text << file.rdbuf();
  std::string schema = text.str();
  ASSERT_FALSE(schema.empty());
  const std::regex field("(\\w*zero_?point\\w*)\\s*:", std::regex::icase);
  std::set<std::string> names;
  for (std::sregex_iterator match(schema.begin(), schema.end(), field), end; match != end; ++match)
    names.insert((*match)[1]);
  EXPECT_EQ(names, (std::set<std::string>{"input_zero_point", "lhs_zero_point", "rhs_zero_point", "zero_point"}));
}

uint32_t addOperand(test::NetworkBuilder &builder, const Tensor &tensor, size_t number, bool isConstant) {
  std::string name = "x" + std::to_string(number);
  if (!isConstant)
    return builder.input(name, tensor.type());
  if (tensor.element() == ElementType::i8)
    return builder.constant(name, tensor.shape(), kernels::test::elements<int8_t>(tensor));
  if (tensor.element() == ElementType::i16)
    return builder.constant(name, tensor.shape(), kernels::test::elements<int16_t>(tensor));
  if (tensor.element() == ElementType::i32)
    return builder.constant(name, tensor.shape(), kernels::test::elements<int32_t>(tensor));
  return builder.constant(name, tensor.shape(), kernels::test::elements<int64_t>(tensor));
}

/// The proof of one layer, whose tensors have the zero points that `fields` had before `wrong` was changed by `change`.
/// The operator is given away.
LayerProof proofOf(Case test, size_t wrong, int32_t change) {
  std::vector<Field> fields = fieldsOf(test.op);
  std::map<int, int32_t> zeroPoints;
  for (const Field &field : fields)
    zeroPoints[field.operand] = *field.value;
  if (wrong < fields.size())
    *fields[wrong].value += change;
  auto *dequantize = test.op.AsDequantize();
  std::vector<double> scales = dequantize ? dequantize->scales : std::vector<double>{0.5};
  int32_t axis = dequantize ? dequantize->axis : 0;
  double result = test.op.AsQuantize() ? double(test.op.AsQuantize()->scale) : 0.25;
  test::NetworkBuilder builder;
  std::vector<uint32_t> operands;
  for (size_t i = 0; i != test.operands.size(); ++i) {
    operands.push_back(addOperand(builder, test.operands[i], i, i + test.constants >= test.operands.size()));
    if (test.operands[i].element() == ElementType::f32)
      continue;
    test::setGrid(builder, operands[i], scales, zeroPoints.contains(int(i)) ? zeroPoints[int(i)] : 0);
    builder.program.tensors[operands[i]]->axis = axis;
  }
  uint32_t y = builder.layer("layer", std::move(test.op), operands);
  if (!dequantize)
    test::setGrid(builder, y, {result}, zeroPoints.contains(-1) ? zeroPoints[-1] : 0);
  builder.output("y", y);
  return prove(*test::modelOf(builder), 1).front();
}

/// One that stays among the integers of 8 bits.
int32_t changeOf(int32_t value) { return value > 0 ? -1 : 1; }

TEST(ZeroPoints, AWrongOneIsNeverProven) {
  constexpr size_t enough = 3;
  std::map<std::string, size_t> looked; // How often, by operator and field.
  for (const Generator &generator : kernels::test::generators)
    for (uint64_t seed = 0; seed != 40; ++seed) {
      auto make = [&] {
        kernels::test::Random random(seed);
        return generator.make(random);
      };
      Case first = make();
      std::vector<Field> fields = fieldsOf(first.op);
      auto nameOf = [&](const Field &field) { return std::string(first.kernel().name) + "." + field.name; };
      if (std::ranges::all_of(fields, [&](const Field &field) { return looked[nameOf(field)] >= enough; }))
        continue;
      if (proofOf(make(), fields.size(), 0).method == Method::unknown)
        continue;
      for (size_t i = 0; i != fields.size(); ++i) {
        std::string name = nameOf(fields[i]);
        EXPECT_EQ(proofOf(make(), i, changeOf(*fields[i].value)).method, Method::unknown)
            << name << " of seed " << seed;
        ++looked[name];
      }
    }
  for (const char *name : {"conv.input_zero_point",
                           "conv.requant.zero_point",
                           "conv_transpose.input_zero_point",
                           "linear.requant.zero_point",
                           "matmul.lhs_zero_point",
                           "matmul.rhs_zero_point",
                           "matmul.requant.zero_point",
                           "add.lhs_zero_point",
                           "add.rhs_zero_point",
                           "add.zero_point",
                           "mul.lhs_zero_point",
                           "mul.rhs_zero_point",
                           "rescale.input_zero_point",
                           "average_pool.input_zero_point",
                           "reduce_mean.input_zero_point",
                           "softmax.requant.zero_point",
                           "resize.input_zero_point",
                           "resize.requant.zero_point",
                           "quantize.zero_point",
                           "dequantize.zero_point",
                           "normalize.input_zero_point"})
    EXPECT_GT(looked[name], 0u) << name;
}

} // namespace
