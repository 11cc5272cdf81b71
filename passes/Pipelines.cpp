//===- Pipelines.cpp - The arrows from a float graph to integers ----------===//
#include "tare/Passes/Pipelines.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/PassOptions.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"
#include "tare/Passes/Passes.h"

using namespace mlir;
using namespace tare;

void tare::buildCutPipeline(OpPassManager &passes, const std::vector<std::string> &inputs,
                            const std::vector<std::string> &outputs) {
  CutNetworkOptions cut;
  cut.inputs.assign(inputs.begin(), inputs.end());
  cut.outputs.assign(outputs.begin(), outputs.end());
  passes.addNestedPass<func::FuncOp>(createCutNetwork(std::move(cut)));
}

void tare::buildSimplifyPipeline(OpPassManager &passes) {
  OpPassManager &function = passes.nest<func::FuncOp>();
  function.addPass(createSelectByMasks());
  function.addPass(createCanonicalizeGraph());
  function.addPass(createFoldConstants());
  function.addPass(createMergeDuplicates());
  function.addPass(createComposeMovements());
  function.addPass(createFoldPads());
  // Before factors of a written-out function go into a layer's weights.
  function.addPass(createRecognizeFunctions());
  function.addPass(createRecognizeNorms());
  function.addPass(createFoldBatchNorms());
  function.addPass(createDecompose());
  function.addPass(createFuseActivations());
  function.addPass(createCanonicalizeGraph());
}

void tare::buildLayersPipeline(OpPassManager &passes, const PipelineOptions &options) {
  buildSimplifyPipeline(passes);
  OpPassManager &function = passes.nest<func::FuncOp>();
  function.addPass(createWriteOutNorms({options.target, options.activations}));
  function.addPass(createDecompose());
}

void tare::buildSimplifyPipeline(OpPassManager &passes, const PipelineOptions &options) {
  buildLayersPipeline(passes, options);
  OpPassManager &function = passes.nest<func::FuncOp>();
  if (!options.configs.empty()) {
    ApplyConfigOptions config;
    config.files.assign(options.configs.begin(), options.configs.end());
    config.target = options.target;
    config.activations = options.activations;
    function.addPass(createApplyConfig(std::move(config)));
  }
  function.addPass(createPlaceMissing({options.target, options.activations}));
  if (options.equalize)
    function.addPass(createEqualizeChannels());
}

void tare::buildRangesPipeline(OpPassManager &passes, calibration::Ranges ranges) {
  auto shared = std::make_shared<const calibration::Ranges>(std::move(ranges));
  passes.addNestedPass<func::FuncOp>(createImportRanges(std::move(shared)));
}

void tare::buildRangesPipeline(OpPassManager &passes, const PipelineOptions &options) {
  passes.addNestedPass<func::FuncOp>(createImportRanges({options.ranges}));
}

void tare::buildGridsPipeline(OpPassManager &passes, const PipelineOptions &options) {
  passes.addPass(createSetTarget({options.target}));
  OpPassManager &function = passes.nest<func::FuncOp>();
  function.addPass(createDropRounds({options.activations}));
  function.addPass(createDropNanGuards());
  // IR that another target's simplification has made.
  function.addPass(createPlaceMissing({"", options.activations}));
  function.addPass(createPlaceHost({options.hostTail}));
  function.addPass(createRegridInputs());
  function.addPass(createBoundRanges({options.activations}));
  function.addPass(createCheckScales({options.allowUncalibrated}));
  function.addPass(createNormalizeGrids({options.repair}));
  function.addPass(createConformGrids({options.repair}));
  function.addPass(createSplitGrids({options.activations}));
  // An activation may be the only reader of its op's copy now.
  function.addPass(createFuseActivations());
  function.addPass(createSinkPermutes());
  function.addPass(createInsertQuantDequant({options.activations, options.repair, options.narrowStates}));
  function.addPass(createUnifyWidths());
}

void tare::buildConstantsPipeline(OpPassManager &passes, const PipelineOptions &options) {
  OpPassManager &function = passes.nest<func::FuncOp>();
  function.addPass(createRoundWeights());
  function.addPass(createCorrectBiases({options.biasCorrection}));
  // What activations each op has is known now.
  function.addPass(createPlaceMissing({"", options.activations}));
}

void tare::buildQuantizePipeline(OpPassManager &passes, const PipelineOptions &options) {
  buildGridsPipeline(passes, options);
  buildConstantsPipeline(passes, options);
}

void tare::buildFusePipeline(OpPassManager &passes) {
  OpPassManager &function = passes.nest<func::FuncOp>();
  function.addPass(createFuseQuantized());
  function.addPass(createCanonicalizeGraph());
}

void tare::buildLowerPipeline(OpPassManager &passes, const PipelineOptions &options) {
  passes.addPass(createComputeRequantization({options.repair}));
  passes.addPass(createLowerToNpu());
  OpPassManager &function = passes.nest<func::FuncOp>();
  // Constants stay with their readers, and merge in the CSE below: moved to the front, they would be far from them in
  // memory too.
  GreedyRewriteConfig config;
  config.enableConstantCSE(false).setRegionSimplificationLevel(GreedySimplifyRegionLevel::Disabled);
  function.addPass(createCanonicalizerPass(config));
  function.addPass(createCancelTransposes());
  if (!options.stripIo.empty()) {
    StripIoOptions strip;
    strip.kinds.assign(options.stripIo.begin(), options.stripIo.end());
    function.addPass(createStripIo(std::move(strip)));
  }
  function.addPass(createHoistFromLoops());
  function.addPass(createCSEPass());
  function.addPass(createPlaceMoves());
  function.addPass(createPlanMemory());
}

namespace {

/// The options of the pipelines on tare-opt's command line.
struct CommandLineOptions : PassPipelineOptions<CommandLineOptions> {
  Option<std::string> target{*this, "target", llvm::cl::desc("a shipped target or a YAML file"),
                             llvm::cl::init("generic")};
  Option<std::string> activations{
      *this, "activations", llvm::cl::desc("i8 or i16; without it the target's preferred type"), llvm::cl::init("")};
  Option<std::string> ranges{*this, "ranges", llvm::cl::desc("the ranges file"), llvm::cl::init("")};
  Option<bool> repair{*this, "repair", llvm::cl::desc("change scales that the hardware cannot use"),
                      llvm::cl::init(true)};
  Option<bool> allowUncalibrated{*this, "allow-uncalibrated",
                                 llvm::cl::desc("convert although scales look as if nobody had calibrated them"),
                                 llvm::cl::init(false)};
  Option<bool> hostTail{*this, "host-tail",
                        llvm::cl::desc("leave to the host what stands behind the last products with weights"),
                        llvm::cl::init(false)};
  Option<bool> narrowStates{*this, "narrow-states",
                            llvm::cl::desc("keep the states of loops at the width of the other activations"),
                            llvm::cl::init(false)};
  ListOption<std::string> configs{*this, "config", llvm::cl::desc("configurations of single layers, later ones win")};
  Option<bool> biasCorrection{*this, "bias-correction",
                              llvm::cl::desc("let biases take what rounded weights shift results by"),
                              llvm::cl::init(false)};
  Option<bool> equalize{*this, "equalize", llvm::cl::desc("make weights before and behind a channel alike in size"),
                        llvm::cl::init(false)};
  ListOption<std::string> stripIo{*this, "strip-io",
                                  llvm::cl::desc("quantize, dequantize, transpose, concat: left to the host")};

  PipelineOptions get() const {
    return {target,
            activations,
            ranges,
            std::vector<std::string>(stripIo.begin(), stripIo.end()),
            repair,
            allowUncalibrated,
            hostTail,
            narrowStates,
            std::vector<std::string>(configs.begin(), configs.end()),
            biasCorrection};
  }
};

void add(StringRef name, StringRef description, void (*build)(OpPassManager &, const PipelineOptions &)) {
  PassPipelineRegistration<CommandLineOptions>(
      name, description,
      [build](OpPassManager &passes, const CommandLineOptions &options) { build(passes, options.get()); });
}

} // namespace

void tare::registerTarePipelines() {
  add("tare-simplify", "fold constants and batch norms, fuse activations",
      [](OpPassManager &passes, const PipelineOptions &options) { buildSimplifyPipeline(passes, options); });
  add("tare-ranges", "attach the ranges of a file",
      [](OpPassManager &passes, const PipelineOptions &options) { buildRangesPipeline(passes, options); });
  add("tare-quantize", "name the target, insert quant/dequant, sink permutes", buildQuantizePipeline);
  add("tare-fuse", "whole ops on quantized types",
      [](OpPassManager &passes, const PipelineOptions &) { buildFusePipeline(passes); });
  add("tare-lower", "multipliers and shifts, integers, layout, addresses", buildLowerPipeline);
  add("tare-pipeline", "all arrows, from the imported graph to planned npu ops",
      [](OpPassManager &passes, const PipelineOptions &options) {
        buildSimplifyPipeline(passes, options);
        buildRangesPipeline(passes, options);
        buildQuantizePipeline(passes, options);
        buildFusePipeline(passes);
        buildLowerPipeline(passes, options);
      });
}
