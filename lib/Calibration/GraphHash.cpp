//===- GraphHash.cpp - A graph that is known again ------------------------===//
#include "mlir/IR/DialectResourceBlobManager.h"
#include "tare/Calibration/Statistics.h"
#include "tare/Dialect/Qnn/Constants.h"
#include "tare/Dialect/Qnn/Names.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/Support/xxhash.h"

using namespace tare;

namespace {

/// The hashes of what a module holds, one behind the other.
class Parts {
public:
  void add(llvm::ArrayRef<uint8_t> bytes) { hashes.push_back(llvm::xxh3_64bits(bytes)); }
  void add(llvm::ArrayRef<char> bytes) { add({reinterpret_cast<const uint8_t *>(bytes.data()), bytes.size()}); }
  void add(llvm::StringRef text) { add(llvm::ArrayRef(text.data(), text.size())); }

  uint64_t hash() const {
    return llvm::xxh3_64bits(
        llvm::ArrayRef(reinterpret_cast<const uint8_t *>(hashes.data()), hashes.size() * sizeof(uint64_t)));
  }

private:
  std::vector<uint64_t> hashes;
};

} // namespace

/// Constants are text only where they are small; the others' bytes count. Locations, which name files, do not count,
/// but for the names that are in them.
uint64_t tare::calibration::graphHash(mlir::ModuleOp module) {
  Parts parts;
  std::string text;
  llvm::raw_string_ostream stream(text);
  constexpr int64_t small = 16;
  module.print(stream, mlir::OpPrintingFlags().elideLargeElementsAttrs(small).elideLargeResourceString(small));
  parts.add(llvm::StringRef(text));
  module.walk([&](mlir::Operation *op) {
    for (mlir::Value result : op->getResults())
      parts.add(llvm::StringRef(qnn::valueName(result)));
    for (mlir::NamedAttribute attribute : op->getAttrs())
      attribute.getValue().walk([&](mlir::ElementsAttr elements) {
        if (auto resource = mlir::dyn_cast<mlir::DenseResourceElementsAttr>(elements))
          parts.add(resource.getData());
        else if (auto dense = mlir::dyn_cast<mlir::DenseElementsAttr>(elements))
          parts.add(dense.getRawData());
        qnn::forgetPages(elements);
      });
  });
  return parts.hash();
}
