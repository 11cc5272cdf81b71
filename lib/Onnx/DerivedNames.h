//===- DerivedNames.h - Names of what a model has no name for ---*- C++ -*-===//
//
// What stands on the way to a value of the model is called "<value>/<step>". Where a value of the model is called that
// itself, a number tells the two apart: ranges, rules and the check find values by their names.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_LIB_ONNX_DERIVEDNAMES_H
#define TARE_LIB_ONNX_DERIVEDNAMES_H

#include "onnx.pb.h"
#include "llvm/ADT/StringMap.h"

#include <string>

namespace tare::onnx {

class DerivedNames {
public:
  /// No name is one of a value of `graph`, or of the graphs of its nodes.
  explicit DerivedNames(const proto::GraphProto &graph);

  /// "<value>/<step>", with the first of ":2", ":3", .. behind that keeps it apart from the model's names, and from
  /// those that were derived of other values before. Whenever it is asked for, a step has one name.
  std::string of(llvm::StringRef value, llvm::StringRef step);

private:
  void add(const proto::GraphProto &graph);

  /// By name, the value that it was derived of; "" of the model's own.
  llvm::StringMap<std::string> owners;
};

} // namespace tare::onnx

#endif // TARE_LIB_ONNX_DERIVEDNAMES_H
