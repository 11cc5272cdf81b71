//===- Tables.cpp - How far a table is from its function ------------------===//
#include "tare/Proof/Tables.h"

#include "Grids.h"
#include "Provers.h"
#include "tare/Kernels/Functions.h"
#include "tare/Kernels/Tables.h"

#include <algorithm>
#include <cmath>
#include <limits>

using namespace tare;
using namespace tare::proof;

namespace {

int64_t read(const int8_t *table, int64_t index) { return table[index]; }
int64_t read(const int16_t *table, int64_t index) { return kernels::interpolate(table, index); }

template <typename Entry>
Deviation worstOf(const TableFunction &function, const Entry *table, const TableReach &reach) {
  Deviation worst;
  constexpr int64_t inputs = int64_t(1) << (8 * sizeof(Entry));
  for (int64_t x = reach.firstInput; x <= reach.lastInput; ++x) {
    int64_t output = read(table, x + inputs / 2);
    double real = function.real(x), error = std::abs(double(output) - real);
    if (error > worst.error && real >= reach.least && real <= reach.greatest)
      worst = {error, x, output, real};
  }
  return worst;
}

/// Where calibration came to; nothing where the program does not say it, or no sense.
std::optional<TableReach> reachOf(const program::LookupT &lookup) {
  const std::vector<int32_t> &reach = lookup.reach;
  constexpr int64_t first = -32768, last = 32767;
  if (reach.size() != 4 || reach[0] < first || reach[1] > last || reach[0] > reach[1])
    return std::nullopt;
  return TableReach{reach[0], reach[1], double(reach[2]), double(reach[3])};
}

void tryReach(LayerProof &proof, TableFunction function, const int16_t *tables, const Shape &shape,
              const TableReach &reach) {
  proof.reached = Deviation();
  for (int64_t c = 0; c != proof.channels; ++c) {
    function.channel = c;
    if (Deviation worst = worstOf(function, tables + c * shape.back(), reach); worst.error > proof.reached->error)
      proof.reached = worst, proof.reachedChannel = c;
  }
}

template <typename Entry>
void tryAllInputs(LayerProof &proof, TableFunction function, const Entry *tables, const Shape &shape) {
  proof.method = Method::table;
  proof.channels = shape.size() == 2 ? shape[0] : 1;
  for (int64_t c = 0; c != proof.channels; ++c) {
    function.channel = c;
    constexpr int64_t half = int64_t(1) << (8 * sizeof(Entry) - 1);
    Deviation worst = worstOf(function, tables + c * shape.back(), {-half, half - 1});
    proof.steps += int64_t(1) << (8 * sizeof(Entry));
    if (worst.error > proof.worst.error) {
      proof.worst = worst;
      proof.channel = c;
    }
  }
}

} // namespace

double TableFunction::real(int64_t x) const {
  double y = kernels::evaluateWithin(kind, parameters, kernels::readAt(inputScale, x - inputZeroPoint), channel);
  if (std::isnan(y))
    return double(outputZeroPoint);
  return std::clamp(double(outputZeroPoint) + y / outputScale, double(clampMin), double(clampMax));
}

Deviation proof::worstOfTable(const TableFunction &function, const int8_t *table) {
  return worstOf(function, table, {-128, 127});
}

Deviation proof::worstOfTable(const TableFunction &function, const int16_t *table, const TableReach &reach) {
  return worstOf(function, table, reach);
}

void proof::proveTable(LayerProof &proof, const program::Model &model, const program::LayerT &layer) {
  auto x = gridOf(model, layer.operands[0]), y = gridOf(model, layer.result);
  const program::FunctionT *function = layer.op.AsLookup()->function.get();
  const void *table = model.constant(layer.operands[1]);
  if (!x || !y)
    return setUnknown(proof, unknownGrids);
  if (!function)
    return setUnknown(proof, "the program does not say which function its table stands for; convert the model again "
                             "with this version of tare");
  const TensorType &type = model.type(layer.operands[1]);
  int64_t tables = type.shape.size() == 2 ? type.shape[0] : 1;
  int64_t functions = kernels::channelsOf(function->kind, function->parameters);
  if (!table || (functions != 1 && functions != tables))
    return setUnknown(proof, !table ? "its table is no constant" : "it has fewer tables than functions");
  TableFunction meant{function->kind,      function->parameters, 0, x->scale, x->zeroPoint, y->scale, y->zeroPoint,
                      function->clamp_min, function->clamp_max};
  if (type.element == ElementType::i8)
    tryAllInputs(proof, meant, static_cast<const int8_t *>(table), type.shape);
  else
    tryAllInputs(proof, meant, static_cast<const int16_t *>(table), type.shape);
  if (std::optional<TableReach> reach = reachOf(*layer.op.AsLookup()); reach && type.element == ElementType::i16)
    tryReach(proof, meant, static_cast<const int16_t *>(table), type.shape, *reach);
}
