"""RNN, GRU, LSTM: all that is written out in steps."""
from onnx import helper

from making import F32, Constant, Family, c, given, np, op, x

family = Family()
GATES = {"RNN": 1, "GRU": 3, "LSTM": 4}
ACTIVATIONS = {"RNN": ["Relu"], "GRU": ["HardSigmoid", "Relu"], "LSTM": ["HardSigmoid", "Relu", "Sigmoid"]}
OTHERS = {"Affine": dict(activation_alpha=[.5] * 3, activation_beta=[.1] * 3), "LeakyRelu": {}, "ThresholdedRelu": dict(activation_alpha=[.2] * 3),
          "ScaledTanh": dict(activation_alpha=[1.5] * 3, activation_beta=[.6] * 3), "Elu": {}, "Softsign": {}, "Softplus": {}}


def layer(kind, steps=3, batch=2, hidden=3, inputs=2, directions=1, bias=True, states="", lengths=None, peepholes=False, results=None, **attributes):
    """A node and its arrays; the states are random inputs, constants of zeros, or of numbers."""
    gates, names = GATES[kind], ["x", "W", "R", "B" if bias else "-", "l" if lengths is not None else "-"]
    arrays = {"x": x(steps, batch, inputs), "W": c(directions, gates * hidden, inputs, scale=.6), "R": c(directions, gates * hidden, hidden, scale=.6)}
    if bias:
        arrays["B"] = c(directions, 2 * gates * hidden, scale=.5)
    if lengths is not None:
        arrays["l"] = given(lengths, np.int32)
    shape = (directions, batch, hidden)
    for name in ["h"] + ["c"] * (kind == "LSTM"):
        names.append(name if states else "-")
        if states:
            arrays[name] = {"inputs": lambda: x(*shape), "zeros": lambda: given(np.zeros(shape, F32)), "numbers": lambda: c(*shape)}[states]()
    if peepholes:
        names.append("P")
        arrays["P"] = c(directions, 3 * hidden)
    results = results or "y h2" + " c2" * (kind == "LSTM")
    return dict(nodes=op(kind, " ".join(names), results, hidden_size=hidden, **attributes), results=" ".join(r for r in results.split() if r != "-"), **arrays)


def batch_first(kind, states="", **options):
    """The layer with the batch in front, which ONNX Runtime has not: there its operands and results are turned."""
    first = layer(kind, states=states, layout=1, **options)
    turned = ["x"] + [name for name in ("h", "c") if name in first]
    for name in turned:
        array = first[name]
        first[name] = given(array.values.swapaxes(0, 1)) if isinstance(array, Constant) else array.swapaxes(0, 1).copy()
    node, orders = first["nodes"], {"y": [2, 0, 1, 3]}
    inner = helper.make_node(kind, [name + "_turned" if name in turned else name for name in node.input], [name and name + "_turned" for name in node.output],
                             **{each.name: helper.get_attribute_value(each) for each in node.attribute if each.name != "layout"})
    before = [op("Transpose", name, name + "_turned", perm=[1, 0, 2]) for name in turned]
    behind = [op("Transpose", name + "_turned", name, perm=orders.get(name, [1, 0, 2])) for name in node.output if name]
    return first | {"reference": before + [inner] + behind}


def add(name, kind, **options):
    family.add(f"{kind.lower()}_{name}", **layer(kind, **options))


def refuse(name, message, kind, **options):
    family.refuse(f"{kind.lower()}_{name}", message, **layer(kind, **options))


for kind in GATES:
    both = {"directions": 2, "direction": "bidirectional"}
    add("forward", kind)
    add("reverse", kind, direction="reverse", states="inputs")
    add("both", kind, **both)
    add("both_with_states", kind, **both, states="inputs", clip=.7)
    add("both_without_bias", kind, **both, bias=False, states="numbers")
    add("one_step", kind, steps=1)
    add("one_step_with_states", kind, steps=1, states="inputs")
    add("one_step_reverse", kind, steps=1, direction="reverse")
    add("without_bias", kind, bias=False)
    add("states", kind, states="inputs")
    add("states_of_numbers", kind, states="numbers")
    add("states_of_zeros", kind, states="zeros")
    add("clip", kind, clip=.3, states="inputs")
    add("one_unit", kind, hidden=1, batch=1)
    add("one_input", kind, inputs=1)
    add("lengths", kind, lengths=[3, 3])
    add("last_state", kind, results="- h2")
    add("sequence_alone", kind, results="y")
    add("activations", kind, activations=ACTIVATIONS[kind], states="inputs")
    add("activations_of_both", kind, **both, activations=ACTIVATIONS[kind] + ["Tanh"] * len(ACTIVATIONS[kind]))
    hard = ["HardSigmoid"] + ["Tanh"] * (len(ACTIVATIONS[kind]) - 1)
    add("hard", kind, activations=hard, states="inputs")
    add("hard_parameters", kind, activations=hard, activation_alpha=[.3], activation_beta=[.6], states="inputs")
    for name, options in {"of_one": dict(batch=1, states="inputs"), "of_two": dict(states="inputs"), "both": dict(**both, states="numbers"),
                          "last_state": dict(results="- h2"), "lengths": dict(**both, lengths=[1, 2])}.items():
        family.add(f"{kind.lower()}_batch_first_{name}", **batch_first(kind, **options))
    add("lengths_differ", kind, lengths=[3, 2])
    add("lengths_differ_reverse", kind, lengths=[1, 3], direction="reverse", states="inputs")
    add("lengths_differ_both", kind, **both, lengths=[2, 1], states="inputs")
    add("length_of_none", kind, lengths=[0, 3], states="inputs")
    add("length_of_none_without_states", kind, lengths=[0, 2])
    add("lengths_of_one_step", kind, steps=1, lengths=[1, 0], states="inputs")
    add("lengths_sequence_alone", kind, lengths=[2, 3], results="y")
    for name, parameters in OTHERS.items():
        add(f"activation_{name.lower()}", kind, activations=[name] * len(ACTIVATIONS[kind]), states="inputs", **parameters)
    # Without an alpha these two have none of x: it is 0.
    for name in ("Affine", "ScaledTanh"):
        add(f"activation_{name.lower()}_of_beta_alone", kind, activations=[name] * len(ACTIVATIONS[kind]), activation_beta=[.4] * 3, states="inputs")
    refuse("lengths_too_long", "a sequence has the length 4, expected 0 to 3", kind, lengths=[3, 4])
    refuse("lengths_negative", "a sequence has the length -1, expected 0 to 3", kind, lengths=[3, -1])
    refuse("lengths_shape", "sequence_lens has the shape 3, expected 2", kind, lengths=[3, 3, 3])
    refuse("other_activation", "has the activation 'Gelu', expected Relu, Tanh, Sigmoid, Affine, LeakyRelu, ThresholdedRelu, ScaledTanh, HardSigmoid, Elu, Softsign or Softplus", kind,
           activations=["Gelu"] * len(ACTIVATIONS[kind]))
    refuse("activations_count", f"has {len(ACTIVATIONS[kind]) + 1} activations, expected {len(ACTIVATIONS[kind])}", kind,
           activations=["Tanh"] * (len(ACTIVATIONS[kind]) + 1))
    add("parameters_in_order", kind, activations=["LeakyRelu", "Elu", "HardSigmoid"][:len(ACTIVATIONS[kind])], activation_alpha=[.3, .7, .25][:len(ACTIVATIONS[kind])],
        activation_beta=[.4], states="inputs")
    add("parameters_of_both", kind, **both, activations=["Affine"] * 2 * len(ACTIVATIONS[kind]), activation_alpha=[.1 * (i + 1) for i in range(2 * len(ACTIVATIONS[kind]))],
        activation_beta=[.3 - .1 * i for i in range(2 * len(ACTIVATIONS[kind]))])
    add("many_steps", kind, steps=1025)
    add("many_steps_of_both", kind, steps=513, **both)
    shapes = layer(kind)
    family.refuse(f"{kind.lower()}_weights", f"W has the type float32 1x{GATES[kind] * 3}x3, expected float32 1x{GATES[kind] * 3}x2",
                  **shapes | {"W": c(1, GATES[kind] * 3, 3)})
    family.refuse(f"{kind.lower()}_bias", f"B has the type float32 1x{GATES[kind] * 3}, expected float32 1x{GATES[kind] * 6}", **shapes | {"B": c(1, GATES[kind] * 3)})
    family.refuse(f"{kind.lower()}_rank", "expected an input [steps, batch, elements], found 3x2", **shapes | {"x": x(3, 2)})
    family.refuse(f"{kind.lower()}_state_shape", "initial state 'h' has the shape 1x3x2, expected 1x2x3", **layer(kind, states="inputs") | {"h": x(1, 3, 2)})

for linear in (0, 1):
    for states in ("", "inputs"):
        for bias in (False, True):
            add(f"linear_{linear}_{states or 'no_states'}_{'bias' if bias else 'no_bias'}", "GRU", linear_before_reset=linear, states=states, bias=bias)
            add(f"linear_{linear}_{states or 'no_states'}_{'bias' if bias else 'no_bias'}_both", "GRU", linear_before_reset=linear, states=states, bias=bias, directions=2,
                direction="bidirectional")
add("last_cell", "LSTM", results="- - c2")
add("other_activations", "LSTM", activations=["Relu", "Tanh", "Sigmoid"], states="inputs")
add("cell_activation", "LSTM", activations=["Sigmoid", "Sigmoid", "Relu"], clip=.4, states="inputs")
add("peepholes", "LSTM", peepholes=True, states="inputs")
add("peepholes_without_states", "LSTM", peepholes=True)
add("peepholes_one_step", "LSTM", peepholes=True, steps=1)
add("peepholes_both", "LSTM", peepholes=True, directions=2, direction="bidirectional", clip=.5, states="numbers")
add("peepholes_lengths", "LSTM", peepholes=True, lengths=[1, 3])
add("input_forget", "LSTM", input_forget=1)
add("input_forget_states", "LSTM", input_forget=1, states="inputs", clip=.6)
add("input_forget_peepholes", "LSTM", input_forget=1, peepholes=True, states="inputs")
add("input_forget_one_step", "LSTM", input_forget=1, steps=1)
family.refuse("lstm_peephole_shape", "P has the type float32 1x6, expected float32 1x9", **layer("LSTM", peepholes=True) | {"P": c(1, 6)})
