//===- Conformance.cpp - ONNX's operator tests, imported and run ----------===//
//
//   tare-conformance [--expected FILE | --record FILE] [--verbose] FOLDER...
//
// Each folder holds test cases as ONNX publishes them: model.onnx and folders
// test_data_set_N with input_I.pb and output_I.pb. Weights are inputs in these
// models, and Tare wants them constant; so each case runs in three forms: as it
// is, with all inputs but the first as constants, and with all of them (which
// tests what is computed at import). A form may be refused; one that imports
// must give the published results. FILE has a line per operator: its name, how many
// of its cases passed, how many there are (those left out aside). Exit code 1 on any
// mismatch, or where an operator passes fewer of them than FILE says.
//
//===----------------------------------------------------------------------===//
#include "ConstantData.h"
#include "TensorReader.h"
#include "mlir/IR/MLIRContext.h"
#include "tare/Evaluator/Evaluator.h"
#include "tare/Evaluator/ModelPorts.h"
#include "tare/Onnx/Import.h"

#include <cmath>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <map>
#include <set>
#include <unistd.h>

using namespace tare;
namespace fs = std::filesystem;
namespace proto = tare::onnx::proto;

namespace {

struct Case {
  fs::path folder;
  proto::ModelProto model;
  std::vector<proto::TensorProto> inputs, outputs;
};

/// Cases whose published results Tare does not follow.
const std::set<std::string> deviations = {
    // A dimension of 0 is one that is open, as some exporters write it, where nothing binds it.
    "test_tril_zero",
    "test_triu_zero",
    // Each step is rounded to bfloat16 there; Tare computes float32.
    "test_attention_4d_causal_padded_kv_bf16_expanded",
};

enum class Outcome { Passed, Failed, Refused };
struct Verdict {
  Outcome outcome;
  std::string reason;
};

template <typename Message> bool parse(const fs::path &path, Message &message) {
  std::ifstream file(path, std::ios::binary);
  return file && message.ParseFromIstream(&file);
}

bool readTensors(const fs::path &folder, const std::string &kind, int count, std::vector<proto::TensorProto> &tensors) {
  for (int i = 0; i < count; ++i) {
    tensors.emplace_back();
    fs::path path = folder / fmt::format("{}_{}.pb", kind, i);
    if (!parse(path, tensors.back()))
      return false;
  }
  return true;
}

/// Older cases store bfloat16 as uint16, and name opsets below 7 whose operators have not changed since.
void repair(Case &test) {
  auto retype = [](std::vector<proto::TensorProto> &tensors, const auto &ports) {
    for (size_t i = 0; i < tensors.size(); ++i)
      if (ports[i].type().tensor_type().elem_type() == proto::TensorProto::BFLOAT16)
        tensors[i].set_data_type(proto::TensorProto::BFLOAT16);
  };
  retype(test.inputs, test.model.graph().input());
  retype(test.outputs, test.model.graph().output());
  for (proto::OperatorSetIdProto &opset : *test.model.mutable_opset_import())
    if (opset.domain().empty())
      opset.set_version(std::max<int64_t>(opset.version(), 7));
}

/// The case in a folder, with its first set of data.
std::optional<Case> readCase(const fs::path &folder) {
  Case test{folder, {}, {}, {}};
  fs::path data = folder / "test_data_set_0";
  if (!parse(folder / "model.onnx", test.model) ||
      !readTensors(data, "input", test.model.graph().input_size(), test.inputs) ||
      !readTensors(data, "output", test.model.graph().output_size(), test.outputs))
    return std::nullopt;
  repair(test);
  return test;
}

/// The model with the inputs from `first` on as constants.
proto::ModelProto bindConstants(const Case &test, int first) {
  proto::ModelProto model = test.model;
  proto::GraphProto &graph = *model.mutable_graph();
  for (int i = first; i < graph.input_size(); ++i) {
    proto::TensorProto &constant = *graph.add_initializer();
    constant = test.inputs[i];
    constant.set_name(graph.input(i).name());
  }
  graph.mutable_input()->DeleteSubrange(first, graph.input_size() - first);
  return model;
}

bool is16Bit(int32_t dataType) {
  return dataType == proto::TensorProto::FLOAT16 || dataType == proto::TensorProto::BFLOAT16;
}

/// ONNX's own tolerance; where the published numbers have 16 bits, Tare's have 32.
double tolerance(const proto::GraphProto &graph) {
  auto narrow = [](const proto::ValueInfoProto &port) { return is16Bit(port.type().tensor_type().elem_type()); };
  bool anyNarrow = std::any_of(graph.input().begin(), graph.input().end(), narrow) ||
                   std::any_of(graph.output().begin(), graph.output().end(), narrow);
  return anyNarrow ? 1e-2 : 1e-3;
}

/// Passed where nothing differs; refused where Tare has no tensors of the expected type. A result of unsigned integers
/// may be stored as signed ones.
Verdict compare(const Tensor &found, proto::TensorProto expectedProto, double relative, onnx::TensorReader &reader) {
  Result<Tensor> expected = reader.read(expectedProto);
  if (!expected)
    return {Outcome::Refused, "expected result: " + expected.error().message};
  if (found.shape() != expected->shape())
    return {Outcome::Failed,
            fmt::format("shape {}, expected {}", toString(found.shape()), toString(expected->shape()))};
  Tensor same = found;
  if (found.element() != expected->element() && sizeOf(found.element()) == sizeOf(expected->element()))
    same = Tensor(expected->type(), std::make_shared<Tensor>(found), found.data());
  std::vector<double> a = onnx::toDoubles(same), b = onnx::toDoubles(*expected);
  for (size_t i = 0; i < a.size(); ++i) {
    bool equal = a[i] == b[i] || (std::isnan(a[i]) && std::isnan(b[i])) ||
                 std::abs(a[i] - b[i]) <= relative * std::abs(b[i]) + 1e-5;
    if (!equal)
      return {Outcome::Failed, fmt::format("element {} is {}, expected {}", i, a[i], b[i])};
  }
  return {Outcome::Passed, ""};
}

class Runner {
public:
  Runner() : directory(fs::temp_directory_path() / fmt::format("tare-conformance.{}", getpid())) {
    fs::create_directories(directory);
    context.getDiagEngine().registerHandler([this](mlir::Diagnostic &diagnostic) {
      if (diagnostic.getSeverity() == mlir::DiagnosticSeverity::Error)
        errors.push_back(diagnostic.str());
      return mlir::success();
    });
  }
  ~Runner() { fs::remove_all(directory); }

  /// The case with its inputs from `constantsFrom` on as constants.
  Verdict run(const Case &test, int constantsFrom) {
    fs::path path = directory / "model.onnx";
    std::ofstream(path, std::ios::binary) << bindConstants(test, constantsFrom).SerializeAsString();
    errors.clear();
    auto module = onnx::importModel(path.string(), {}, context);
    if (failed(module))
      return errors.size() == 1 ? Verdict{Outcome::Refused, errors[0]}
                                : Verdict{Outcome::Failed, fmt::format("{} errors instead of one", errors.size())};
    auto evaluator = Evaluator::create(**module);
    if (failed(evaluator))
      return {Outcome::Failed, "cannot be evaluated: " + (errors.empty() ? "" : errors[0])};
    return check(test, constantsFrom, *evaluator, (*module)->lookupSymbol<mlir::func::FuncOp>("main"));
  }

private:
  Verdict check(const Case &test, int inputCount, const Evaluator &evaluator, mlir::func::FuncOp function) {
    onnx::TensorReader reader(directory.string());
    std::vector<Tensor> operands;
    for (int i = 0; i < inputCount; ++i) {
      proto::TensorProto input = test.inputs[i];
      Result<Tensor> tensor = reader.read(input);
      if (!tensor)
        return {Outcome::Failed, tensor.error().message};
      operands.emplace_back(evaluator.inputs()[i].type, std::make_shared<Tensor>(*tensor), tensor->data());
    }
    std::vector<Tensor> results = evaluator.run(operands);
    if (std::optional<std::string> problem = evaluator.problem())
      return {Outcome::Refused, *problem};
    for (size_t i = 0; i < results.size(); ++i)
      if (Verdict verdict =
              compare(asOutput(results[i], function, i), test.outputs[i], tolerance(test.model.graph()), reader);
          verdict.outcome != Outcome::Passed)
        return {verdict.outcome, fmt::format("result {}: {}", i, verdict.reason)};
    return {Outcome::Passed, ""};
  }

  fs::path directory;
  mlir::MLIRContext context;
  std::vector<std::string> errors;
};

struct Count {
  int passed = 0, failed = 0, refused = 0, skipped = 0;
  /// By operator: passed, and all.
  std::map<std::string, std::pair<int, int>> operators;
};

/// The operator that a case is of: the one that it has most of, the first such by name.
std::string operatorOf(const proto::ModelProto &model) {
  std::map<std::string, int> counts;
  for (const proto::NodeProto &node : model.graph().node())
    ++counts[node.op_type()];
  auto most = std::max_element(counts.begin(), counts.end(), [](auto &a, auto &b) { return a.second < b.second; });
  return most == counts.end() ? "none" : most->first;
}

/// Each operator that passes fewer cases than the file says; the file may only grow.
bool keepsUp(const Count &count, const std::string &path) {
  std::ifstream file(path);
  if (!file)
    return fmt::print("cannot read {}\n", path), false;
  bool keeps = true;
  std::string name;
  for (int passed = 0, all = 0; file >> name >> passed >> all;) {
    auto found = count.operators.find(name);
    int now = found == count.operators.end() ? 0 : found->second.first;
    if (now < passed)
      fmt::print("{} passes {} cases, expected {}\n", name, now, passed);
    else if (now > passed)
      fmt::print("{} passes {} cases, more than the {} that {} expects: record them\n", name, now, passed, path);
    keeps &= now >= passed;
  }
  return keeps;
}

void record(const Count &count, const std::string &path) {
  std::ofstream file(path);
  for (const auto &[name, cases] : count.operators)
    file << fmt::format("{} {} {}\n", name, cases.first, cases.second);
}

/// All forms of one case: failed if any is wrong, passed if any is right.
void runCase(Runner &runner, const fs::path &folder, Count &count, bool verbose) {
  std::optional<Case> test = readCase(folder);
  if (!test || deviations.contains(folder.filename().string())) {
    ++count.skipped;
    return;
  }
  int inputs = test->model.graph().input_size();
  std::set<int> forms{inputs, std::min(inputs, 1), 0};
  bool passed = false, failed = false;
  std::string reason;
  for (int form : forms) {
    Verdict verdict = runner.run(*test, form);
    passed |= verdict.outcome == Outcome::Passed;
    failed |= verdict.outcome == Outcome::Failed;
    if (verdict.outcome == Outcome::Failed)
      fmt::print("FAILED {} with {} of {} inputs: {}\n", folder.filename().string(), form, inputs, verdict.reason);
    reason = verdict.reason;
  }
  count.failed += failed;
  count.passed += passed && !failed;
  count.refused += !passed && !failed;
  auto &[ownPassed, all] = count.operators[operatorOf(test->model)];
  ownPassed += passed && !failed;
  ++all;
  if (verbose && !passed && !failed)
    fmt::print("refused {}: {}\n", folder.filename().string(), reason);
}

std::vector<fs::path> findCases(const fs::path &folder) {
  std::vector<fs::path> cases;
  for (const fs::directory_entry &entry : fs::directory_iterator(folder))
    if (fs::exists(entry.path() / "model.onnx"))
      cases.push_back(entry.path());
  std::sort(cases.begin(), cases.end());
  return cases;
}

} // namespace

int main(int argc, char **argv) {
  std::string expected, recorded;
  bool verbose = false;
  Count count;
  Runner runner;
  for (int i = 1; i < argc; ++i) {
    std::string argument = argv[i];
    if (argument == "--verbose")
      verbose = true;
    else if (argument == "--expected" && i + 1 < argc)
      expected = argv[++i];
    else if (argument == "--record" && i + 1 < argc)
      recorded = argv[++i];
    else
      for (const fs::path &folder : findCases(argument))
        runCase(runner, folder, count, verbose);
  }
  fmt::print("{} passed, {} failed, {} refused (not supported), {} left out\n", count.passed, count.failed,
             count.refused, count.skipped);
  if (!recorded.empty())
    record(count, recorded);
  return count.failed || (!expected.empty() && !keepsUp(count, expected));
}
