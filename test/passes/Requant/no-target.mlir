// RUN: tare-opt %s --tare-compute-requantization --verify-diagnostics

// expected-error @+1 {{the module has no 'npu.target': run --tare-set-target first}}
module {
  func.func @no_target() {
    return
  }
}
