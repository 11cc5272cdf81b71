//===- CommandRun.h - A program that scores outputs -------------*- C++ -*-===//
#ifndef TARE_DRIVER_EVALUATE_METRICS_COMMANDRUN_H
#define TARE_DRIVER_EVALUATE_METRICS_COMMANDRUN_H

#include "tare/Tensor/AtomicFile.h"
#include "tare/Tensor/Result.h"

#include <memory>
#include <string>
#include <string_view>

namespace tare {

/// The one number that a program has printed, blanks around it aside; an error that says what it printed instead.
Result<double> numberIn(std::string_view printed);

/// One call of a program with a file of outputs, which lies in the folder for temporary files until this ends, however
/// the process does.
class CommandRun {
public:
  static Result<std::unique_ptr<CommandRun>> create(const std::string &program, const std::string &data);
  ~CommandRun();

  /// The name of the .npz that the program is to read.
  std::string outputs() const { return file(".npz"); }
  /// Calls the program, with that name as its argument and that of the data in TARE_DATA; the number that it prints.
  Result<double> run() const;

private:
  CommandRun(std::string program, std::string data, AtomicFile placeholder)
      : program(std::move(program)), data(std::move(data)), placeholder(std::move(placeholder)) {}
  std::string file(const char *ending) const { return placeholder.temporaryPath() + ending; }
  Error failure(const std::string &what) const;

  std::string program, data;
  /// Never has a name of its own: with its temporary one goes whatever begins alike, by a signal, too.
  AtomicFile placeholder;
};

} // namespace tare

#endif // TARE_DRIVER_EVALUATE_METRICS_COMMANDRUN_H
