//===- WatchedSamples.h - Samples that are looked at on their way -*- C++ -*-===//
#ifndef TARE_DRIVER_EXECUTE_WATCHEDSAMPLES_H
#define TARE_DRIVER_EXECUTE_WATCHEDSAMPLES_H

#include "Driver/Execute/Executable.h"
#include "tare/Driver/Listener.h"
#include "tare/Tensor/Dataset.h"

#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace tare {

/// Passes samples on, and counts what in them is no number, or nothing that the input was made for.
class WatchedSamples : public SampleSource {
public:
  struct Input {
    std::string name;
    /// What its grid holds, where it has one and is given real numbers.
    std::optional<RealRange> held;
  };
  /// Of samples of these inputs, in this order; `source` outlives this.
  WatchedSamples(SampleSource &source, std::vector<Input> inputs);

  int64_t sampleCount() const override { return source.sampleCount(); }
  Result<std::optional<Sample>> next() override;

  /// What is to be said of the samples so far: of each input a line at most for NaN and infinity, and one for numbers
  /// that do not fit. The same for any number of threads, once all samples were read.
  std::vector<std::string> warnings() const;
  /// What is to be said of these numbers, the samples of one input, if they do not fit.
  static std::optional<std::string> misfitOf(const Input &input, std::span<const Tensor> samples);
  /// Shows them.
  void warn(const Listener &listener) const;

private:
  struct Numbers {
    int64_t finite = 0, nonFinite = 0, outside = 0;
    int64_t samples = 0, first = -1; // with numbers that are not finite
    double least = 0, greatest = 0;  // of the finite ones
    void add(const Numbers &more);
  };
  static std::optional<std::string> misfitOf(const Input &input, const Numbers &numbers);
  static Numbers lookAtBytes(const Tensor &tensor);
  static Numbers look(const Tensor &tensor, int64_t sample, const std::optional<RealRange> &held);

  SampleSource &source;
  std::vector<Input> inputs;
  std::mutex mutex;
  std::vector<Numbers> seen;
};

/// The inputs of a program that is given real numbers.
std::vector<WatchedSamples::Input> watchedInputs(const runtime::Session &session);
/// The inputs of `executable`, to which those give real numbers that `forms` does not make integers.
std::vector<WatchedSamples::Input> watchedInputs(const Executable &executable, const PortForms &forms);

} // namespace tare

#endif // TARE_DRIVER_EXECUTE_WATCHEDSAMPLES_H
