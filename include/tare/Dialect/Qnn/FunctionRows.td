//===- FunctionRows.td - Functions, for the host -----------*- tablegen -*-===//
//
// A row for each record of Ops/Function.td: what the host computes in the model's own types, by the same formula, needs no line of its
// own. lib/Host has them as data, and nothing else of the dialect, which stands on it.
//
//===----------------------------------------------------------------------===//
include "llvm/TableGen/SearchableTable.td"
include "tare/Dialect/Qnn/Ops/Function.td"

def FunctionRows : GenericTable {
  let FilterClass = "Qnn_Function";
  let CppTypeName = "FunctionRow";
  let Fields = ["onnxOperator", "hostKind", "hostParameters"];
  string TypeOf_hostKind = "code";
  string TypeOf_hostParameters = "code";
}
