// Operators that move, select, pool and convolve: what they refuse, what elements they cannot take, values by hand.
#include "tare/Host/Operator.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

using namespace tare;
using namespace tare::host;

namespace {

template <typename T> Tensor tensor(Shape shape, const std::vector<T> &values) {
  Tensor made(ElementTypeOf<T>::value, std::move(shape));
  std::copy(values.begin(), values.end(), made.mutableAs<T>());
  return made;
}

Tensor floats(Shape shape, const std::vector<float> &values) { return tensor<float>(std::move(shape), values); }
Tensor integers(const std::vector<int64_t> &values) { return tensor<int64_t>({int64_t(values.size())}, values); }

/// 0, 1, 2, ..
Tensor counted(Shape shape) {
  Tensor made(ElementType::f32, std::move(shape));
  for (int64_t i = 0; i < made.count(); ++i)
    made.mutableAs<float>()[i] = float(i);
  return made;
}

using Tensors = std::vector<Tensor>;
using Ints = std::vector<int64_t>;

/// A null tensor is an operand that is left out.
Result<Tensors> evaluate(const Node &node, const Tensors &operands, size_t results = 1) {
  std::vector<std::optional<Operand>> types;
  std::vector<const Tensor *> pointers;
  for (const Tensor &operand : operands) {
    types.push_back(operand ? std::optional(Operand{operand.type(), operand}) : std::nullopt);
    pointers.push_back(operand ? &operand : nullptr);
  }
  Result<std::vector<TensorType>> found = inferTypes(node, types, results);
  if (!found)
    return found.error();
  Tensors made;
  for (const TensorType &type : *found)
    made.emplace_back(type);
  Status done = run(node, pointers, made);
  return done ? Result<Tensors>(made) : Result<Tensors>(done.error());
}

/// What is wrong; empty where nothing is.
std::string problemOf(const Node &node, const Tensors &operands, size_t results = 1) {
  Result<Tensors> found = evaluate(node, operands, results);
  return found ? "" : found.error().message;
}

template <typename T = float> std::vector<T> valuesOf(const Node &node, const Tensors &operands, size_t result = 0) {
  Result<Tensors> found = evaluate(node, operands, result + 1);
  EXPECT_TRUE(bool(found)) << (found ? "" : found.error().message);
  if (!found)
    return {};
  const Tensor &y = (*found)[result];
  return std::vector<T>(y.as<T>(), y.as<T>() + y.count());
}

constexpr int64_t huge = std::numeric_limits<int64_t>::max(), tiny = std::numeric_limits<int64_t>::min();

//===----------------------------------------------------------------------===//
// Movement
//===----------------------------------------------------------------------===//

TEST(HostMovement, AShapeOrAPartOfIt) {
  Tensor x = counted({2, 3, 1, 4});
  EXPECT_EQ(valuesOf<int64_t>({"Shape", 13}, {x}), (Ints{2, 3, 1, 4}));
  Node part{"Shape", 15};
  part.attributes.set("start", int64_t(1));
  EXPECT_EQ(valuesOf<int64_t>(part, {x}), (Ints{3, 1, 4}));
  part.attributes.set("end", int64_t(-1));
  EXPECT_EQ(valuesOf<int64_t>(part, {x}), (Ints{3, 1}));
  part.attributes.set("start", int64_t(3));
  EXPECT_EQ(valuesOf<int64_t>(part, {x}), Ints{});
}

TEST(HostMovement, AnIdentityOfNoTypeOfNumbers) {
  for (int64_t type : {int64_t(-1), int64_t(0), int64_t(14), int64_t(99)}) {
    Node node{"EyeLike", 9};
    node.attributes.set("dtype", type);
    EXPECT_EQ(problemOf(node, {counted({2, 3})}),
              "attribute 'dtype' is " + std::to_string(type) + ", which is no type of numbers");
  }
}

TEST(HostMovement, ShapesThatDoNotFit) {
  EXPECT_EQ(problemOf({"Reshape", 14}, {counted({2, 3}), integers({4, 2})}),
            "the shape 4x2 has other elements than 2x3");
  EXPECT_EQ(problemOf({"Reshape", 14}, {counted({2, 3}), integers({-1, -1})}),
            "its shape leaves more than one dimension open");
  EXPECT_NE(problemOf({"Reshape", 14}, {counted({2, 3}), integers({huge, huge})}), "");
  EXPECT_NE(problemOf({"Reshape", 14}, {counted({2, 0}), integers({0, -1, 0})}), "");
  EXPECT_NE(problemOf({"Squeeze", 13}, {counted({2, 3}), integers({0})}), "");
  EXPECT_NE(problemOf({"Unsqueeze", 13}, {counted({2}), integers({0, 0})}), "");
  EXPECT_NE(problemOf({"Transpose", 13, {{{"perm", Ints{0, 0}}}}}, {counted({2, 3})}), "");
  EXPECT_NE(problemOf({"Concat", 13, {{{"axis", int64_t(0)}}}}, {counted({2, 3}), counted({2, 4})}), "");
  EXPECT_NE(problemOf({"Split", 13}, {counted({5}), integers({2, 2})}, 2), "");
  EXPECT_NE(problemOf({"Split", 11}, {counted({5})}, 2), "");
  EXPECT_NE(problemOf({"Tile", 13}, {counted({2, 3}), integers({huge, huge})}), "");
  EXPECT_NE(problemOf({"Expand", 13}, {counted({2, 3}), integers({4, 3})}), "");
  EXPECT_NE(problemOf({"Trilu", 14}, {counted({3})}), "");
  EXPECT_NE(problemOf({"DepthToSpace", 13, {{{"blocksize", int64_t(0)}}}}, {counted({1, 4, 2, 2})}), "");
}

TEST(HostMovement, ShapesMustBeKnown) {
  Node node{"Reshape", 14};
  Operand x{{ElementType::f32, {6}}, {}}, shape{{ElementType::i64, {2}}, {}};
  Result<std::vector<TensorType>> found = inferTypes(node, {x, shape}, 1);
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().message, "operand shape must be a constant, found a computed value");
}

TEST(HostMovement, SliceBackwards) {
  Node node{"Slice", 13};
  EXPECT_EQ(valuesOf(node, {counted({5}), integers({-1}), integers({tiny}), integers({0}), integers({-2})}),
            (std::vector<float>{4, 2, 0}));
  EXPECT_EQ(valuesOf(node, {counted({5}), integers({huge}), integers({tiny}), integers({0}), integers({tiny})}),
            (std::vector<float>{4}));
  EXPECT_EQ(problemOf(node, {counted({5}), integers({0}), integers({5}), integers({0}), integers({0})}),
            "the step along axis 0 is 0");
  EXPECT_NE(problemOf(node, {counted({5}), integers({0}), integers({5}), integers({1})}), "");
}

TEST(HostMovement, Pad) {
  Node reflect{"Pad", 13, {{{"mode", std::string("reflect")}}}};
  EXPECT_EQ(valuesOf(reflect, {counted({3}), integers({2, 1})}), (std::vector<float>{2, 1, 0, 1, 2, 1}));
  Node wrap{"Pad", 19, {{{"mode", std::string("wrap")}}}};
  EXPECT_EQ(valuesOf(wrap, {counted({3}), integers({2, 1})}), (std::vector<float>{1, 2, 0, 1, 2, 0}));
  Node constant{"Pad", 13};
  EXPECT_EQ(valuesOf(constant, {counted({3}), integers({-1, 2}), floats({}, {9})}), (std::vector<float>{1, 2, 9, 9}));
  EXPECT_NE(problemOf(constant, {counted({3}), integers({-2, -2})}), "");
  EXPECT_NE(problemOf(constant, {counted({3}), integers({huge, huge})}), "");
  EXPECT_NE(problemOf(reflect, {counted({0}), integers({1, 0})}), "");
}

TEST(HostMovement, RangeCounts) {
  auto number = [](int64_t value) { return tensor<int64_t>({}, {value}); };
  EXPECT_EQ(valuesOf<int64_t>({"Range", 11}, {number(10), number(4), number(-4)}), (Ints{10, 6}));
  EXPECT_EQ(valuesOf<int64_t>({"Range", 11}, {number(huge - 1), number(huge), number(huge)}), (Ints{huge - 1}));
  EXPECT_NE(problemOf({"Range", 11}, {number(0), number(4), number(0)}), "");
  EXPECT_NE(problemOf({"Range", 11}, {number(tiny), number(huge), number(1)}), "");
}

TEST(HostMovement, SequencesThatAreTooLong) {
  EXPECT_EQ(problemOf({"ReverseSequence", 10}, {counted({2, 2}), integers({2, 3})}),
            "a sequence has the length 3, expected 0 to 2");
}

//===----------------------------------------------------------------------===//
// Selection
//===----------------------------------------------------------------------===//

TEST(HostSelection, IndicesOutOfRange) {
  EXPECT_EQ(problemOf({"Gather", 13}, {counted({3}), integers({3})}), "index 3 is out of range for 3 elements");
  EXPECT_NE(problemOf({"GatherElements", 13}, {counted({3}), integers({-4})}), "");
  EXPECT_NE(problemOf({"GatherND", 13}, {counted({3}), tensor<int64_t>({1, 1}, {3})}), "");
  EXPECT_NE(problemOf({"ScatterElements", 18}, {counted({3}), integers({tiny}), counted({1})}), "");
  EXPECT_NE(problemOf({"ScatterND", 18}, {counted({3}), tensor<int64_t>({1, 1}, {huge}), counted({1})}), "");
  EXPECT_EQ(problemOf({"TensorScatter", 24}, {counted({1, 4, 1}), counted({1, 2, 1}), integers({3})}),
            "2 elements do not fit at 3 of 4");
}

TEST(HostSelection, TopKPrefersTheFirst) {
  Node node{"TopK", 11};
  Tensor x = floats({4}, {1, 7, 7, NAN});
  EXPECT_EQ(valuesOf<int64_t>(node, {x, integers({3})}, 1), (Ints{3, 1, 2}));
  EXPECT_EQ(problemOf(node, {x, integers({5})}), "k is 5, expected 0 to 4");
  EXPECT_NE(problemOf(node, {x, integers({-1})}), "");
}

TEST(HostSelection, Scatter) {
  Node add{"ScatterElements", 18, {{{"reduction", std::string("add")}}}};
  EXPECT_EQ(valuesOf<int8_t>(add, {tensor<int8_t>({2}, {127, 0}), integers({0, 0}), tensor<int8_t>({2}, {1, 1})}),
            (std::vector<int8_t>{-127, 0}));
  Node other{"ScatterElements", 18, {{{"reduction", std::string("mean")}}}};
  EXPECT_EQ(problemOf(other, {counted({2}), integers({0}), counted({1})}),
            "attribute 'reduction' is 'mean', expected none, add, mul, max or min");
}

TEST(HostSelection, ShapesThatDependOnElements) {
  Operand computed{{ElementType::f32, {3}}, {}};
  Result<std::vector<TensorType>> found = inferTypes({"NonZero", 13}, {computed}, 1);
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().message, "its result's shape depends on data: operand 0 must be a constant, or the "
                                   "network end before it (--outputs)");
  EXPECT_EQ(valuesOf<int64_t>({"NonZero", 13}, {floats({2, 2}, {0, 1, 2, 0})}), (Ints{0, 1, 1, 0}));
  Node unsorted{"Unique", 11, {{{"sorted", int64_t(0)}}}};
  EXPECT_EQ(valuesOf(unsorted, {floats({4}, {3, 1, 3, 2})}), (std::vector<float>{3, 1, 2}));
  EXPECT_EQ(valuesOf<int64_t>(unsorted, {floats({4}, {3, 1, 3, 2})}, 2), (Ints{0, 1, 0, 2}));
}

TEST(HostSelection, OneHotOfNoIndex) {
  Tensor indices = floats({3}, {-1, 1e30f, NAN}), depth = integers({2}), values = floats({2}, {0, 1});
  EXPECT_EQ(valuesOf({"OneHot", 11}, {indices, depth, values}), (std::vector<float>{0, 1, 0, 0, 0, 0}));
  EXPECT_EQ(valuesOf({"OneHot", 9}, {indices, depth, values}), (std::vector<float>{0, 0, 0, 0, 0, 0}));
  EXPECT_NE(problemOf({"OneHot", 11}, {indices, integers({0}), values}), "");
}

//===----------------------------------------------------------------------===//
// Images
//===----------------------------------------------------------------------===//

TEST(HostImages, ResizeRefuses) {
  Tensor x = counted({1, 1, 2, 2}), none;
  Node node{"Resize", 13};
  EXPECT_EQ(problemOf(node, {x}), "its scales and sizes are missing");
  EXPECT_NE(problemOf(node, {x, none, floats({4}, {1, 1, 0, 1})}), "");
  EXPECT_NE(problemOf(node, {x, none, floats({4}, {1, 1, NAN, 1})}), "");
  EXPECT_NE(problemOf(node, {x, none, floats({2}, {1, 1})}), "");
  EXPECT_NE(problemOf(node, {x, none, none, integers({1, 1, huge, 1})}), "");
  EXPECT_NE(problemOf(node, {counted({1, 1, 0, 2}), none, none, integers({1, 1, 2, 2})}), "");
}

TEST(HostImages, FirstResizeTakesTheElementAfter) {
  Tensor x = counted({1, 1, 1, 4}), scales = floats({4}, {1, 1, 1, 0.6f});
  EXPECT_EQ(valuesOf({"Resize", 10}, {x, scales}), (std::vector<float>{0, 2}));
}

TEST(HostImages, GridOfNoNumbers) {
  Tensor grid = floats({1, 1, 2, 2}, {NAN, 0, INFINITY, -INFINITY});
  for (const char *padding : {"zeros", "border", "reflection"})
    for (const char *mode : {"linear", "nearest", "cubic"})
      EXPECT_EQ(problemOf({"GridSample", 20, {{{"mode", std::string(mode)}, {"padding_mode", std::string(padding)}}}},
                          {counted({1, 1, 2, 2}), grid}),
                "");
}

TEST(HostImages, Regions) {
  Tensor x = counted({1, 1, 2, 2}), box = floats({1, 4}, {0, 0, 1, 1});
  EXPECT_EQ(problemOf({"RoiAlign", 16}, {x, box, integers({1})}), "image 1 is out of range for 1 images");
  EXPECT_EQ(problemOf({"RoiAlign", 16}, {x, floats({1, 4}, {0, 0, 1e30f, 1}), integers({0})}), "region 0 is too large");
  Node pool{"MaxRoiPool", 1, {{{"pooled_shape", Ints{1, 1}}}}};
  EXPECT_EQ(valuesOf(pool, {x, floats({1, 5}, {0, 0, 0, 9, 0})}), (std::vector<float>{1}));
  EXPECT_NE(problemOf(pool, {x, floats({1, 5}, {NAN, 0, 0, 1, 1})}), "");
}

//===----------------------------------------------------------------------===//
// Pooling, convolutions
//===----------------------------------------------------------------------===//

TEST(HostPooling, Refuses) {
  Tensor x = counted({1, 1, 4});
  auto problem = [&](const char *name, Ints values) {
    Attributes attributes({{"kernel_shape", Ints{2}}});
    attributes.set(name, values);
    return problemOf({"MaxPool", 12, attributes}, {x});
  };
  EXPECT_EQ(problem("strides", {0}), "attribute 'strides' holds 0, expected 1 to 1073741823");
  EXPECT_EQ(problem("strides", {1, 1}), "attribute 'strides' has 2 elements, expected 1");
  EXPECT_NE(problem("pads", {-1, 0}), "");
  EXPECT_NE(problem("dilations", {huge}), "");
  EXPECT_NE(problem("kernel_shape", {5}), "");
  EXPECT_NE(problem("kernel_shape", {}), "");
  EXPECT_NE(problemOf({"LpPool", 18, {{{"kernel_shape", Ints{2}}, {"p", int64_t(0)}}}}, {x}), "");
  EXPECT_NE(problemOf({"MaxUnpool", 11, {{{"kernel_shape", Ints{1}}}}}, {x, integers({0, 1, 2, 9})}), "");
}

TEST(HostPooling, PlacesByColumns) {
  Node node{"MaxPool", 12, {{{"kernel_shape", Ints{2, 3}}, {"storage_order", int64_t(1)}}}};
  EXPECT_EQ(valuesOf<int64_t>(node, {counted({1, 2, 2, 3})}, 1), (Ints{5, 11}));
  Node rows{"MaxPool", 12, {{{"kernel_shape", Ints{1, 2}}, {"storage_order", int64_t(1)}}}};
  EXPECT_EQ(valuesOf<int64_t>(rows, {counted({1, 1, 2, 3})}, 1), (Ints{2, 4, 3, 5}));
}

TEST(HostConvolutions, ThreeDimensions) {
  Tensor w = floats({1, 1, 2, 1, 1}, {1, -1}), bias = floats({1}, {10});
  EXPECT_EQ(valuesOf({"Conv", 11}, {counted({1, 1, 2, 1, 2}), w, bias}), (std::vector<float>{8, 8}));
  EXPECT_EQ(valuesOf({"ConvTranspose", 11}, {counted({1, 1, 1, 1, 2}), w}), (std::vector<float>{0, 1, 0, -1}));
}

TEST(HostConvolutions, Refuse) {
  Tensor x = counted({1, 4, 3}), w = counted({2, 2, 2});
  EXPECT_EQ(problemOf({"Conv", 11}, {x, w}), "its weights are 2x2x2 in 1 groups, for 4 channels");
  EXPECT_EQ(problemOf({"Conv", 11, {{{"group", int64_t(2)}}}}, {x, w}), "");
  EXPECT_NE(problemOf({"Conv", 11, {{{"group", int64_t(0)}}}}, {x, w}), "");
  EXPECT_NE(problemOf({"Conv", 11, {{{"group", int64_t(2)}}}}, {x, w, counted({3})}), "");
  EXPECT_NE(problemOf({"Conv", 11, {{{"group", int64_t(2)}, {"auto_pad", std::string("SAME")}}}}, {x, w}), "");
  EXPECT_NE(problemOf({"ConvTranspose", 11, {{{"pads", Ints{9, 9}}}}}, {counted({1, 2, 3}), w}), "");
  EXPECT_NE(problemOf({"DeformConv", 19}, {counted({1, 1, 3, 3}), counted({1, 1, 2, 2}), counted({1, 8, 1, 1})}), "");
  EXPECT_NE(problemOf({"CausalConvWithState", 27}, {counted({1, 2, 3}), counted({2, 2, 2})}, 2), "");
}

} // namespace
