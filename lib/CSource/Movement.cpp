//===- Movement.cpp - Elements that move in C -----------------------------===//
#include "Movement.h"

#include "Lowering.h"
#include "Walks.h"
#include "tare/Kernels/Gather.h"

#include <algorithm>
#include <numeric>

using namespace tare;
using namespace tare::csource;

void csource::writeMove(LayerWriter &layer, const Shape &region, const Strided &from, const Place &source,
                        const Strided &to, const Place &target) {
  Walk walk(region, {from.strides, to.strides});
  Walk::Row row = walk.takeRow();
  std::string type(typeOf(source.element));
  Parameters parameters{{"T", type}};
  walk.addTo(parameters, layer.unit);
  std::string kernel = layer.unit.kernel("move", kernelName("move", source.element), parameters);
  layer.run(kernel,
            {{"rows", walk.value()},
             member("length", row.length),
             member("from_step", row.steps[0]),
             member("to_step", row.steps[1]),
             member("from", from.begin),
             member("to", to.begin)},
            {source, target});
}

void csource::writeCopy(LayerWriter &layer, const Place &source, const Place &target, int64_t count) {
  writeMove(layer, {count}, {0, {1}}, source, {0, {1}}, target);
}

namespace {

bool isIdentity(const std::vector<int64_t> &list, int64_t size) {
  if (int64_t(list.size()) != size)
    return false;
  for (int64_t i = 0; i != size; ++i)
    if (list[i] != i)
      return false;
  return true;
}

} // namespace

void csource::writePick(LayerWriter &layer, const Shape &operand, const std::vector<std::vector<int64_t>> &lists,
                        std::string fill, const Place &source, const Place &target) {
  std::vector<int64_t> strides = stridesOf(operand);
  // The last axes that stay as they are make up the row that is copied.
  size_t rank = operand.size();
  int64_t length = 1;
  while (rank != 0 && isIdentity(lists[rank - 1], operand[rank - 1]))
    length *= operand[--rank];
  std::vector<int32_t> offsets;
  std::vector<int64_t> sizes;
  for (size_t axis = 0; axis != rank; ++axis) {
    sizes.push_back(int64_t(lists[axis].size()));
    for (int64_t index : lists[axis])
      offsets.push_back(int32_t(index < 0 ? -1 : index * strides[axis]));
  }
  if (offsets.empty())
    offsets.push_back(0);
  std::string type(typeOf(source.element));
  std::string kernel = layer.unit.kernel("pick", kernelName("pick", source.element), {{"T", type}});
  layer.run(kernel,
            {member("rank", int64_t(rank)),
             {"sizes", list(sizes)},
             {"offsets", layer.array("offsets", offsets)},
             member("length", length),
             {"fill", std::move(fill)}},
            {source, target});
}

Status csource::lowerConcat(LayerWriter &layer) {
  int64_t axis = layer.op().AsConcat()->axis, begin = 0;
  const Shape &shape = layer.result().shape;
  std::vector<int64_t> strides = stridesOf(shape);
  for (size_t i = 0; i != layer.operandCount(); ++i) {
    writeMove(layer, layer.shape(i), {0, stridesOf(layer.shape(i))}, layer.operandPlace(i), {begin, strides},
              layer.resultPlace());
    begin += layer.shape(i)[axis] * strides[axis];
  }
  return success();
}

Status csource::lowerSlice(LayerWriter &layer) {
  const program::SliceT &slice = *layer.op().AsSlice();
  Strided from{0, stridesOf(layer.shape(0))};
  for (size_t d = 0; d != slice.starts.size(); ++d) {
    from.begin += slice.starts[d] * from.strides[d];
    from.strides[d] *= slice.steps[d];
  }
  const Shape &shape = layer.result().shape;
  writeMove(layer, shape, from, layer.operandPlace(0), {0, stridesOf(shape)}, layer.resultPlace());
  return success();
}

/// (A76)
Status csource::lowerGather(LayerWriter &layer) {
  const ElementType element = layer.type(0).element;
  Parameters parameters{{"T", std::string(typeOf(element))}, {"I", std::string(typeOf(layer.type(1).element))}};
  std::string kernel = layer.unit.kernel("gather", kernelName("gather", element), parameters);
  const kernels::Rows rows(layer.shape(0), layer.op().AsGather()->axis);
  layer.run(kernel,
            {member("outer", rows.outer), member("length", rows.length), member("inner", rows.inner),
             member("count", layer.type(1).count())},
            {layer.operandPlace(0), layer.operandPlace(1), layer.resultPlace()}, /*mayFail=*/true);
  return success();
}

/// The source of position `i` of an axis of so many elements, -1 beyond a constant border.
static int64_t paddedSource(int64_t i, int64_t size, program::PadMode mode) {
  if (i >= 0 && i < size)
    return i;
  switch (mode) {
  case program::PadMode::edge:
    return std::clamp<int64_t>(i, 0, size - 1);
  case program::PadMode::reflect:
    return i < 0 ? -i : 2 * (size - 1) - i;
  case program::PadMode::constant:
    break;
  }
  return -1;
}

Status csource::lowerPad(LayerWriter &layer) {
  const program::PadT &pad = *layer.op().AsPad();
  const Shape &x = layer.shape(0), &y = layer.result().shape;
  std::vector<std::vector<int64_t>> lists(x.size());
  for (size_t d = 0; d != x.size(); ++d)
    for (int64_t i = 0; i != y[d]; ++i)
      lists[d].push_back(paddedSource(i - pad.low[d], x[d], pad.mode));
  std::string fill = layer.type(0).element == ElementType::f32 ? number(float(pad.value)) : number(int64_t(pad.value));
  writePick(layer, x, lists, fill, layer.operandPlace(0), layer.resultPlace());
  return success();
}

Status csource::lowerReshape(LayerWriter &layer) {
  if (!layer.joinResult(0))
    writeCopy(layer, layer.operandPlace(0), layer.resultPlace(), layer.result().count());
  return success();
}

Status csource::lowerTranspose(LayerWriter &layer) {
  std::vector<int64_t> strides = stridesOf(layer.shape(0));
  Strided from;
  for (int32_t axis : layer.op().AsTranspose()->permutation)
    from.strides.push_back(strides[axis]);
  const Shape &shape = layer.result().shape;
  writeMove(layer, shape, from, layer.operandPlace(0), {0, stridesOf(shape)}, layer.resultPlace());
  return success();
}
