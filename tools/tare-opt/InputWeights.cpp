//===- InputWeights.cpp - Weights that lie beside the input ---------------===//
#include "InputWeights.h"

#include "tare/Dialect/Qnn/WeightFiles.h"

#include "mlir/Bytecode/BytecodeWriter.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/Parser/Parser.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

using namespace mlir;

/// Whether it is worth a parse.
static bool mayHaveWeights(const llvm::MemoryBuffer &input, StringRef folder) {
  SmallString<128> weights(folder);
  llvm::sys::path::append(weights, "weights");
  return llvm::sys::fs::is_directory(weights) && input.getBuffer().contains("dense_resource<");
}

tare::Result<std::unique_ptr<llvm::MemoryBuffer>> tare::withWeights(std::unique_ptr<llvm::MemoryBuffer> input,
                                                                    const DialectRegistry &registry) {
  StringRef folder = llvm::sys::path::parent_path(input->getBufferIdentifier());
  if (!mayHaveWeights(*input, folder))
    return input;
  MLIRContext context(registry, MLIRContext::Threading::DISABLED);
  ScopedDiagnosticHandler silent(&context, [](Diagnostic &) { return mlir::success(); });
  OwningOpRef<ModuleOp> module = parseSourceString<ModuleOp>(
      input->getBuffer(), ParserConfig(&context, /*verifyAfterParse=*/false), input->getBufferIdentifier());
  if (!module)
    return input;
  if (Status read = qnn::readWeights(*module, folder.str()); !read)
    return read.error();
  std::string bytes;
  llvm::raw_string_ostream stream(bytes);
  if (failed(writeBytecodeToFile(*module, stream)))
    return input;
  return llvm::MemoryBuffer::getMemBufferCopy(bytes, input->getBufferIdentifier());
}
