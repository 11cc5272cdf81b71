// RUN: tare-opt %s --split-input-file --verify-diagnostics

func.func @steps(%x: tensor<3x4xf32>) {
  // expected-error@+1 {{has 0 steps, expected 1 to 16777216}}
  %s:2 = qnn.loop_begin 0 sequences(%x) : (tensor<3x4xf32>) -> (tensor<1xi64>, tensor<4xf32>)
  return
}

// -----

func.func @length(%x: tensor<3x4xf32>) {
  // expected-error@+1 {{has a sequence of type 'tensor<3x4xf32>', expected 4 elements along axis 0}}
  %s:2 = qnn.loop_begin 4 sequences(%x) : (tensor<3x4xf32>) -> (tensor<1xi64>, tensor<4xf32>)
  return
}

// -----

func.func @slice(%x: tensor<3x4xf32>) {
  // expected-error@+1 {{result 1 must be 'tensor<4xf32>', found 'tensor<1x4xf32>'}}
  %s:2 = qnn.loop_begin 3 sequences(%x) : (tensor<3x4xf32>) -> (tensor<1xi64>, tensor<1x4xf32>)
  return
}

// -----

func.func @results(%x: tensor<3x4xf32>) {
  // expected-error@+1 {{has 1 results, expected 2}}
  %s = qnn.loop_begin 3 sequences(%x) : (tensor<3x4xf32>) -> tensor<1xi64>
  return
}

// -----

func.func @flags(%x: tensor<3x4xf32>) {
  // expected-error@+1 {{has 'reversed' of 2 sequences, expected 1}}
  %s:2 = qnn.loop_begin 3 sequences(%x) {reversed = array<i1: true, false>} : (tensor<3x4xf32>) -> (tensor<1xi64>, tensor<4xf32>)
  return
}

// -----

func.func @noLoop(%n: tensor<1xi64>, %x: tensor<4xf32>) -> tensor<3x4xf32> {
  // expected-error@+1 {{reads no step of a loop: its first operand must be the first result of qnn.loop_begin}}
  %a = qnn.loop_end %n collects(%x) : (tensor<1xi64>, tensor<4xf32>) -> tensor<3x4xf32>
  return %a : tensor<3x4xf32>
}

// -----

func.func @twoEnds(%x: tensor<3x4xf32>) -> (tensor<3x4xf32>, tensor<3x4xf32>) {
  %s:2 = qnn.loop_begin 3 sequences(%x) : (tensor<3x4xf32>) -> (tensor<1xi64>, tensor<4xf32>)
  // expected-error@+1 {{is not the only end of its loop}}
  %a = qnn.loop_end %s#0 collects(%s#1) : (tensor<1xi64>, tensor<4xf32>) -> tensor<3x4xf32>
  %b = qnn.loop_end %s#0 collects(%s#1) : (tensor<1xi64>, tensor<4xf32>) -> tensor<3x4xf32>
  return %a, %b : tensor<3x4xf32>, tensor<3x4xf32>
}

// -----

func.func @carries(%x: tensor<4xf32>) -> tensor<4xf32> {
  %s:2 = qnn.loop_begin 3 states(%x) : (tensor<4xf32>) -> (tensor<1xi64>, tensor<4xf32>)
  %n = qnn.reshape %s#1 {shape = array<i64: 2, 2>} : (tensor<4xf32>) -> tensor<2x2xf32>
  // expected-error@+1 {{carries 'tensor<2x2xf32>' into state 0, which is 'tensor<4xf32>'}}
  %a = qnn.loop_end %s#0 carries(%n) : (tensor<1xi64>, tensor<2x2xf32>) -> tensor<4xf32>
  return %a : tensor<4xf32>
}

// -----

func.func @states(%x: tensor<4xf32>) -> tensor<3x4xf32> {
  %s:2 = qnn.loop_begin 3 states(%x) : (tensor<4xf32>) -> (tensor<1xi64>, tensor<4xf32>)
  // expected-error@+1 {{carries 0 states, expected the 1 of its loop}}
  %a = qnn.loop_end %s#0 collects(%s#1) : (tensor<1xi64>, tensor<4xf32>) -> tensor<3x4xf32>
  return %a : tensor<3x4xf32>
}

// -----

func.func @readBehind(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  %s:2 = qnn.loop_begin 3 states(%x) : (tensor<4xf32>) -> (tensor<1xi64>, tensor<4xf32>)
  %h = qnn.relu %s#1 : (tensor<4xf32>) -> tensor<4xf32> loc("inner")
  // expected-error@+1 {{ends a loop whose 'inner' is read behind it, by 'outer'}}
  %a = qnn.loop_end %s#0 carries(%h) : (tensor<1xi64>, tensor<4xf32>) -> tensor<4xf32>
  %y = qnn.relu %h : (tensor<4xf32>) -> tensor<4xf32> loc("outer")
  return %a, %y : tensor<4xf32>, tensor<4xf32>
}
