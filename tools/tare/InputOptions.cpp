//===- InputOptions.cpp - --input-shape and --input-value -----------------===//
#include "InputOptions.h"

using namespace tare;

void tare::addInputOptions(CLI::App &app, std::vector<std::string> &shapes, std::vector<std::string> &values) {
  // What follows is not another one, but MODEL.
  app.add_option("--input-shape", shapes,
                 "The shape of an ONNX model's input, as x=1,3,224,224, or the sizes of named dimensions, as\n"
                 "batch=1,height=224; may be repeated")
      ->type_name("NAME=DIMS")
      ->allow_extra_args(false);
  app.add_option("--input-value", values,
                 "Make an input of an ONNX model a constant, as sr=16000, axes=0,2 or flag=true; may be repeated")
      ->type_name("NAME=VALUES")
      ->allow_extra_args(false);
}
