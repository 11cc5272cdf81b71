//===- WeightRounding.cpp - Rounding of weights by data -------------------===//
#include "Driver/Compile/WeightRounding.h"

#include "Driver/Execute/CancellableSamples.h"
#include "Driver/Execute/MemoryLimit.h"
#include "Driver/Progress.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "tare/Calibration/InputProducts.h"
#include "tare/Dialect/Qnn/Choices.h"

#include <algorithm>
#include <fmt/format.h>

using namespace tare;
using namespace mlir;

bool tare::roundsByData(const CompilationRequest &request, ModuleOp module) {
  const qnn::Choices choices = qnn::Choices::of(module.lookupSymbol("main"));
  return request.roundsByData ||
         llvm::any_of(choices.layers, [](const auto &entry) { return entry.second.adaptiveRounding.value_or(false); });
}

Result<std::vector<std::string>> tare::attachProducts(const CompilationRequest &request, ModuleOp qdq,
                                                      SampleSource &samples, const Listener &listener) {
  auto function = qdq.lookupSymbol<func::FuncOp>("main");
  const qnn::Choices choices = qnn::Choices::of(function);
  calibration::ProductOptions options;
  options.isWanted = [&](qnn::AccumulatorOpInterface op) {
    const qnn::LayerChoice *choice = choices.ofLayer(op);
    return choice && choice->adaptiveRounding ? *choice->adaptiveRounding : request.roundsByData;
  };
  options.threads = request.calibration.threads;
  if (request.calibration.maxMemory)
    options.maxBytes = std::min<size_t>(options.maxBytes, *request.calibration.maxMemory / 2);
  Progress progress(listener, "measuring", samples.sampleCount());
  options.progress = [&](int64_t done) { progress.update(done); };
  CancellableSamples cancellable(samples, listener);
  auto measured = calibration::measureInputProducts(qdq, cancellable, options);
  if (!measured)
    return measured.error();
  if (measured->products.empty() && measured->tooLarge.empty())
    listener.note(request.model + ": no layer has weights that are real numbers, on a grid that data are measured on; "
                                  "--weight-rounding adaptive changes nothing");
  function->setAttr(qnn::inputProductsAttrName, qnn::toAttr(qdq.getContext(), std::move(measured->products)));
  return std::move(measured->tooLarge);
}

std::optional<Warning> tare::notMeasuredWarning(const std::vector<std::string> &layers) {
  if (layers.empty())
    return std::nullopt;
  std::string others = layers.size() > 1 ? fmt::format(" and {} more", layers.size() - 1) : "";
  Warning warning;
  warning.kind = "WeightsNotMeasured";
  warning.layer = layers.front();
  warning.unit = CostUnit::none;
  warning.text =
      fmt::format("layer '{}'{}: weights were rounded to the nearest step, as measuring what they meet would "
                  "take too much memory",
                  layers.front(), others);
  warning.remedy = "give more (--max-memory), or say 'rounding: nearest' of these layers in a configuration";
  return warning;
}
