"""Add, Sub, Mul and Div: of activations and of constants, with every kind of broadcasting."""
from .graph import add_case, case

IMAGE = (1, 6, 5, 8)

# Shapes that broadcast against IMAGE.
CONSTANTS = {"scalar": (), "one": (1,), "channel": (1, 6, 1, 1), "channel_without_batch": (6, 1, 1), "row": (8,), "column": (5, 1), "full": IMAGE}


def of_constant(kind, shape, constant_first):
    def fill(g):
        x = g.input(*IMAGE)
        # A divisor stays away from zero; a channel's own scale needs some spread.
        c = g.constant(g.random.uniform(0.4, 2.0, shape) * g.random.choice([-1, 1], shape))
        g.output(g.node(kind, c, x) if constant_first else g.node(kind, x, c))
    return fill


def of_activations(kind, shape):
    def fill(g):
        x, y = g.input(*IMAGE, name="x"), g.input(*shape, name="y")
        if kind == "Div":  # keep the divisor between 1 and 2
            y = g.node("Add", g.node("Sigmoid", y), g.constant(1))
        g.output(g.node(kind, x, y))
    return fill


for kind in ("Add", "Sub", "Mul", "Div"):
    for name, shape in CONSTANTS.items():
        add_case(f"{kind.lower()}_constant_{name}", of_constant(kind, shape, False))
    for name, shape in {"": IMAGE, "_channel": (1, 6, 1, 1), "_plane": (1, 1, 5, 8), "_single": (1, 1, 1, 1)}.items():
        add_case(f"{kind.lower()}_activations{name}", of_activations(kind, shape))
for kind in ("Add", "Sub", "Mul"):
    add_case(f"{kind.lower()}_constant_first", of_constant(kind, (6, 1, 1), True))


@case
def div_constant_first(g):
    """A reciprocal of something that stays away from zero."""
    x = g.node("Add", g.node("Sigmoid", g.input(*IMAGE)), g.constant(0.5))
    g.output(g.node("Div", g.constant(2.0), x))


@case
def add_both_broadcast(g):
    g.output(g.node("Add", g.input(1, 6, 1, 8, name="x"), g.input(1, 1, 5, 8, name="y")))


@case
def add_itself(g):
    x = g.input(*IMAGE)
    g.output(g.node("Add", x, x))


@case
def mul_itself(g):
    x = g.input(*IMAGE)
    g.output(g.node("Mul", x, x))


@case
def add_relu(g):
    g.output(g.node("Relu", g.node("Add", g.input(*IMAGE, name="x"), g.input(*IMAGE, name="y"))))


@case
def sub_clip(g):
    x = g.node("Sub", g.input(*IMAGE, name="x"), g.input(*IMAGE, name="y"))
    g.output(g.node("Clip", x, g.constant(-1), g.constant(1)))


@case
def add_of_different_ranges(g):
    """One operand a hundred times as large as the other."""
    x = g.node("Mul", g.input(*IMAGE, name="x"), g.constant(100))
    g.output(g.node("Add", x, g.input(*IMAGE, name="y")))


@case
def scale_and_shift(g):
    """A normalization at the entrance, as many exported models have it."""
    x = g.node("Div", g.node("Sub", g.input(1, 3, 8, 8), g.normal(3, 1, 1)), g.constant([[[0.5]], [[0.7]], [[0.9]]]))
    g.output(g.conv(x, 6, 3, 3, 3))


@case
def mul_behind_conv(g):
    x = g.conv(g.input(*IMAGE), 4, 6, 3, 3)
    g.output(g.node("Mul", x, g.constant(g.random.uniform(0.5, 2, (4, 1, 1)))))


@case
def add_two_dimensional(g):
    g.output(g.node("Add", g.input(1, 12, name="x"), g.input(1, 12, name="y")))
