// RUN: tare-opt %s --split-input-file --verify-diagnostics --mlir-print-local-scope | FileCheck %s

// CHECK-LABEL: func.func @rows
// CHECK: %[[S:.*]]:3 = npu.loop_begin 3 sequences(%{{.*}}) states(%{{.*}}) {npu.grids = [unit, !quant.uniform<i8:f32, 5.000000e-01>, unit], reversed = array<i1: true>} : (tensor<3x4xi8>, tensor<4xi8>) -> (tensor<1xi64>, tensor<4xi8>, tensor<4xi8>)
// CHECK: npu.loop_end %[[S]]#0 carries(%[[S]]#1) collects(%[[S]]#2) : (tensor<1xi64>, tensor<4xi8>, tensor<4xi8>) -> (tensor<4xi8>, tensor<3x4xi8>)
func.func @rows(%x: tensor<3x4xi8>, %h: tensor<4xi8>) -> (tensor<4xi8>, tensor<3x4xi8>) {
  %s:3 = npu.loop_begin 3 sequences(%x) states(%h) {npu.grids = [unit, !quant.uniform<i8:f32, 0.5>, unit], reversed = array<i1: true>} : (tensor<3x4xi8>, tensor<4xi8>) -> (tensor<1xi64>, tensor<4xi8>, tensor<4xi8>)
  %all:2 = npu.loop_end %s#0 carries(%s#1) collects(%s#2) : (tensor<1xi64>, tensor<4xi8>, tensor<4xi8>) -> (tensor<4xi8>, tensor<3x4xi8>)
  return %all#0, %all#1 : tensor<4xi8>, tensor<3x4xi8>
}

// -----

func.func @grids(%x: tensor<3x4xi8>) {
  // expected-error@+1 {{has 'npu.grids' that is not a list of a grid per result}}
  %s:2 = npu.loop_begin 3 sequences(%x) {npu.grids = [unit]} : (tensor<3x4xi8>) -> (tensor<1xi64>, tensor<4xi8>)
  return
}

// -----

func.func @width(%x: tensor<3x4xi8>) {
  // expected-error@+1 {{has 'npu.grids' of !quant.uniform<i16:f32, 5.000000e-01>, which does not fit 'tensor<4xi8>'}}
  %s:2 = npu.loop_begin 3 sequences(%x) {npu.grids = [unit, !quant.uniform<i16:f32, 0.5>]} : (tensor<3x4xi8>) -> (tensor<1xi64>, tensor<4xi8>)
  return
}

// -----

func.func @length(%x: tensor<3x4xi8>) {
  // expected-error@+1 {{has a sequence of type 'tensor<3x4xi8>', expected 2 elements along axis 0}}
  %s:2 = npu.loop_begin 2 sequences(%x) : (tensor<3x4xi8>) -> (tensor<1xi64>, tensor<4xi8>)
  return
}

// -----

func.func @noLoop(%n: tensor<1xi64>, %x: tensor<4xi8>) -> tensor<3x4xi8> {
  // expected-error@+1 {{reads no step of a loop: its first operand must be the first result of npu.loop_begin}}
  %a = npu.loop_end %n collects(%x) : (tensor<1xi64>, tensor<4xi8>) -> tensor<3x4xi8>
  return %a : tensor<3x4xi8>
}

// -----

func.func @twoEnds(%x: tensor<3x4xi8>) -> (tensor<3x4xi8>, tensor<3x4xi8>) {
  %s:2 = npu.loop_begin 3 sequences(%x) : (tensor<3x4xi8>) -> (tensor<1xi64>, tensor<4xi8>)
  // expected-error@+1 {{is not the only end of its loop}}
  %a = npu.loop_end %s#0 collects(%s#1) : (tensor<1xi64>, tensor<4xi8>) -> tensor<3x4xi8>
  %b = npu.loop_end %s#0 collects(%s#1) : (tensor<1xi64>, tensor<4xi8>) -> tensor<3x4xi8>
  return %a, %b : tensor<3x4xi8>, tensor<3x4xi8>
}
