//===- VectorWriter.h - Writes golden vectors -------------------*- C++ -*-===//
#ifndef TARE_GOLDEN_VECTORWRITER_H
#define TARE_GOLDEN_VECTORWRITER_H

#include "tare/Golden/Vectors.h"
#include "tare/Proof/Requantizer.h"
#include "tare/Runtime/Trace.h"
#include "tare/Tensor/AtomicFolder.h"

namespace tare::golden {

struct WriterOptions {
  int64_t samples = 1;
  /// Of more steps of a channel's requantization as many are written, evenly spread, with the first and the last.
  int64_t stepsPerChannel = 1024;
  /// 0: as many as there are cores.
  size_t threads = 0;
};

/// Runs a program on the reference kernels and writes what each layer reads and gives. The same program, options and
/// inputs give the same bytes, whatever the number of threads.
class VectorWriter {
public:
  /// Makes the folder (see AtomicFolder), and writes what does not depend on inputs: constants and breakpoints. The
  /// session runs on reference kernels.
  static Result<VectorWriter> create(const std::string &folder, std::shared_ptr<const runtime::Session> session,
                                     const WriterOptions &options);

  const Vectors &vectors() const { return contents; }
  const runtime::Trace &trace() const { return reference; }

  /// Runs a sample, given as the program's own input tensors (runtime::Form::program). Each sample once, from any
  /// thread.
  Status writeSample(int64_t sample, const std::vector<Tensor> &inputs) const;
  /// Writes another file beside the arrays.
  Status writeText(const std::string &name, const std::string &text) const;
  /// Makes the folder appear.
  Status commit() { return folder.commit(); }

private:
  VectorWriter(AtomicFolder folder, runtime::Trace trace, Vectors vectors);

  const program::LayerT &layer(size_t index) const { return *model().program().layers[index]; }
  const program::Model &model() const { return reference.session().model(); }

  Status writeConstants() const;
  Status writeBreakpoints(const WriterOptions &options);
  Status writeBreakpoints(LayerVectors &vectors, const std::vector<proof::Entry> &entries,
                          const WriterOptions &options) const;
  Status writeStep(int64_t sample, const runtime::Trace::Step &step) const;
  Status write(const Array &array, int64_t sample, const ConstTensorView &value) const;

  AtomicFolder folder;
  runtime::Trace reference;
  Vectors contents;
};

} // namespace tare::golden

#endif // TARE_GOLDEN_VECTORWRITER_H
