//===- InputProducts.cpp - What layers read, in pairs ---------------------===//
#include "tare/Calibration/InputProducts.h"
#include "WindowRows.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Quant/IR/Quant.h"
#include "tare/Dialect/Qnn/Grid.h"
#include "tare/Dialect/Qnn/Names.h"
#include "tare/Evaluator/Evaluator.h"
#include "tare/Kernels/Float.h"
#include "tare/Tensor/Parallel.h"
#include "llvm/ADT/MapVector.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <mutex>

using namespace tare;
using namespace tare::calibration;

namespace {

/// Products of 8-bit distances from a zero point, 255^2 each, are exact in float32 over so many rows.
constexpr int64_t mostRows = 256;
/// The digits of wider integers: 255^2 * 256 < 2^24.
constexpr double digit = 256;

/// The products of one layer's rows.
class LayerProducts {
public:
  LayerProducts(qnn::AccumulatorOpInterface op, const qnn::Grid &grid)
      : rows(op, mostRows), scale(grid.scale()), isWide(grid.reach() > 255) {}

  size_t bytes() const { return size_t(rows.groups() * rows.weights() * rows.weights()) * sizeof(double); }

  /// Adds the rows of one activation, real numbers on the grid.
  void add(std::span<const float> activation) {
    const int64_t count = rows.rows(), k = rows.weights();
    Tensor high(ElementType::f32, {count, k}), low(ElementType::f32, {count, k});
    for (int64_t group = 0; group < rows.groups(); ++group) {
      for (int64_t i = 0; i < count; ++i)
        rows.write(activation, group, i, low.mutableAs<float>() + i * k);
      toSteps(low);
      if (isWide)
        split(high, low);
      const Tensor own = productOf(low, low);
      if (!isWide) {
        sum(group, own, 1);
        continue;
      }
      sum(group, own, 1);
      sum(group, productOf(high, low), digit);
      sum(group, productOf(low, high), digit);
      sum(group, productOf(high, high), digit * digit);
    }
  }

  qnn::InputProducts take() { return {rows.groups(), rows.weights(), std::move(sums)}; }

private:
  void toSteps(Tensor &reals) const {
    float *x = reals.mutableAs<float>();
    for (int64_t i = 0, n = reals.count(); i < n; ++i)
      x[i] = float(std::nearbyint(double(x[i]) / scale));
  }

  /// Makes of integers in `low` two digits: high * 256 + low, low within [-128, 128].
  static void split(Tensor &high, Tensor &low) {
    float *h = high.mutableAs<float>(), *l = low.mutableAs<float>();
    for (int64_t i = 0, n = low.count(); i < n; ++i) {
      h[i] = float(std::nearbyint(double(l[i]) / digit));
      l[i] -= h[i] * float(digit);
    }
  }

  /// a^T b of rows [R, K] each: [K, K], exact.
  static Tensor productOf(const Tensor &a, const Tensor &b) {
    const int64_t r = a.shape()[0], k = a.shape()[1];
    Tensor turned(ElementType::f32, {k, r}), product(ElementType::f32, {k, k});
    for (int64_t i = 0; i < r; ++i)
      for (int64_t j = 0; j < k; ++j)
        turned.mutableAs<float>()[j * r + i] = a.as<float>()[i * k + j];
    kernels::floating::matMul(turned.view(), b.view(), product.mutableView());
    return product;
  }

  void sum(int64_t group, const Tensor &product, double factor) {
    std::lock_guard lock(*mutex);
    if (sums.empty())
      sums.resize(bytes() / sizeof(double));
    double *into = sums.data() + group * product.count();
    const float *from = product.as<float>();
    for (int64_t i = 0, n = product.count(); i < n; ++i)
      into[i] += factor * double(from[i]);
  }

  WindowRows rows;
  double scale;
  bool isWide;
  std::vector<double> sums;
  std::unique_ptr<std::mutex> mutex = std::make_unique<std::mutex>();
};

/// The wanted layers of a function, by what they read.
class WantedLayers {
public:
  WantedLayers(mlir::func::FuncOp function, const ProductOptions &options) {
    function.walk([&](qnn::AccumulatorOpInterface op) {
      std::optional<qnn::Grid> grid = gridOf(op.getActivationOperand().get());
      if (options.isWanted(op) && grid && grid->isPerTensor())
        layers.push_back({op.getActivationOperand().get(), qnn::layerName(op), LayerProducts(op, *grid)});
    });
    dropLargest(options.maxBytes);
    for (size_t i = 0; i < layers.size(); ++i)
      readers[layers[i].activation].push_back(i);
  }

  void observe(mlir::Value value, const Tensor &tensor) {
    auto found = readers.find(value);
    if (found == readers.end())
      return;
    for (size_t index : found->second)
      layers[index].products.add({tensor.as<float>(), size_t(tensor.count())});
  }

  MeasuredProducts take() {
    MeasuredProducts measured{{}, std::move(tooLarge)};
    for (Layer &layer : layers)
      if (qnn::InputProducts products = layer.products.take(); !products.sums.empty())
        measured.products[layer.name] = std::move(products);
    return measured;
  }

private:
  struct Layer {
    mlir::Value activation;
    std::string name;
    LayerProducts products;
  };

  static std::optional<qnn::Grid> gridOf(mlir::Value value) {
    auto real = value.getDefiningOp<mlir::quant::DequantizeCastOp>();
    return real ? qnn::Grid::of(real.getInput().getType()) : std::nullopt;
  }

  void dropLargest(size_t maxBytes) {
    size_t all = 0;
    std::vector<size_t> sizes;
    for (const Layer &layer : layers) {
      sizes.push_back(layer.products.bytes());
      all += sizes.back();
    }
    std::sort(sizes.begin(), sizes.end());
    while (all > maxBytes) {
      all -= sizes.back();
      sizes.pop_back();
    }
    const size_t most = sizes.empty() ? 0 : sizes.back();
    for (const Layer &layer : layers)
      if (layer.products.bytes() > most)
        tooLarge.push_back(layer.name);
    std::erase_if(layers, [&](const Layer &layer) { return layer.products.bytes() > most; });
  }

  std::vector<Layer> layers;
  std::vector<std::string> tooLarge;
  llvm::MapVector<mlir::Value, std::vector<size_t>> readers;
};

} // namespace

Result<MeasuredProducts> calibration::measureInputProducts(mlir::ModuleOp qdq, SampleSource &source,
                                                           const ProductOptions &options) {
  auto evaluator = Evaluator::create(qdq);
  if (failed(evaluator))
    return Error{"the quantized network cannot be run, which adaptive rounding needs"};
  WantedLayers layers(qdq.lookupSymbol<mlir::func::FuncOp>("main"), options);
  const size_t threads = options.threads ? options.threads : defaultThreads();
  std::vector<std::optional<Error>> errors(threads);
  std::atomic<int64_t> done = 0;
  parallelFor(threads, threads, [&](size_t index, size_t) {
    while (true) {
      Result<std::optional<Sample>> sample = source.next();
      if (!sample)
        errors[index] = sample.error();
      if (!sample || !*sample)
        return;
      std::optional<std::string> problem;
      evaluator->run((*sample)->inputs, [&](mlir::Value value, const Tensor &tensor) { layers.observe(value, tensor); },
                     Evaluator::ElementOrder::rowMajor, &problem);
      if (problem) {
        errors[index] = Error{*problem};
        return;
      }
      if (options.progress)
        options.progress(++done);
    }
  });
  for (const std::optional<Error> &error : errors)
    if (error)
      return *error;
  return layers.take();
}
