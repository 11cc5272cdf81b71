//===- InputOptions.cpp - What is said of inputs --------------------------===//
#include "InputOptions.h"

using namespace tare;

CLI::Option *tare::addPreprocess(CLI::App &app, std::string &file) {
  return app
      .add_option(
          "--preprocess", file,
          "What becomes of pictures and sounds before they enter: size, channels, scale, mean, std; a YAML file")
      ->type_name("FILE");
}

void tare::addInputOptions(CLI::App &app, FileArguments &files, driver::InputChoices &inputs) {
  // What follows is not another one, but MODEL.
  app.add_option("--input-shape", inputs.inputShapes,
                 "The shape of an ONNX model's input, as x=1,3,224,224, or the sizes of named dimensions, as\n"
                 "batch=1,height=224; may be repeated")
      ->type_name("NAME=DIMS")
      ->allow_extra_args(false);
  app.add_option("--input-value", inputs.inputValues,
                 "Make an input of an ONNX model a constant, as sr=16000, axes=0,2 or flag=true; may be repeated")
      ->type_name("NAME=VALUES")
      ->allow_extra_args(false);
  app.add_option(
         "--input-type", inputs.inputTypes,
         "Let an input of an ONNX model take what a device has, as x=nv12: uint8, rgb, bgr, gray, nv12, yuv444\n"
         "or int16; what --preprocess computes becomes part of the network; may be repeated")
      ->type_name("NAME=TYPE")
      ->allow_extra_args(false);
  files.reads(addPreprocess(app, inputs.preprocess), inputs.preprocess);
}
