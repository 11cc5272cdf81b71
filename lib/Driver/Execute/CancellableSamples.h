//===- CancellableSamples.h - Samples until nobody wants more ---*- C++ -*-===//
#ifndef TARE_DRIVER_EXECUTE_CANCELLABLESAMPLES_H
#define TARE_DRIVER_EXECUTE_CANCELLABLESAMPLES_H

#include "Driver/Progress.h"
#include "tare/Tensor/Dataset.h"

namespace tare {

/// Passes samples on; an error once the listener wants the work to end. Both outlive this.
class CancellableSamples : public SampleSource {
public:
  CancellableSamples(SampleSource &source, const Listener &listener) : source(source), listener(listener) {}

  int64_t sampleCount() const override { return source.sampleCount(); }
  Result<std::optional<Sample>> next() override {
    if (listener.isCancelled())
      return cancelled();
    return source.next();
  }

private:
  SampleSource &source;
  const Listener &listener;
};

} // namespace tare

#endif // TARE_DRIVER_EXECUTE_CANCELLABLESAMPLES_H
