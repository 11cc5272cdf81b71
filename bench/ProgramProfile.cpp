//===- ProgramProfile.cpp - Where a program's time goes -------------------===//
//
// Prints each layer of a .tare file with the time of its fast kernel alone, on one thread and random activations.
//
//===----------------------------------------------------------------------===//
#include "tare/Kernels/Registry.h"
#include "tare/Program/Reader.h"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <random>

using namespace tare;

namespace {

/// A layer's operands (constants from the file, random activations), its kernel, and memory for its result.
struct TimedLayer {
  std::vector<Tensor> activations;
  std::vector<ConstTensorView> operands;
  std::unique_ptr<kernels::FastKernel> fast;
  const kernels::OpKernel *kernel;
  Tensor result, scratch;
  int64_t macs;

  TimedLayer(const program::Model &model, const program::LayerT &layer) : kernel(kernels::lookup(layer.op.type)) {
    std::mt19937 random(1);
    std::vector<kernels::Operand> prepared;
    std::vector<TensorType> types;
    for (uint32_t operand : layer.operands) {
      const void *data = model.constant(operand);
      types.push_back(model.type(operand));
      prepared.push_back({types.back(), data});
      if (!data) {
        Tensor &made = activations.emplace_back(types.back());
        for (size_t i = 0; i < types.back().bytes(); ++i)
          made.mutableAs<uint8_t>()[i] = uint8_t(random());
        data = made.data();
      }
      operands.push_back({types.back(), data});
    }
    result = Tensor(model.type(layer.result));
    macs = kernel->macs(layer.op, types, result.type());
    fast = kernel->prepare ? kernel->prepare(layer.op, prepared, result.type()) : nullptr;
    scratch = Tensor(ElementType::u8, {int64_t(fast ? fast->scratchBytes() + 1 : 1)});
  }

  void run(const program::LayerT &layer) {
    if (fast)
      fast->run(operands, result.mutableView(), scratch.mutableAs<std::byte>(), {});
    else
      kernel->reference(layer.op, operands, result.mutableView());
  }

  /// The best of many runs, in microseconds.
  double microseconds(const program::LayerT &layer) {
    using Clock = std::chrono::steady_clock;
    double best = 1e30;
    for (Clock::time_point end = Clock::now() + std::chrono::milliseconds(30); Clock::now() < end;) {
      auto start = Clock::now();
      run(layer);
      best = std::min(best, std::chrono::duration<double, std::micro>(Clock::now() - start).count());
    }
    return best;
  }
};

int profile(const char *path) {
  Result<std::shared_ptr<const program::Model>> model = program::readFile(path);
  if (!model) {
    fmt::print(stderr, "{}\n", model.error().message);
    return 1;
  }
  double total = 0;
  for (const auto &layer : (*model)->program().layers) {
    TimedLayer timed(**model, *layer);
    double time = timed.microseconds(*layer);
    total += time;
    fmt::print("{:40} {:14} {:24} {:9.1f} us {:8.1f} GMAC/s{}\n", layer->name.substr(0, 40), timed.kernel->name,
               toString(timed.result.type()), time, double(timed.macs) / time * 1e-3,
               timed.fast ? "" : "  (reference)");
  }
  fmt::print("{}: {:.1f} us\n", path, total);
  return 0;
}

} // namespace

int main(int argc, char **argv) {
  int status = argc > 1 ? 0 : 2;
  for (int i = 1; i < argc; ++i)
    status |= profile(argv[i]);
  return status;
}
