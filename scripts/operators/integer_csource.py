"""An operator of the tier `integer` in C sources of programs: what writes a layer, and the kernel that the layer calls."""
from .edits import marked
from .integer_kernel import banner

FOLDER, TEST = "lib/CSource", "test/acceptance/test_c_source.py"


def plan(edits, op):
    edits.create(f"{FOLDER}/{op.cpp}.cpp", _layer(op))
    edits.create(f"{FOLDER}/Kernels/Integer/{op.name}.c", _kernel(op))
    if op.onnx:
        edits.change(TEST, r'^MODELS = """[^"]*', lambda match: f"{match[0]} {op.name}")


def _layer(op):
    return f"""\
{banner(f"{op.cpp}.cpp - The operator {op.name} in C")}
#include "Lowering.h"
#include "Requantization.h"

#include <algorithm>

using namespace tare;
using namespace tare::csource;

/// The largest accumulator is the kernel's, which the reference says.
static Sums sumsOf{op.cpp}(const LayerWriter &layer) {{
  int64_t largest = 0;
  for (const kernels::Reach &reach : layer.facts().scaling->reaches(layer.op(), layer.operands(), layer.result()))
    largest = std::max({{largest, -reach.low, reach.high}});
  return exactSums(largest);
}}

/// ({op.number})
Status csource::lower{op.cpp}(LayerWriter &layer) {{
  const program::{op.cpp}T &table = *layer.op().As{op.cpp}();
  ElementType x = layer.type(0).element;
  Sums sums = sumsOf{op.cpp}(layer);
  Requantization requant = requantization(layer, table.requant.get(), sums, x);
  Parameters parameters{{{{"X", std::string(typeOf(x))}}, {{"SUM", sums.type}}}};
  requant.addTo(parameters);
  std::string kernel = layer.unit.kernel("{op.name}", kernelName("{op.name}", x), parameters);
  std::vector<Member> members{{member("count", layer.result().count()), member("zero", table.input_zero_point)}};
  requant.addTo(members);
  layer.run(kernel, members, {{layer.operandPlace(0), layer.resultPlace()}});
  return success();
}}
"""


def _kernel(op):
    """Where C compilers stop, and not only the one that builds Tare."""
    return f"""\
//! X, SUM: the types of the elements and the accumulators
//! RESULT(sum, c): a channel's result, of an accumulator and r
//! REQUANT: what r is
//! names: LAYER = @, RUN = run_@

/* ({op.number}) The operator {op.name}, element by element. */
typedef struct {{
  int32_t count;
  int32_t zero; /* the operand's zero point */
  REQUANT requant;
}} LAYER;

static void RUN(const LAYER *l, const X *x, X *y) {{
  const REQUANT *r = &l->requant;
  int32_t i;
#error {marked(op.name, "its accumulator, in place of that of x alone")}
  for (i = 0; i < l->count; ++i)
    y[i] = RESULT((SUM)x[i] - l->zero, 0);
}}
"""
