//===- SampleMakers.h - Pictures and sounds for a model's inputs -*- C++ -*-===//
#ifndef TARE_DRIVER_EXECUTE_SAMPLEMAKERS_H
#define TARE_DRIVER_EXECUTE_SAMPLEMAKERS_H

#include "tare/Driver/Listener.h"
#include "tare/Media/Preprocessing.h"
#include "tare/Tensor/Dataset.h"

#include <string>
#include <vector>

namespace tare {

/// What a file of --preprocess says.
struct Preprocess {
  /// Empty where there is none.
  std::string file;
  media::PreprocessingFile inputs;

  /// Of the input of that name; null where nothing is said.
  const media::Preprocessing *of(const std::string &input) const;
};
/// Reads the file; an empty path says nothing.
Result<Preprocess> readPreprocess(const std::string &path);

/// The inputs with what makes samples of pictures, sounds and arrays of pixels. An error where the file does not fit
/// them.
Result<std::vector<InputDeclaration>> withMakers(std::vector<InputDeclaration> inputs, const Preprocess &preprocess);

/// Notes what was left out or assumed of the samples that were read.
void tellNotes(const Dataset &data, const Listener &listener);

} // namespace tare

#endif // TARE_DRIVER_EXECUTE_SAMPLEMAKERS_H
