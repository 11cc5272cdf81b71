//===- ScaleChooser.h - All scales of a graph as one problem ----*- C++ -*-===//
//
// Layers with weights, and the ops between, bound how far apart scales may be;
// the choice is the cheapest within these bounds.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_PASSES_QUANTIZE_SCALECHOOSER_H
#define TARE_PASSES_QUANTIZE_SCALECHOOSER_H

#include "Quantize/ScaleModel.h"

namespace tare {

class ScaleChooser {
public:
  /// Each scale is its base at first. `bases`: others than the natural ones, in the order of
  /// ScaleLosses::basesThatHit().
  ScaleChooser(const PowerOfTwoContext &context, const GridGroups &groups, ScaleFamily family,
               std::vector<double> bases = {});

  /// On a target that only shifts: an error that names the model's scales that are no powers of two.
  mlir::LogicalResult refuseOtherScales() const;
  /// Each scale the best for itself, whatever the shifts.
  void takeBest();
  /// The least cost of all that satisfies every bound; false where nothing does.
  bool solve();
  /// On a target with multipliers, what is lost in all.
  double cost();
  /// Pins the groups whose scales are not the natural ones, and gives the other grids.
  PowerOfTwoGrids apply(GridGroups &into) const;
  /// The scales as they are chosen so far.
  const ScaleModel &scales() const { return model; }

private:
  using Layer = ScaleModel::Layer;
  using Product = ScaleModel::Product;

  void addCosts();
  bool refine();
  bool refineProduct(Product &product);
  bool refineAccumulators(const Layer &layer);
  qnn::Grid weightGridOf(const Layer &layer) const;

  ScaleModel model;
  bool hasCosts = false;
};

} // namespace tare

#endif // TARE_PASSES_QUANTIZE_SCALECHOOSER_H
