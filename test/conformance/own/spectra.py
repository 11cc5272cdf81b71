"""DFT, STFT."""
from making import Family, c, given, np, op, x

family = Family(opset=20)
add, refuse = family.add, family.refuse

#: name: shape, attributes, the length, the axis
TRANSFORMS = {
    "real": ((2, 6, 1), {}, None, None), "complex": ((2, 6, 2), {}, None, None), "odd": ((1, 5, 1), {}, None, None), "onesided": ((2, 6, 1), {"onesided": 1}, None, None),
    "onesided_odd": ((1, 5, 1), {"onesided": 1}, None, None), "inverse": ((2, 6, 2), {"inverse": 1}, None, None), "inverse_real": ((2, 6, 1), {"inverse": 1}, None, None),
    "padded": ((2, 6, 1), {}, 8, None), "cut": ((2, 6, 2), {}, 4, None), "padded_onesided": ((2, 6, 1), {"onesided": 1}, 9, None),
    "first_axis": ((4, 3, 2), {}, None, 0), "middle_axis": ((2, 4, 3, 1), {}, None, 1), "last_axis": ((2, 4, 5, 2), {}, 6, -2),
}
for name, (shape, attributes, length, axis) in TRANSFORMS.items():
    operands = {key: given(value, np.int64) for key, value in (("l", length), ("a", axis)) if value is not None}
    names = "x" if not operands else "x l" if axis is None else "x - a" if length is None else "x l a"
    add(f"dft_{name}", op("DFT", names, **attributes), x=x(*shape), **operands)
add("dft_17", op("DFT", "x", axis=1), opset=17, x=x(2, 6, 1))
for length in (6, 7):
    def spectrum_of(values, length=length):
        return np.fft.irfft(values[..., 0] + 1j * values[..., 1], length, axis=1)[..., None].astype(np.float32)
    add(f"dft_inverse_onesided_{length}", op("DFT", "x l", inverse=1, onesided=1), reference=lambda values, l, of=spectrum_of: of(values), x=x(2, 4, 2), l=given(length, np.int64))
refuse("dft_parts", "has a last dimension of 3, expected 1 or 2", op("DFT", "x"), x=x(2, 6, 3))
refuse("dft_complex", "has a last dimension of 2, expected 1", op("DFT", "x", onesided=1), x=x(2, 6, 2))
refuse("dft_axis_of_parts", "axis -1 is that of the parts of complex numbers", op("DFT", "x - a"), x=x(2, 6, 2), a=given(-1, np.int64))
refuse("dft_length", "operand dft_length must be one number of 1 or more", op("DFT", "x l"), x=x(2, 6, 2), l=given(0, np.int64))

add("stft", op("STFT", "x s - n"), opset=17, x=x(2, 20, 1), s=given(4, np.int64), n=given(8, np.int64))
add("stft_window", op("STFT", "x s w"), opset=17, x=x(2, 20, 1), s=given(3, np.int64), w=given(np.hanning(7)))
add("stft_both_sides", op("STFT", "x s w n", onesided=0), opset=17, x=x(1, 20, 1), s=given(5, np.int64), w=c(6), n=given(6, np.int64))
add("stft_complex", op("STFT", "x s w", onesided=0), opset=17, x=x(2, 20, 2), s=given(3, np.int64), w=given(np.hanning(7)))
refuse("stft_matrix", "found a signal of shape 2x20, expected [batch, length, 1 or 2]", op("STFT", "x s - n"), opset=17, x=x(2, 20), s=given(4, np.int64), n=given(8, np.int64))
refuse("stft_long", "has frames of 30 every 4 elements of a signal of 20", op("STFT", "x s - n"), opset=17, x=x(2, 20, 1), s=given(4, np.int64), n=given(30, np.int64))
refuse("stft_computed_window", "operand window 'w' must be a constant", op("STFT", "x s w"), opset=17, x=x(2, 20, 1), s=given(4, np.int64), w=x(8))
