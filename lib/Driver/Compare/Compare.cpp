//===- Compare.cpp - Two forms of a model on the same samples -------------===//
#include "tare/Driver/Compare.h"

#include "Driver/Compare/CompareRun.h"

using namespace tare;

static driver::ComparedResult resultOf(const ComparedValue &value) {
  const Difference &d = value.difference;
  return {value.name, value.value,    value.kind,  value.shape, value.isDiscrete,     d.cosine(),      d.sqnr(),
          d.largest,  d.equalShare(), d.differing, d.total,     d.nonFiniteReference, d.nonFiniteOther};
}

Result<driver::Compared> driver::compare(const CompareOptions &options, const Listener &listener) {
  CompareRun run(options, listener);
  if (Status done = run.run(); !done)
    return done.error();
  Compared compared{run.sampleCount(), {}, {}, run.result().uncompared()};
  for (const ComparedValue &value : run.result().layers())
    compared.layers.push_back(resultOf(value));
  for (const ComparedValue &value : run.result().outputs())
    compared.outputs.push_back(resultOf(value));
  run.tell();
  return compared;
}
