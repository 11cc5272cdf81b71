//===- Proofs.h - How far each layer is off ---------------------*- C++ -*-===//
#ifndef TARE_DRIVER_VERIFY_PROOFS_H
#define TARE_DRIVER_VERIFY_PROOFS_H

#include "tare/Program/Model.h"
#include "tare/Proof/Proof.h"
#include "tare/Tensor/Result.h"

#include "llvm/Support/JSON.h"

namespace tare {

/// The layers' proofs, and how tables and messages call the layers.
struct Proofs {
  std::vector<proof::LayerProof> layers;
  std::vector<std::string> labels;
  /// Of the worst layer as it is shown; none where there is no layer.
  std::optional<size_t> worst = {};
  /// The same over all that the operands can be.
  std::optional<size_t> worstOfAll = {};

  Proofs(const program::Model &model, size_t threads);

  void write(llvm::json::OStream &out) const;
  /// An error where a layer is above `maxError` (LSB), or cannot be proven; it names the program's file.
  Status check(const std::string &file, std::optional<double> maxError) const;
};

/// What a layer is off by where calibration came to, or else by anything that its operands can be.
inline const proof::Deviation &shownOf(const proof::LayerProof &layer) {
  return layer.reached ? *layer.reached : layer.worst;
}

} // namespace tare

#endif // TARE_DRIVER_VERIFY_PROOFS_H
