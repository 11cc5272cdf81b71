//===- VectorWriter.cpp - Writes golden vectors ---------------------------===//
#include "tare/Golden/VectorWriter.h"

#include "Breakpoints.h"
#include "tare/Kernels/Registry.h"
#include "tare/Tensor/Npy.h"

using namespace tare;
using namespace tare::golden;
using runtime::Trace;

Result<VectorWriter> VectorWriter::create(const std::string &folder, std::shared_ptr<const runtime::Session> session,
                                          const WriterOptions &options) {
  auto trace = Trace::create(session);
  if (!trace)
    return trace.error();
  auto made = AtomicFolder::create(folder);
  if (!made)
    return made.error();
  VectorWriter writer(std::move(*made), std::move(*trace), planVectors(session->model(), options.samples));
  if (Status written = writer.writeConstants(); !written)
    return written.error();
  if (Status written = writer.writeBreakpoints(options); !written)
    return written.error();
  return writer;
}

VectorWriter::VectorWriter(AtomicFolder folder, Trace trace, Vectors vectors)
    : folder(std::move(folder)), reference(std::move(trace)), contents(std::move(vectors)) {}

Status VectorWriter::writeConstants() const {
  for (const std::string &name : contents.folders())
    if (Status made = folder.makeFolder(name); !made)
      return made;
  for (const auto &[tensor, array] : contents.constants)
    if (Status written = write(array, 0, {array.type, model().constant(tensor)}); !written)
      return written;
  return success();
}

Status VectorWriter::writeBreakpoints(const WriterOptions &options) {
  for (size_t i = 0; i != contents.layers.size(); ++i) {
    LayerVectors &vectors = contents.layers[i];
    if (!vectors.requant)
      continue;
    auto entries = reachOf(model(), layer(i), *vectors.requant);
    if (!entries)
      vectors.note = entries.error().message;
    else if (Status written = writeBreakpoints(vectors, *entries, options); !written)
      return written;
  }
  return success();
}

Status VectorWriter::writeBreakpoints(LayerVectors &vectors, const std::vector<proof::Entry> &entries,
                                      const WriterOptions &options) const {
  BreakpointRows rows =
      walkBreakpoints(*vectors.requant, entries, vectors.result.type.element, options.stepsPerChannel, options.threads);
  auto array = [&](const char *column, const Tensor &values) {
    return Array{vectors.folder + "/breakpoint_" + column + ".npy", values.type(), false};
  };
  vectors.breakpoints = {array("channels", rows.channels), array("accumulators", rows.accumulators),
                         array("outputs", rows.outputs), rows.steps, rows.written};
  for (auto [column, values] : {std::pair(&vectors.breakpoints->channels, &rows.channels),
                                std::pair(&vectors.breakpoints->accumulators, &rows.accumulators),
                                std::pair(&vectors.breakpoints->outputs, &rows.outputs)})
    if (Status written = write(*column, 0, values->view()); !written)
      return written;
  return success();
}

Status VectorWriter::writeSample(int64_t sample, const std::vector<Tensor> &inputs) const {
  for (size_t i = 0; i != inputs.size(); ++i)
    if (Status written = write(contents.inputs[i], sample, inputs[i].view()); !written)
      return written;
  Status status = success();
  auto outputs = reference.run(inputs, [&](const Trace::Step &step) {
    if (status)
      status = writeStep(sample, step);
  });
  return outputs ? status : outputs.error();
}

Status VectorWriter::writeStep(int64_t sample, const Trace::Step &step) const {
  const LayerVectors &vectors = contents.layers[step.layer];
  for (size_t i = 0; i != step.further.size(); ++i)
    if (Status written = write(vectors.further[i], sample, step.further[i]); !written)
      return written;
  if (Status written = write(vectors.result, sample, step.result); !written || !vectors.accumulators)
    return written;
  const program::OpUnion &op = layer(step.layer).op;
  Tensor accumulators(vectors.accumulators->type);
  kernels::lookup(op.type)->accumulate(op, step.operands, accumulators.mutableView());
  return write(*vectors.accumulators, sample, accumulators.view());
}

/// The header too, always: of constants and of samples in any order.
Status VectorWriter::write(const Array &array, int64_t sample, const ConstTensorView &value) const {
  std::string header = npyHeader(typeInFile(array, contents.samples));
  if (Status written = folder.write(array.file, 0, header.data(), header.size()); !written)
    return written;
  size_t bytes = array.type.bytes();
  return folder.write(array.file, header.size() + uint64_t(sample) * bytes, value.data, bytes);
}

Status VectorWriter::writeText(const std::string &name, const std::string &text) const {
  return folder.write(name, 0, text.data(), text.size());
}
