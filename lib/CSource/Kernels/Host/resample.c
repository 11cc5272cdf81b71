//! X, Y: the types of the operand and of the result, float or double
//! names: LAYER = @, RUN = run_@

/* Weighted sums along the middle axis of [outer][length][inner], in double: result i is made of the elements
 * sources[begins[i]] to sources[begins[i + 1] - 1]. */
typedef struct {
  const int32_t *begins, *sources;
  const double *weights;
  int32_t outer, length, results, inner;
} LAYER;

static void RUN(const LAYER *l, const X *x, Y *y) {
  int32_t n, i, j, tap;
  for (n = 0; n < l->outer; ++n, x += (ptrdiff_t)l->length * l->inner)
    for (i = 0; i < l->results; ++i)
      for (j = 0; j < l->inner; ++j) {
        double sum = 0.0;
        for (tap = l->begins[i]; tap < l->begins[i + 1]; ++tap)
          sum += l->weights[tap] * (double)x[(ptrdiff_t)l->sources[tap] * l->inner + j];
        *y++ = (Y)sum;
      }
}
