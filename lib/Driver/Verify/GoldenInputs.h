//===- GoldenInputs.h - Inputs of golden vectors ----------------*- C++ -*-===//
#ifndef TARE_DRIVER_VERIFY_GOLDENINPUTS_H
#define TARE_DRIVER_VERIFY_GOLDENINPUTS_H

#include "Driver/Calibrate/DrawnIntegers.h"

#include "tare/Runtime/Trace.h"
#include "tare/Tensor/Dataset.h"

namespace tare {

/// What a Dataset is opened with, for values in this form.
std::vector<InputDeclaration> declarations(const runtime::Session &session, runtime::Form form);

/// Data of real numbers, or what the program takes in their place, as `tare run` takes them; `preprocess` is a file of
/// --preprocess, or empty.
Result<std::unique_ptr<Dataset>> openReal(const std::string &path, const std::string &preprocess,
                                          const runtime::Session &session, int64_t samples);

/// Samples for a program, from a user's data or at random.
class GoldenInputs {
public:
  /// Up to `samples` samples, as openReal() has them.
  static Result<GoldenInputs> fromData(const std::string &path, const std::string &preprocess,
                                       const runtime::Session &session, int64_t samples);
  /// Integers from all over the inputs' types, uniformly distributed: the same for every run. An input of real numbers
  /// gets the numbers that its grid's integers stand for; one of indices, masks and other numbers without a grid those
  /// that drawnInputs() says.
  static GoldenInputs random(const runtime::Session &session, int64_t samples);

  SampleSource &source() { return *samples; }
  /// The data; null where it was drawn.
  const Dataset *data() const { return opened; }
  /// What random() has drawn.
  const DrawnInputs &drawnIntegers() const { return drawn; }
  /// A sample as the program's own input tensors.
  std::vector<Tensor> enter(const Sample &sample, const runtime::Trace &trace) const;

private:
  std::unique_ptr<SampleSource> samples;
  const Dataset *opened = nullptr;
  bool areIntegers = false;
  DrawnInputs drawn;
};

} // namespace tare

#endif // TARE_DRIVER_VERIFY_GOLDENINPUTS_H
