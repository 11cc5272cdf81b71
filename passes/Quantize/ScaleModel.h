//===- ScaleModel.h - The scales of a graph and what ties them --*- C++ -*-===//
//
// The variables are the grids of groups of values and of constant operands. Every
// scale is a base times a power of two.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_PASSES_QUANTIZE_SCALEMODEL_H
#define TARE_PASSES_QUANTIZE_SCALEMODEL_H

#include "Quantize/PowerOfTwo.h"
#include "Quantize/StepCosts.h"
#include "Quantize/WeightRepair.h"

namespace tare {

/// The scales that are looked at.
enum class ScaleFamily {
  /// 2^e: no multiplier rounds what such a scale means.
  powersOfTwo,
  /// The scale that suits a value alone (A4), times 2^e.
  natural,
};

/// y = a * b.
bool isScaledProduct(mlir::Operation *op);

/// What is known of a graph's scales: the variables, what stands between them, and the exponents that are chosen so
/// far. ScaleBounds and LayerBounds add what keeps them near each other, ScaleCosts what each of them costs.
class ScaleModel {
public:
  using Variable = ExponentProblem::Variable;

  struct Layer {
    qnn::AccumulatorOpInterface op;
    Variable x;
    std::optional<Variable> y;
    /// Null where there is none.
    mlir::ElementsAttr bias;
    /// The problem's, where there is no multiplier; then the weights' steps and what each channel loses.
    unsigned number = 0;
    std::optional<WeightSteps> steps;
    std::vector<ConvexCost> costs;
    /// Where there is one: the scales that suit the weights alone.
    llvm::SmallVector<double> own;

    /// |bias|, 0 where there is none.
    double biasAt(size_t channel) const;
    /// They come from the model's file again: large networks are not held in memory for what each layer loses.
    void forgetWeights() const;
  };
  /// y = a * b, none of them constant: e_y - e_a - e_b is no difference of two exponents. If a model fixes one, it is
  /// b.
  struct Product {
    mlir::Operation *op;
    Variable a, b, y;
    bool isTight = false;
  };
  struct ConstantOperand {
    mlir::OpOperand *operand;
    std::pair<double, double> range;
    ConvexCost cost;
    double base = 1;
    /// A choice of its own, or a layer of one channel.
    std::optional<Variable> variable;
    unsigned layer = 0;
  };
  /// A multiplication of an op without weights: M is the product of the factors' scales over that of y, and over the
  /// number of elements that are averaged.
  struct Scaling {
    llvm::SmallVector<Variable, 2> factors;
    Variable y;
    /// A sum has its other operand's M at the same shift.
    std::optional<Variable> beside;
    double relevance;
    MultiplierLimits limits;
    int64_t count = 1;
  };

  /// The variables of all groups. Each scale is its base at first; `bases`: others than the natural ones.
  ScaleModel(const PowerOfTwoContext &context, const GridGroups &groups, ScaleFamily family, std::vector<double> bases);

  /// Nothing where a value has no grid.
  std::optional<Variable> variableOf(mlir::Value value) const;
  double scaleOf(Variable variable) const { return std::ldexp(bases[variable], exponents[variable]); }
  /// Whether its scale is the natural one.
  bool isNatural(Variable variable) const {
    return family == ScaleFamily::natural && naturals[variable] == scaleOf(variable);
  }
  StepFamily familyOf(Variable variable, double relevance) const { return {bases[variable], relevance}; }

  /// A constant operand has a grid of its own. Of a product without a multiplier it is what weights are to a layer.
  /// Its variable, unless it is a layer's channel.
  std::optional<Variable> addConstant(mlir::OpOperand &operand);
  ActivationRule ruleOf(const ConstantOperand &constant) const {
    return groups.ruleBeside(llvm::cast<qnn::GridOpInterface>(constant.operand->getOwner()));
  }
  ConvexCost costOf(const ConstantOperand &constant) const;
  int exponentOfConstant(const ConstantOperand &constant) const;

  /// What stands around a layer's weights at the scales that are chosen.
  AccumulatorContext contextOf(const Layer &layer) const;
  /// Sy / Sx.
  double stepOf(const Layer &layer) const { return scaleOf(*layer.y) / scaleOf(layer.x); }
  /// |x - Zx| at most.
  double reach() const;
  double accumulatorLimit() const;
  bool isShared() const { return context.target.requantizer == Requantizer::three_stage; }
  /// The q' = e_y - e_.. for which M = ratio * 2^-q' is in reach of (m, q) with m of so many bits.
  ShiftRange reachOf(double ratio, const MultiplierLimits &limits) const;

  /// Whom the bounds that follow belong to, and its number.
  void startOwner(mlir::Operation *op) { owners.push_back(op); }
  unsigned owner() const { return owners.size() - 1; }
  unsigned ownerOf(mlir::Operation *op) const { return llvm::find(owners, op) - owners.begin(); }
  /// Notes a scale of the model that is no power of two.
  void refuse(const std::string &name, double scale);

  const PowerOfTwoContext &context;
  const GridGroups &groups;
  const ScaleFamily family;
  const bool onlyShifts;
  /// Of one shift, and of what a layer has.
  const MultiplierLimits each, whole;
  ExponentProblem problem;
  std::vector<int> exponents;
  /// By variable: the scale at the exponent 0.
  std::vector<double> bases;
  /// By variable: what suits it alone.
  std::vector<double> naturals;
  /// The first member of each variable's group.
  llvm::DenseMap<Variable, std::string> names;
  std::vector<Layer> layers;
  std::vector<ConstantOperand> constants;
  std::vector<Product> products;
  std::vector<Scaling> scalings;
  /// Whom a bound belongs to.
  std::vector<mlir::Operation *> owners;
  /// Scales of the model that are no powers of two.
  std::vector<std::string> others;

private:
  Variable addGroup(mlir::Value value);
  Variable addVariable(double base, std::optional<int> fixed = std::nullopt);

  /// By variable: what its base is to be in place of the natural one.
  std::vector<double> given;
  /// By group.
  llvm::DenseMap<unsigned, Variable> variables;
};

} // namespace tare

#endif // TARE_PASSES_QUANTIZE_SCALEMODEL_H
