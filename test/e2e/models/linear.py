"""Gemm and MatMul."""
import itertools

import numpy as np

from .graph import add_case, case


def gemm(transposed_a, transposed_b, alpha, beta, bias):
    def fill(g):
        rows, depth, columns = 3, 20, 14
        x = g.input(*((depth, rows) if transposed_a else (rows, depth)))
        w = g.normal(*((columns, depth) if transposed_b else (depth, columns)), deviation=depth**-0.5)
        c = [] if bias is None else [g.normal(*bias)]
        g.output(g.node("Gemm", x, w, *c, transA=transposed_a, transB=transposed_b, alpha=alpha, beta=beta))
    return fill


for a, b, scaled in itertools.product((0, 1), (0, 1), (False, True)):
    add_case(f"gemm_a{a}_b{b}" + ("_scaled" if scaled else ""),
             gemm(a, b, 0.5 if scaled else 1.0, -1.5 if scaled else 1.0, (14,)))
for name, shape in {"none": None, "scalar": (), "one": (1,), "row": (1, 14), "column": (3, 1), "full": (3, 14)}.items():
    add_case(f"gemm_bias_{name}", gemm(0, 1, 1.0, 1.0, shape))


@case
def gemm_of_two_activations(g):
    g.output(g.node("Gemm", g.input(4, 10, name="x"), g.input(6, 10, name="y"), g.normal(6), transB=1, alpha=0.3))


@case
def gemm_chain(g):
    x = g.node("Gemm", g.input(1, 30), g.normal(20, 30, deviation=0.2), g.normal(20, deviation=0.2), transB=1)
    g.output(g.node("Gemm", g.node("Relu", x), g.normal(10, 20, deviation=0.2), g.normal(10), transB=1))


@case
def matmul_constant(g):
    g.output(g.node("MatMul", g.input(1, 20), g.normal(20, 14, deviation=0.2)))


@case
def matmul_constant_of_sequence(g):
    x = g.node("MatMul", g.input(1, 9, 20), g.normal(20, 14, deviation=0.2))
    g.output(g.node("Add", x, g.normal(14)))


@case
def matmul_constant_left(g):
    g.output(g.node("MatMul", g.normal(14, 20, deviation=0.2), g.input(1, 20, 9)))


@case
def matmul_constant_batched(g):
    g.output(g.node("MatMul", g.input(1, 3, 5, 8), g.normal(3, 8, 6, deviation=0.3)))


@case
def matmul_vector(g):
    g.output(g.node("MatMul", g.input(1, 5, 8), g.normal(8)))


@case
def matmul_of_two_activations(g):
    g.output(g.node("MatMul", g.input(1, 6, 10, name="x"), g.input(1, 10, 7, name="y")))


@case
def matmul_broadcast(g):
    g.output(g.node("MatMul", g.input(1, 4, 6, 10, name="x"), g.input(1, 1, 10, 7, name="y")))


@case
def matmul_then_relu_then_matmul(g):
    x = g.node("Relu", g.node("MatMul", g.input(1, 20), g.normal(20, 16, deviation=0.2)))
    g.output(g.node("MatMul", x, g.normal(16, 5, deviation=0.3)))


@case
def matmul_uneven_channels(g):
    weight = g.random.normal(0, 0.2, (20, 14)) * np.logspace(-2, 0, 14)
    g.output(g.node("MatMul", g.input(1, 20), g.constant(weight)))
