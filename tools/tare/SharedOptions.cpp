//===- SharedOptions.cpp - Options that several commands have -------------===//
#include "SharedOptions.h"

#include "Numbers.h"

using namespace tare;

CLI::Option *tare::addInputs(CLI::App &app, std::string &path) {
  return app
      .add_option("--inputs", path,
                  "Samples: an .npz, a .npy where there is one input, pictures, sounds, or a folder of such files")
      ->type_name("X.npz");
}

void tare::addMemoryLimit(CLI::App &app, int64_t &megabytes) {
  app.add_option(
         "--max-memory", megabytes,
         "Refuse a model whose values take more than this while a sample runs (default: the memory that there is)")
      ->type_name("MB")
      ->check(wholeNumber(1));
}
