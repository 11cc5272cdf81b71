"""Attention of ONNX and of com.microsoft."""
from making import Family, c, given, np, op, x

family = Family(opset=23)
add, refuse = family.add, family.refuse
MULTI, FUSED = "ms.MultiHeadAttention", "ms.Attention"


def heads(queries=2, keys=2, length=3, all_keys=3, size=4, values=4, batch=2):
    return dict(q=x(batch, queries, length, size), k=x(batch, keys, all_keys, size), v=x(batch, keys, all_keys, values))


def rows(queries=2, keys=2, length=3, all_keys=3, size=4, values=4, batch=2):
    return dict(q=x(batch, length, queries * size), k=x(batch, all_keys, keys * size), v=x(batch, all_keys, keys * values))


add("heads", op("Attention", "q k v"), **heads())
add("heads_of_other_sizes", op("Attention", "q k v"), **heads(all_keys=5, values=2))
add("rows", op("Attention", "q k v", q_num_heads=2, kv_num_heads=2), **rows())
add("rows_shared", op("Attention", "q k v", q_num_heads=4, kv_num_heads=2), **rows(queries=4))
add("heads_shared", op("Attention", "q k v"), **heads(queries=6, keys=2))
add("scale", op("Attention", "q k v", scale=.2), **heads())
add("softcap", op("Attention", "q k v", softcap=.5), **heads())
add("softcap_and_mask", op("Attention", "q k v m", softcap=2.0, scale=1.5), **heads(), m=c(3, 3))
add("causal", op("Attention", "q k v", is_causal=1), **heads())
add("causal_shared", op("Attention", "q k v", is_causal=1), **heads(queries=4))
add("causal_and_mask", op("Attention", "q k v m", is_causal=1), **heads(), m=c(3, 3))
add("computed_mask", op("Attention", "q k v m"), **heads(), m=x(1, 2, 3, 3))
add("computed_mask_causal", op("Attention", "q k v m", is_causal=1), **heads(), m=x(3, 3))
add("boolean_mask", op("Attention", "q k v m"), **heads(), m=given([[1, 0, 0], [1, 1, 0], [0, 1, 1]], bool))
add("boolean_mask_of_heads", op("Attention", "q k v m"), **heads(), m=given([[[[1, 0, 0], [1, 1, 0], [0, 1, 1]], [[0, 0, 1], [1, 1, 1], [1, 0, 0]]]], bool))
add("boolean_mask_and_causal", op("Attention", "q k v m", is_causal=1), **heads(), m=given([[1, 1, 1], [0, 1, 1], [1, 0, 1]], bool))
PAST = dict(pk=x(2, 2, 2, 4), pv=x(2, 2, 2, 4))
add("past", op("Attention", "q k v - pk pv", "y k2 v2"), results="y k2 v2", **heads(), **PAST)
add("past_causal", op("Attention", "q k v - pk pv", "y k2 v2", is_causal=1), results="y k2 v2", **heads(), **PAST)
add("past_rows", op("Attention", "q k v - pk pv", "y k2 v2", q_num_heads=2, kv_num_heads=2), results="y k2 v2", **rows(), **PAST)
add("past_shared", op("Attention", "q k v - pk pv", "y k2 v2"), results="y k2 v2", **heads(queries=4), **PAST)

refuse("window", "has a window", op("Attention", "q k v", left_window_size=1), **heads())
refuse("right_window", "has a window", op("Attention", "q k v", right_window_size=0), **heads())
refuse("products", "its result 's' is used, which is computed in float alone", op("Attention", "q k v", "y - - s"), results="y s", **heads())
refuse("axes", "operand 'k' has the shape 8, expected 3 or 4 axes", op("Attention", "q k v"), q=np.ones((1, 2, 3, 4), np.float32), k=np.ones(8, np.float32), v=np.ones((1, 2, 3, 4), np.float32))
refuse("heads_that_do_not_divide", "operand of shape 2x3x8 has no 3 heads of equal size", op("Attention", "q k v", q_num_heads=3, kv_num_heads=2), **rows())
refuse("no_heads", "operand of shape 2x3x8 has no 0 heads of equal size", op("Attention", "q k v"), **rows())
refuse("no_multiple", "the heads of Q are no multiple of those of K", op("Attention", "q k v"), **heads(queries=3))
HIDDEN = given([[1, 1, 1], [0, 0, 0], [1, 1, 1]], bool)
refuse("hidden_query", "its masks hide all keys from some query", op("Attention", "q k v m"), **heads(), m=HIDDEN)
refuse("query_hidden_by_both", "its masks hide all keys from some query", op("Attention", "q k v m", is_causal=1), **heads(),
       m=given([[0, 1, 1], [1, 1, 1], [1, 1, 1]], bool))
refuse("hidden_last_query", "its masks hide all keys from some query", op("Attention", "q k v m"), **heads(), m=given([[0, 1, 1], [1, 1, 1], [0, 0, 0]], bool))

add("multi", op(MULTI, "q k v", num_heads=2), **rows())
add("multi_scale", op(MULTI, "q k v", num_heads=4, scale=.3), **rows())
add("multi_lengths", op(MULTI, "q k v", num_heads=2), **rows(all_keys=5))
add("multi_added", op(MULTI, "q k v - - a", num_heads=2), **rows(), a=x(2, 2, 3, 3))
add("multi_added_constant", op(MULTI, "q k v - - a", num_heads=2), **rows(), a=c(1, 2, 3, 3))
add("multi_unidirectional", op(MULTI, "q k v", num_heads=2, unidirectional=1), **rows())
refuse("multi_bias", "has operand 'b', which has no integer form", op(MULTI, "q k v b", num_heads=2), **rows(), b=c(24))
refuse("multi_padding", "has operand 'p', which has no integer form", op(MULTI, "q k v - p", num_heads=2), **rows(), p=given(np.ones((2, 3)), np.int32))
refuse("multi_past", "has operand 'pk', which has no integer form", op(MULTI, "q k v - - - pk pv", num_heads=2), **rows(), pk=x(2, 2, 2, 4), pv=x(2, 2, 2, 4))
refuse("multi_past_values", "has operand 'pv', which has no integer form", op(MULTI, "q k v - - - - pv", num_heads=2), **rows(), pv=x(2, 2, 2, 4))
for index, name in enumerate(("k2", "v2", "s"), 1):
    refuse(f"multi_result_{name}", f"its result '{name}' is used, which is computed in float alone", op(MULTI, "q k v", "y " + "- " * (index - 1) + name, num_heads=2),
           results=f"y {name}", **rows())
refuse("multi_packed", "has no separate keys and values", op(MULTI, "q", num_heads=2), q=x(2, 3, 2, 3, 4))
refuse("multi_no_heads", "operand of shape 2x3x8 has no 0 heads of equal size", op(MULTI, "q k v"), **rows())

PROJECTED = dict(x=x(2, 3, 6), w=c(6, 12, scale=.5))
add("fused", op(FUSED, "x w b", num_heads=2), **PROJECTED, b=c(12))
add("fused_scale", op(FUSED, "x w b", num_heads=1, scale=.3), **PROJECTED, b=c(12))
add("fused_unidirectional", op(FUSED, "x w b", num_heads=2, unidirectional=1), **PROJECTED, b=c(12))
add("fused_added", op(FUSED, "x w b - - a", num_heads=2), **PROJECTED, b=c(12), a=x(2, 2, 3, 3))
refuse("fused_mask", "has operand 'm', which has no integer form", op(FUSED, "x w b m", num_heads=2), **PROJECTED, b=c(12), m=given(np.ones((2, 3)), np.int32))
refuse("fused_past", "has operand 'p', which has no integer form", op(FUSED, "x w b - p", num_heads=2), **PROJECTED, b=c(12), p=x(2, 2, 2, 2, 2))
refuse("fused_past_length", "has operand 'n', which has no integer form", op(FUSED, "x w b - - - n", num_heads=2), **PROJECTED, b=c(12), n=given(2, np.int32))
refuse("fused_present", "its result 'p' is used, which is computed in float alone", op(FUSED, "x w b", "y p", num_heads=2), results="y p", **PROJECTED, b=c(12))
refuse("fused_sizes", "has Q, K and V of different sizes", op(FUSED, "x w b", num_heads=2, qkv_hidden_sizes=[4, 4, 4]), **PROJECTED, b=c(12))
refuse("fused_shapes", "the weights have the shape 5x12, x has 2x3x6", op(FUSED, "x w b", num_heads=2), x=x(2, 3, 6), w=c(5, 12), b=c(12))
refuse("fused_columns", "the weights have the shape 6x12, x has 2x3x6", op(FUSED, "x w b", num_heads=3), **PROJECTED, b=c(12))
