//===- StateOptions.cpp - --state -----------------------------------------===//
#include "StateOptions.h"

using namespace tare;

void tare::addStates(CLI::App &app, std::vector<std::string> &texts) {
  app.add_option("--state", texts,
                 "An input that is what an output was for the sample before, as h=h_out: samples are steps, and it is\n"
                 "zero before the first of each file; may be repeated")
      ->type_name("IN=OUT")
      ->allow_extra_args(false);
}
