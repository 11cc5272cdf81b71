"""If, Loop, Scan."""
from making import F32, Family, TensorProto, given, helper, ints, np, numpy_helper, op, x

family = Family()
add, refuse = family.add, family.refuse


def graph(nodes, inputs, outputs, **constants):
    """A body; inputs and outputs are names of tensors, or pairs of a scalar's name and its type."""
    ports, results = [[helper.make_tensor_value_info(*((*each, []) if isinstance(each, tuple) else (each, TensorProto.FLOAT, None))) for each in names]
                      for names in (inputs, outputs)]
    return helper.make_graph(nodes, "body", ports, results, [numpy_helper.from_array(np.asarray(array), name) for name, array in constants.items()])


THEN, ELSE = graph([op("Mul", "x w", "t")], [], ["t"], w=F32(2)), graph([op("Add", "x v", "e")], [], ["e"], v=F32(5))
for value in (True, False):
    add(f"if_{value}", op("If", "k", then_branch=THEN, else_branch=ELSE), x=x(2, 3), k=given(value, bool))
    add(f"if_{value}_list", op("If", "k", then_branch=THEN, else_branch=ELSE), x=x(2, 3), k=given([value], bool))
    two = [graph([op("Mul", "x w", f"a{n}"), op("Sub", "x w", f"b{n}")], [], [f"a{n}", f"b{n}"], w=F32(n + 2)) for n in range(2)]
    add(f"if_{value}_two_results", op("If", "k", "y z", then_branch=two[0], else_branch=two[1]), results="y z", x=x(2, 3), k=given(value, bool))
refuse("if_computed", "the condition 'k' depends on the model's inputs, so that data would choose the graph", op("If", "k", then_branch=THEN, else_branch=ELSE), x=x(2, 3),
       k=np.array(True))
refuse("if_numbers", "the condition must be one bool, found float32", op("If", "k", then_branch=THEN, else_branch=ELSE), x=x(2, 3), k=given(1.0))
refuse("if_several", "the condition must be one bool, found bool 2", op("If", "k", then_branch=THEN, else_branch=ELSE), x=x(2, 3), k=given([True, True], bool))
refuse("if_results", "its branch has 1 results, expected 2", op("If", "k", "y z", then_branch=THEN, else_branch=ELSE), results="y z", x=x(2, 3), k=given(True, bool))
refuse("if_branch", "attribute 'else_branch' is missing", op("If", "k", then_branch=THEN), x=x(2, 3), k=given(False, bool))

I64, BOOL = TensorProto.INT64, TensorProto.BOOL


def loop_body(condition="always", stacked=True):
    """Carries h = h * w + x; stacks h - x; goes on while the turn is below the last."""
    nodes = [op("Mul", "h w", "m"), op("Add", "m x", "h2"), op("Sub", "h2 x", "d")]
    constants = {"w": F32(.5)}
    if condition == "always":
        nodes.append(op("Identity", "k", "k2"))
    else:
        nodes.append(op("Less", "i n", "k2"))
        constants["n"] = np.int64(condition)
    return graph(nodes, [("i", I64), ("k", BOOL), "h"], [("k2", BOOL), "h2"] + ["d"] * stacked, **constants)


X, H = x(2, 3), x(2, 3)
for turns in (1, 4):
    add(f"loop_{turns}", op("Loop", "n k h", "y z", body=loop_body()), results="y z", x=X, h=H, n=given(turns, np.int64), k=given(True, bool))
add("loop_0", op("Loop", "n k h", "y", body=loop_body(stacked=False)), x=X, h=H, n=given(0, np.int64), k=given(True, bool))
add("loop_stopped_at_once", op("Loop", "n k h", "y", body=loop_body(stacked=False)), x=X, h=H, n=given(4, np.int64), k=given(False, bool))
add("loop_by_condition", op("Loop", "n k h", "y z", body=loop_body(2)), results="y z", x=X, h=H, n=given(9, np.int64), k=given(True, bool))
add("loop_by_condition_alone", op("Loop", "- k h", "y z", body=loop_body(2)), results="y z", x=X, h=H, k=given(True, bool))
add("loop_without_condition", op("Loop", "n - h", "y z", body=loop_body()), results="y z", x=X, h=H, n=given(3, np.int64))
add("loop_last_alone", op("Loop", "n k h", "y z", body=loop_body()), x=X, h=H, n=given(3, np.int64), k=given(True, bool))
add("loop_stack_alone", op("Loop", "n k h", "last z", body=loop_body()), results="z", x=X, h=H, n=given(3, np.int64), k=given(True, bool))
TURNS = graph([op("Identity", "k", "k2"), op("Cast", "i", "f", to=TensorProto.FLOAT), op("Add", "h f", "h2")], [("i", I64), ("k", BOOL), "h"], [("k2", BOOL), "h2"])
add("loop_counts", op("Loop", "n k h", body=TURNS), x=x(1), h=H, n=given(4, np.int64), k=given(True, bool))
refuse("loop_of_data", "depends on data, which would choose how often its body runs", op("Loop", "- k h", body=loop_body(stacked=False)), x=X, h=H, k=np.array(True))
add("loop_1025", op("Loop", "n k h", body=loop_body(stacked=False)), x=X, h=H, n=given(1025, np.int64), k=given(True, bool))
refuse("loop_stopped_late", "runs 1025 turns of", op("Loop", "n k h", body=loop_body(3000, stacked=False)), x=X, h=H, n=given(5000, np.int64), k=given(True, bool))
refuse("loop_stack_of_nothing", "runs no turn, so that the shape of result 'z' is not known", op("Loop", "n k h", "y z", body=loop_body()), results="y z", x=X, h=H, n=given(0, np.int64),
       k=given(True, bool))
refuse("loop_turns", "the number of turns must be one number", op("Loop", "n k h", body=loop_body(stacked=False)), x=X, h=H, n=ints(2, 3), k=given(True, bool))
refuse("loop_states", "its body has 3 inputs and 2 outputs for 2 carried values", op("Loop", "n k h x", "y z", body=loop_body(stacked=False)), results="y z", x=X, h=H, n=given(2, np.int64),
       k=given(True, bool))
refuse("loop_without_body", "attribute 'body' is missing", op("Loop", "n k h"), h=H, n=given(2, np.int64), k=given(True, bool))

SCAN = graph([op("Mul", "h w", "m"), op("Add", "m a", "h2"), op("Sub", "h2 b", "d")], ["h", "a", "b"], ["h2", "d"], w=F32(.5))
for name, attributes in (("plain", {}), ("reversed_input", {"scan_input_directions": [1, 0]}), ("reversed_inputs", {"scan_input_directions": [1, 1]}), ("reversed_output", {"scan_output_directions": [1]}),
                         ("output_axis", {"scan_output_axes": [1]}), ("output_axis_from_the_end", {"scan_output_axes": [-1]})):
    add(f"scan_{name}", op("Scan", "h a b", "y z", body=SCAN, num_scan_inputs=2, **attributes), results="y z", h=x(3), a=x(4, 3), b=x(4, 3))
add("scan_input_axes", op("Scan", "h a b", "y z", body=SCAN, num_scan_inputs=2, scan_input_axes=[1, -1]), results="y z", h=x(3), a=x(3, 4), b=x(3, 4))
add("scan_two_axes", op("Scan", "h a b", "y z", body=SCAN, num_scan_inputs=2, scan_input_axes=[0, 1]), results="y z", h=x(3), a=x(4, 3), b=x(3, 4))
add("scan_one_turn", op("Scan", "h a b", "y z", body=SCAN, num_scan_inputs=2), results="y z", h=x(3), a=x(1, 3), b=x(1, 3))
STATELESS = graph([op("Relu", "a", "d")], ["a"], ["d"])
add("scan_without_states", op("Scan", "a", body=STATELESS, num_scan_inputs=1), a=x(4, 3))
refuse("scan_lengths", "reads 4 slices of one operand and 5 of another", op("Scan", "h a b", "y z", body=SCAN, num_scan_inputs=2), results="y z", h=x(3), a=x(4, 3), b=x(5, 3))
refuse("scan_inputs", "its body has 3 inputs and 2 outputs for 3 carried values", op("Scan", "h a b", "y z", body=SCAN, num_scan_inputs=0), results="y z", h=x(3), a=x(4, 3), b=x(4, 3))
refuse("scan_axis", "axis 2 does not exist in a tensor of rank 2", op("Scan", "h a b", "y z", body=SCAN, num_scan_inputs=2, scan_input_axes=[2, 0]), results="y z", h=x(3), a=x(4, 3), b=x(4, 3))
for attribute, count in (("scan_input_axes", 2), ("scan_input_directions", 2), ("scan_output_axes", 1), ("scan_output_directions", 1)):
    refuse(f"{attribute}_count", f"attribute '{attribute}' has 3 elements, expected {count}", op("Scan", "h a b", "y z", body=SCAN, num_scan_inputs=2, **{attribute: [0, 0, 0]}), results="y z",
           h=x(3), a=x(4, 3), b=x(4, 3))
refuse("scan_8", "is of the form before opset 9", op("Scan", "- h a b", "y z", body=SCAN, num_scan_inputs=2), opset=8, results="y z", h=x(1, 3), a=x(1, 4, 3), b=x(1, 4, 3))
add("scan_many", op("Scan", "h a b", "y z", body=SCAN, num_scan_inputs=2), results="y z", h=x(3),
       a=x(1025, 3), b=x(1025, 3))
