"""Functions that a model brings: calls, attributes, names, graphs within."""
from making import F32, Family, TensorProto, given, helper, np, numpy_helper, onnx, op, x

family = Family()
add, refuse = family.add, family.refuse
OWN = "example.own"


def function(name, operands, results, nodes, attributes=(), defaults=(), opset=17):
    return helper.make_function(OWN, name, operands.split(), results.split(), nodes, [helper.make_opsetid("", opset), helper.make_opsetid(OWN, 1)], list(attributes), list(defaults))


def call(name, operands, results="y", **attributes):
    return helper.make_node(name, *([each if each != "-" else "" for each in names.split()] for names in (operands, results)), domain=OWN, **attributes)


def referring(kind, operands, results, attribute, refers, of=onnx.AttributeProto.FLOAT):
    """A node whose attribute is one of the function's."""
    made = op(kind, operands, results)
    made.attribute.append(onnx.AttributeProto(name=attribute, ref_attr_name=refers, type=of))
    return made


LEAKY = function("Leaky", "a", "b", [op("Neg", "a", "t"), referring("LeakyRelu", "t", "b", "alpha", "slope")], ["slope"])
DEFAULT = function("Default", "a", "b", [referring("LeakyRelu", "a", "b", "alpha", "slope")], [], [helper.make_attribute("slope", .3)])
TWICE = function("Twice", "a", "c", [call("Leaky", "a", "t", slope=.5), call("Leaky", "t", "c", slope=.25)])
PARTS = function("Parts", "a bias", "sum two half", [op("Add", "a bias", "sum"), op("Constant", "", "two", value_float=2.0), op("Div", "sum two", "half")])
MASKED = function("Limited", "a low high", "b", [op("Clip", "a low high", "b")])
PAIR = function("Pair", "a", "a t", [op("Relu", "a", "t")])


def leaky(values, slope):
    return np.where(values < 0, slope * values, values).astype(F32)


X = x(2, 5)
add("attribute", call("Leaky", "x", slope=.125), functions=[LEAKY], x=X)
add("attribute_of_nobody", call("Leaky", "x"), functions=[LEAKY], x=X)
add("default", call("Default", "x"), functions=[DEFAULT], x=X)
add("default_given", call("Default", "x", slope=.9), functions=[DEFAULT], x=X)
add("calls_within", [call("Twice", "x", "m"), call("Twice", "m")], functions=[TWICE, LEAKY], x=X)
add("some_results", call("Parts", "x z", "p - y"), results="y", functions=[PARTS], x=X, z=x(2, 5))
add("all_results", call("Parts", "x z", "p q y"), results="p y", functions=[PARTS], x=X, z=x(2, 5))
add("fewer_results", call("Parts", "x z", "y"), functions=[PARTS], reference=lambda a, z: a + z, x=X, z=x(2, 5))
add("operand_left_out", call("Limited", "x - u"), functions=[MASKED], x=X, u=given(.25))
add("operands_that_end", call("Limited", "x l"), functions=[MASKED], x=X, l=given(-.25))
add("unused", op("Relu", "x"), functions=[LEAKY], x=X)
add("passed_on", [call("Pair", "x", "p q"), op("Sub", "q p")], functions=[PAIR], reference=lambda a: np.maximum(a, 0) - a, x=X)
add("called_twice", [call("Leaky", "x", "m", slope=.5), call("Leaky", "m", slope=.75)], functions=[LEAKY], reference=lambda a: leaky(-leaky(-a, .5), .75), x=X)
BRANCHES = [helper.make_graph([op("Mul", "a w", "r")], name, [], [helper.make_tensor_value_info("r", TensorProto.FLOAT, None)], [numpy_helper.from_array(F32(factor), "w")])
            for name, factor in (("then", 3), ("else", 5))]
CHOICE = function("Choice", "a k", "b", [op("If", "k", "b", then_branch=BRANCHES[0], else_branch=BRANCHES[1])])
for value in (True, False):
    add(f"graphs_within_{value}", [call("Choice", "x k", "m"), call("Choice", "m k")], functions=[CHOICE], reference=lambda a, k: (a * (9 if k else 25)).astype(F32), x=X, k=given(value, bool))

refuse("itself", "function 'example.own.Self' calls itself", call("Self", "x"), functions=[function("Self", "a", "b", [call("Self", "a", "b")])], x=X)
refuse("each_other", "function 'example.own.One' calls itself", call("One", "x"), x=X,
       functions=[function("One", "a", "b", [call("Other", "a", "b")]), function("Other", "a", "b", [call("One", "a", "b")])])
refuse("operands", "gives function 'example.own.Leaky' 2 operands and reads 1 results, expected 1 and 1 at most", call("Leaky", "x x"), functions=[LEAKY], x=X)
refuse("results", "gives function 'example.own.Leaky' 1 operands and reads 2 results, expected 1 and 1 at most", call("Leaky", "x", "y z"), functions=[LEAKY], x=X)
refuse("opset", "function 'example.own.Old' is written for opset 13, expected the model's, 17; inline the functions", call("Old", "x"), x=X,
       functions=[function("Old", "a", "b", [op("Relu", "a", "b")], opset=13)])
CHAIN = [function(f"F{i}", "a", "b", [call(f"F{i + 1}", "a", "b")]) for i in range(256)]
refuse("deep", "function 'example.own.F256' is called by functions within functions, more than 256 deep", call("F0", "x"), x=X,
       functions=[*CHAIN, function("F256", "a", "b", [op("Relu", "a", "b")])])
add("not_too_deep", call("F1", "x"), reference=lambda a: np.maximum(a, 0), x=X, functions=[*CHAIN[1:], function("F256", "a", "b", [op("Relu", "a", "b")])])
