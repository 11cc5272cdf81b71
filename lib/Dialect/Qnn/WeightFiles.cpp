//===- WeightFiles.cpp - Weights beside printed IR ------------------------===//
#include "tare/Dialect/Qnn/WeightFiles.h"
#include "tare/Dialect/Qnn/Constants.h"
#include "tare/Tensor/Npy.h"

#include "mlir/IR/Matchers.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

using namespace mlir;
using namespace tare;

/// Keys are users' names: what may mean something to a file system is `%` and two hexadecimal digits here.
static std::string fileOf(StringRef folder, StringRef key) {
  std::string name;
  for (char c : key)
    name +=
        llvm::isAlnum(c) || c == '_' || c == '-' || c == '.' ? std::string(1, c) : "%" + llvm::toHex(StringRef(&c, 1));
  SmallString<128> path(folder);
  llvm::sys::path::append(path, "weights", name + ".npy");
  return path.str().str();
}

template <typename Visit> static Status forEachResource(ModuleOp module, Visit visit) {
  Status status = tare::success();
  module.walk([&](Operation *op) {
    DenseResourceElementsAttr resource;
    if (status && matchPattern(op, m_Constant(&resource)))
      status = visit(resource);
  });
  return status;
}

Status tare::qnn::writeWeights(ModuleOp module, const std::string &folder, llvm::StringSet<> &written,
                               function_ref<Status(const std::string &)> claim) {
  return forEachResource(module, [&](DenseResourceElementsAttr resource) -> Status {
    StringRef key = resource.getRawHandle().getKey();
    if (!resource.getRawHandle().getBlob() || !written.insert(key).second)
      return tare::success();
    std::string file = fileOf(folder, key);
    if (std::error_code error = llvm::sys::fs::create_directories(llvm::sys::path::parent_path(file)))
      return Error{llvm::sys::path::parent_path(file).str() + ": " + error.message()};
    if (Status free = claim(file); !free)
      return free;
    return writeNpy(file, toTensor(resource).view());
  });
}

Status tare::qnn::readWeights(ModuleOp module, const std::string &folder) {
  return forEachResource(module, [&](DenseResourceElementsAttr resource) -> Status {
    auto handle = resource.getRawHandle();
    std::string file = fileOf(folder, handle.getKey());
    if (handle.getBlob() || !llvm::sys::fs::exists(file))
      return tare::success();
    Result<Tensor> tensor = readNpy(file);
    if (!tensor)
      return tensor.error();
    if (TensorType expected = toHost(resource.getShapedType()); tensor->type() != expected)
      return Error{file + ": holds " + toString(tensor->type()) + ", but the IR's resource '" + handle.getKey().str() +
                   "' is " + toString(expected)};
    ArrayRef<char> bytes(static_cast<const char *>(tensor->data()), tensor->type().bytes());
    handle.getResource()->setBlob(AsmResourceBlob(
        bytes, alignof(double), [share = Tensor(*tensor)](void *, size_t, size_t) mutable { share = Tensor(); },
        /*dataIsMutable=*/false));
    return tare::success();
  });
}
