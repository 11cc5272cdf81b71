//===- GoldenIndex.cpp - The index of a folder of golden vectors ----------===//
#include "Driver/Verify/GoldenIndex.h"

#include "Driver/Inspect/OperatorJson.h"
#include "Driver/Json.h"
#include "tare/Kernels/Registry.h"
#include "tare/Tensor/OffsetBinary.h"

using namespace tare;
using golden::Array;
using llvm::json::OStream;

namespace {

/// The version of what index.json says; a change that a reader must know of is one more.
constexpr int indexVersion = 1;

class IndexWriter {
public:
  IndexWriter(OStream &out, const program::Model &model, const golden::Vectors &vectors)
      : out(out), program(model.program()), vectors(vectors) {}

  void write(const std::string &source) {
    out.attribute("version", indexVersion);
    out.attribute("producer", jsonText(program.producer));
    out.attribute("target", program.target ? jsonText(program.target->name) : "");
    out.attribute("samples", vectors.samples);
    out.attribute("source", jsonText(source));
    writePorts("inputs", program.inputs, vectors.inputs);
    out.attributeArray("layers", [&] {
      for (size_t i = 0; i != vectors.layers.size(); ++i)
        out.object([&] { writeLayer(*program.layers[i], vectors.layers[i]); });
    });
    writePorts("outputs", program.outputs, vectors.outputs);
  }

private:
  void writeArray(const Array &array) {
    out.attribute("file", array.file);
    out.attribute("dtype", jsonText(nameOf(array.type.element)));
    jsonList(out, "shape", golden::typeInFile(array, vectors.samples).shape);
    out.attribute("per_sample", array.perSample);
  }

  /// What the tensor's integers stand for: r = scales[c] * (q - zero_point), where that is known.
  void writeGrid(uint32_t index) {
    const program::TensorT &tensor = *program.tensors[index];
    if (tensor.scales.empty())
      return;
    out.attributeObject("grid", [&] {
      jsonList(out, "scales", tensor.scales);
      out.attribute("axis", tensor.axis);
      out.attribute("zero_point", tensor.zero_point);
    });
  }

  void writePorts(const char *key, const std::vector<std::unique_ptr<program::PortT>> &ports,
                  const std::vector<Array> &arrays) {
    out.attributeArray(key, [&] {
      for (size_t i = 0; i != ports.size(); ++i)
        out.object([&] {
          out.attribute("name", jsonText(ports[i]->name));
          out.attribute("layout", jsonText(ports[i]->layout));
          writeArray(arrays[i]);
          if (ports[i]->is_unsigned)
            out.attribute("model_dtype", jsonText(nameOf(unsignedOf(arrays[i].type.element))));
          writeGrid(ports[i]->tensor);
        });
    });
  }

  void writeLayer(const program::LayerT &layer, const golden::LayerVectors &files) {
    out.attribute("name", jsonText(layer.name));
    out.attribute("kind", jsonText(kernels::lookup(layer.op.type)->name));
    out.attributeObject("parameters", [&] { writeParameters(out, layer.op); });
    out.attributeArray("operands", [&] {
      for (size_t i = 0; i != files.operands.size(); ++i)
        out.object([&] {
          out.attribute("role", golden::roleOf(layer.op.type, i));
          writeArray(files.operands[i]);
          writeGrid(layer.operands[i]);
        });
    });
    if (files.requant)
      writeRequantization(files);
    out.attributeObject("output", [&] {
      writeArray(files.result);
      writeGrid(layer.result);
    });
    if (!files.further.empty())
      out.attributeArray("further_outputs", [&] {
        for (const golden::Array &further : files.further)
          out.object([&] { writeArray(further); });
      });
  }

  void writeRequantization(const golden::LayerVectors &files) {
    out.attributeObject("accumulators", [&] { writeArray(*files.accumulators); });
    out.attributeObject("requantization", [&] { writeRequant(out, *files.requant); });
    if (!files.breakpoints) {
      out.attribute("note", "no breakpoints: " + jsonText(files.note));
      return;
    }
    out.attributeObject("breakpoints", [&] {
      out.attribute("steps", files.breakpoints->steps);
      out.attribute("written", files.breakpoints->written);
      out.attributeObject("channels", [&] { writeArray(files.breakpoints->channels); });
      out.attributeObject("accumulators", [&] { writeArray(files.breakpoints->accumulators); });
      out.attributeObject("outputs", [&] { writeArray(files.breakpoints->outputs); });
    });
  }

  OStream &out;
  const program::ProgramT &program;
  const golden::Vectors &vectors;
};

} // namespace

std::string tare::goldenIndex(const program::Model &model, const golden::Vectors &vectors, const std::string &source) {
  return jsonDocument([&](OStream &out) { out.object([&] { IndexWriter(out, model, vectors).write(source); }); });
}
