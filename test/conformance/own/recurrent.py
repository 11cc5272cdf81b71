"""RNN, GRU, LSTM: all that is written out in steps."""
from making import F32, Family, c, given, np, op, x

family = Family()
GATES = {"RNN": 1, "GRU": 3, "LSTM": 4}
ACTIVATIONS = {"RNN": ["Relu"], "GRU": ["HardSigmoid", "Relu"], "LSTM": ["HardSigmoid", "Relu", "Sigmoid"]}


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
    refuse("layout", "attribute 'layout' is 1, expected 0: time first", kind, layout=1)
    refuse("lengths_differ", "operand sequence_lens must be a constant of 3 for each sequence", kind, lengths=[3, 2])
    refuse("other_activation", "has the activation 'Elu', expected Sigmoid, Tanh, Relu or HardSigmoid", kind, activations=["Elu"] * len(ACTIVATIONS[kind]))
    refuse("activations_count", f"has {len(ACTIVATIONS[kind]) + 1} activations, expected {len(ACTIVATIONS[kind])}", kind,
           activations=["Tanh"] * (len(ACTIVATIONS[kind]) + 1))
    refuse("different_parameters", "attribute 'activation_alpha' has different numbers, expected one for all activations", kind, activation_alpha=[.2, .3])
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
refuse("peepholes", "has peepholes, which are not written out in steps", "LSTM", peepholes=True, states="inputs")
refuse("input_forget", "attribute 'input_forget' is 1, expected 0", "LSTM", input_forget=1)
