"""The kinds of bugs, each a function of a node of clang's tree: what could stand there instead.

A function yields (begin, end, replacement, form) in bytes of the source. What does not compile is left out later.
"""
from clang.cindex import CursorKind as Kind
from clang.cindex import TypeKind

SIGNS = {"+": "-", "-": "+", "*": "/", "/": "*", "%": "*", "<<": ">>", ">>": "<<", "&": "|", "|": "&"}
ASSIGNMENTS = {"+=": "-=", "-=": "+=", "*=": "/=", "/=": "*=", "|=": "&=", "&=": "|=", "<<=": ">>=", ">>=": "<<="}
BOUNDARIES = {"<": "<=", "<=": "<", ">": ">=", ">=": ">"}
EQUALITIES = {"==": "!=", "!=": "=="}
LOGICS = {"&&": "||", "||": "&&"}
EXTREMES = {"min": "max", "max": "min", "min_element": "max_element", "max_element": "min_element", "ceil": "floor",
            "floor": "ceil", "front": "back", "back": "front", "any_of": "all_of", "all_of": "any_of",
            "lower_bound": "upper_bound", "upper_bound": "lower_bound", "begin": "end"}
STATEMENTS = (Kind.CALL_EXPR, Kind.COMPOUND_ASSIGNMENT_OPERATOR, Kind.BINARY_OPERATOR, Kind.UNARY_OPERATOR)


def span(node):
    return node.extent.start.offset, node.extent.end.offset


class Source:
    """A file's bytes, and what nodes are in them."""

    def __init__(self, data):
        self.data = data

    def text(self, begin, end):
        return self.data[begin:end].decode()

    def of(self, node):
        return self.text(*span(node))

    def operator(self, node):
        """The place and the text of a binary operator, from between its operands."""
        operands = list(node.get_children())
        if len(operands) != 2:
            return None
        begin, end = span(operands[0])[1], span(operands[1])[0]
        between = self.text(begin, end) if begin <= end else ""
        symbol = between.strip(" \n()")
        # Parentheses may be the operands' own.
        return (begin + between.index(symbol), symbol) if symbol and " " not in symbol else None


def replaced(source, node, table):
    found = source.operator(node)
    if not found or found[1] not in table:
        return
    begin, end = span(node)
    place, symbol = found
    yield begin, end, source.text(begin, place) + table[symbol] + source.text(place + len(symbol), end), "expression"


def arithmetic(source, node):
    if node.kind == Kind.BINARY_OPERATOR:
        yield from replaced(source, node, SIGNS)


def assignment(source, node):
    if node.kind == Kind.COMPOUND_ASSIGNMENT_OPERATOR:
        yield from replaced(source, node, ASSIGNMENTS)


def boundary(source, node):
    if node.kind == Kind.BINARY_OPERATOR:
        yield from replaced(source, node, BOUNDARIES)


def equality(source, node):
    if node.kind == Kind.BINARY_OPERATOR:
        yield from replaced(source, node, EQUALITIES)


def logic(source, node):
    if node.kind == Kind.BINARY_OPERATOR:
        yield from replaced(source, node, LOGICS)


def constant(source, node):
    if node.kind in (Kind.INTEGER_LITERAL, Kind.FLOATING_LITERAL):
        begin, end = span(node)
        text = source.text(begin, end)
        if text:
            yield begin, end, f"{text} + 1", "expression"
            if text.strip("uUlL0") or node.kind == Kind.FLOATING_LITERAL:
                yield begin, end, f"{text} - 1", "expression"


def truth(source, node):
    if node.kind == Kind.CXX_BOOL_LITERAL_EXPR:
        text = source.of(node)
        if text in ("true", "false"):
            yield *span(node), "false" if text == "true" else "true", "expression"


def condition(source, node):
    """The condition of an if, a while, or of `? :`, negated."""
    if node.kind in (Kind.IF_STMT, Kind.WHILE_STMT, Kind.CONDITIONAL_OPERATOR):
        first = next(node.get_children(), None)
        if first is not None and first.kind.is_expression():
            yield *span(first), f"!({source.of(first)})", "expression"


def sign(source, node):
    """A minus or a `not` forgotten."""
    if node.kind == Kind.UNARY_OPERATOR:
        begin, end = span(node)
        text = source.text(begin, end)
        if text[:1] in ("-", "!", "~") and not text.startswith("--"):
            yield begin, end, text[1:], "expression"


def dropped(source, node):
    """A statement forgotten: a call or an assignment that stands alone."""
    if node.kind != Kind.COMPOUND_STMT:
        return
    for child in node.get_children():
        if child.kind in STATEMENTS or (child.kind == Kind.UNEXPOSED_EXPR and source.of(child).endswith(")")):
            begin, end = span(child)
            semicolon = source.data.find(b";", end)
            if not source.data[end:semicolon].strip():
                yield begin, semicolon + 1, "", "statement"


def jump(source, node):
    if node.kind in (Kind.CONTINUE_STMT, Kind.BREAK_STMT):
        begin, end = span(node)
        if source.data[end : end + 1] == b";":
            yield begin, end + 1, "break;" if node.kind == Kind.CONTINUE_STMT else "continue;", "instead"


def swapped(source, node):
    """Two neighbouring arguments of one type, swapped; of an operator, a minimum or a maximum that changes nothing."""
    if node.kind != Kind.CALL_EXPR or node.spelling.startswith("operator") or node.spelling in ("min", "max"):
        return
    arguments = [a for a in node.get_arguments() if a is not None]
    for first, second in zip(arguments, arguments[1:]):
        one, other = source.of(first), source.of(second)
        alike = first.type.get_canonical().spelling == second.type.get_canonical().spelling
        if alike and one and other and one != other and span(first)[1] <= span(second)[0]:
            begin, end = span(node)
            text = (source.text(begin, span(first)[0]) + other + source.text(span(first)[1], span(second)[0]) + one +
                    source.text(span(second)[1], end))
            yield begin, end, text, "expression"


def extreme(source, node):
    """min for max, floor for ceil, front for back, any for all."""
    if node.kind != Kind.CALL_EXPR or node.spelling not in EXTREMES:
        return
    begin, end = span(node)
    callee = next(node.get_children(), None)
    if callee is None or begin > span(callee)[0]:
        return
    name = node.spelling.encode()
    place = source.data.rfind(name, begin, span(callee)[1])
    if place >= 0:
        text = source.text(begin, place) + EXTREMES[node.spelling] + source.text(place + len(name), end)
        yield begin, end, text, "expression"


def early(source, node):
    """A return before a function's other statements, of nothing, of false, or of zero."""
    if node.kind not in (Kind.FUNCTION_DECL, Kind.CXX_METHOD) or not node.is_definition():
        return
    body = [c for c in node.get_children() if c.kind == Kind.COMPOUND_STMT]
    kind = node.result_type.get_canonical().kind
    plain = (TypeKind.BOOL, TypeKind.INT, TypeKind.LONG, TypeKind.LONGLONG, TypeKind.DOUBLE, TypeKind.FLOAT, TypeKind.ULONG)
    if not body or kind not in (TypeKind.VOID, *plain):
        return
    statements = list(body[0].get_children())
    if len(statements) > 1 or kind == TypeKind.VOID:
        for statement in statements[:1]:
            place = span(statement)[0]
            yield place, place, "return;" if kind == TypeKind.VOID else "return {};", "before"


def bounds(source, node):
    """A loop that leaves out its last turn, or its first."""
    if node.kind != Kind.FOR_STMT:
        return
    for part in node.get_children():
        found = source.operator(part) if part.kind == Kind.BINARY_OPERATOR else None
        if found and found[1] in ("<", "!=", "<="):
            begin, end = span(part)
            place, symbol = found
            after = source.text(place + len(symbol), end)
            yield begin, end, f"{source.text(begin, place)}{symbol} ({after}) - 1", "expression"


OPERATORS = {function.__name__: function for function in (
    arithmetic, assignment, boundary, equality, logic, constant, truth, condition, sign, dropped, jump, swapped, extreme, early,
    bounds)}
