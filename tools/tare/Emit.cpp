//===- Emit.cpp - tare emit -----------------------------------------------===//
#include "CSourceFolder.h"
#include "Choices.h"
#include "Commands.h"
#include "Json.h"
#include "OutputFile.h"
#include "TFLiteFile.h"

#include "tare/Program/Reader.h"
#include "tare/Tensor/StandardStreams.h"

using namespace tare;

namespace {

class EmitCommand : public Command {
public:
  EmitCommand()
      : Command(
            "emit", "Write a finished program in another form",
            "tare emit model.tare --as c -o model_c\n"
            "  What `tare convert --emit c` writes, of a program: a folder with model.c and model.h, C99 without heap "
            "that\n  computes the program's integers; docs/c-source.md describes them.\n  --as tflite: what `tare "
            "convert --emit "
            "tflite` writes, a flatbuffer; docs/tflite.md describes it.") {}

  Status run() override {
    Result<std::shared_ptr<const program::Model>> model = program::readFile(path);
    if (!model)
      return model.error();
    return form == "c" ? writeFolder(*model) : writeFlatbuffer(**model);
  }

private:
  void addOptions(CLI::App &app) override {
    files.reads(app.add_option("PROGRAM", path, "A .tare")->required(), path);
    app.add_option("--as", form, "The form: c (a folder) or tflite (a file)")
        ->type_name("FORM")
        ->check(oneOf({"c", "tflite"}))
        ->capture_default_str();
    c.addTo(app);
    files.writes(app.add_option("-o,--output", output, "The folder to write, a new one or an empty one; or the file")
                     ->required()
                     ->type_name("OUT"),
                 output);
  }

  Status writeFolder(const std::shared_ptr<const program::Model> &model) {
    if (output == standardOutput)
      return Error{"--output is -, found a stream, expected the name of a folder"};
    auto folder = CSourceFolder::create(output, c, path);
    if (!folder)
      return folder.error();
    if (Status written = folder->write(model); !written)
      return written;
    report(*folder);
    return success();
  }

  Status writeFlatbuffer(const program::Model &model) {
    for (const Status &free :
         {c.checkUnused("--as c"), checkOutput(output, std::span(&path, 1)), checkEnding(output, {".tflite"})})
      if (!free)
        return free;
    auto file = TFLiteFile::write(model, output);
    if (!file)
      return file.error();
    report(*file);
    if (std::string rounding = file->roundingText(); !rounding.empty() && !json)
      console().note(rounding);
    return success();
  }

  template <typename Written> void report(const Written &written) {
    complete.push_back(output);
    if (!json)
      return console().note("wrote " + written.text());
    printJson([&](llvm::json::OStream &out) {
      out.object([&] {
        out.attribute("output", jsonText(output));
        out.attribute("bytes", written.bytes());
        written.writeJson(out);
      });
    });
  }

  std::string path, output, form = "c";
  CSourceOptions c;
};

} // namespace

std::unique_ptr<Command> tare::makeEmitCommand() { return std::make_unique<EmitCommand>(); }
