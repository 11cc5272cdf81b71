//===- Dataset.h - Sample after sample of a model's inputs ------*- C++ -*-===//
//
// Data is an .npz whose keys are input names (other keys are ignored), a .npy
// for a model with one input, or a folder of such files in the order of their
// names. For an input of shape S an array holds samples in one of two ways:
//   (N, *S)            N samples;
//   (N * S[0], *S[1:]) N samples, which for S = (1, 3, 32, 32) is (N, 3, 32,
//   32).
//
//===----------------------------------------------------------------------===//
#ifndef TARE_TENSOR_DATASET_H
#define TARE_TENSOR_DATASET_H

#include "tare/Tensor/Npz.h"

#include <limits>
#include <optional>

namespace tare {

/// An input as the model declares it.
struct InputDeclaration {
  std::string name;
  TensorType type;
  /// What the input takes instead, for arrays whose elements are exactly of this type.
  std::optional<TensorType> alternative = std::nullopt;
};

/// One tensor per declared input, in the order of the declarations.
struct Sample {
  int64_t index;
  std::vector<Tensor> inputs;
  /// Whether it is the first one of a file.
  bool beginsFile = false;
};

/// Whatever yields samples: files, or a generator.
class SampleSource {
public:
  virtual ~SampleSource() = default;
  virtual int64_t sampleCount() const = 0;
  /// The next sample; nothing at the end. For several threads at once.
  virtual Result<std::optional<Sample>> next() = 0;
};

/// How an array holds the samples of an input.
struct SampleLayout {
  int64_t samples;
  Stacking stacking;
};
/// Matches an array's shape to an input's; the error says what is expected and,
/// where it can be seen, the numpy expression that gives it.
Result<SampleLayout> matchSamples(const Shape &array, const Shape &input);

/// Samples from files. All shapes and types are checked when it is opened. An array without axes, of an input of one
/// element (a sampling rate), has no samples of its own: it is given once, and every sample's.
class Dataset : public SampleSource {
public:
  static constexpr int64_t all = std::numeric_limits<int64_t>::max();

  /// Opens `path` for a model with these inputs, up to `limit` samples.
  static Result<std::unique_ptr<Dataset>> open(const std::string &path, std::vector<InputDeclaration> inputs,
                                               int64_t limit = all);

  int64_t sampleCount() const override { return count; }
  /// As given to open(), with `type` set to the alternative where the first file's array has it.
  const std::vector<InputDeclaration> &declarations() const { return inputs; }
  Result<std::optional<Sample>> next() override;

  /// The names of the arrays in the file, or in the first one of the folder; none where it holds one array, or cannot
  /// be read, which open() says.
  static std::vector<std::string> arrayNames(const std::string &path);

  /// Whether any file has an array of that name, wanted or not.
  bool has(const std::string &array) const;

  /// How the samples of an output of this shape are put together: (1, ...)
  /// becomes (N, ...), and so does (B, ...) where inputs came as (N * B, ...);
  /// anything else gets a new first axis.
  Stacking stackingOf(const Shape &output) const;

private:
  struct File {
    std::string path;
    int64_t samples = 0;
  };
  using Streams = std::vector<ArrayStream>;

  Status scan(const std::string &path);
  Result<Streams> openStreams(const std::string &path) const;
  Result<File> scanFile(const std::string &path);
  void chooseAlternatives(const Streams &first);
  Status advance();
  /// Of the file that has just been opened.
  Status readCommon();
  Result<std::optional<Sample>> readStored();
  Result<Tensor> toDeclared(const Tensor &stored, size_t input, int64_t sample) const;

  std::vector<InputDeclaration> inputs;
  std::vector<File> files;
  int64_t count = 0;
  /// The first axis of inputs that came concatenated.
  std::optional<int64_t> batch;

  std::mutex mutex;
  Streams streams;            // of the file being read
  std::vector<Tensor> common; // by input, what all its samples have; null tensors elsewhere
  size_t opened = 0;          // files opened so far
  int64_t left = 0;           // samples left in the file being read
  int64_t nextIndex = 0;      // of the next sample
  std::optional<Error> failed;
};

} // namespace tare

#endif // TARE_TENSOR_DATASET_H
