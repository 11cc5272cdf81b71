//= reduce_mean
//! X, SUM: the types of the elements and the sums
//! RESULT(sum, c): the result, of a sum and r
//! REQUANT: what r is
//! names: LAYER = @, RUN = run_@

/* (A27) Means over one axis, of [outer][length][inner]; the multiplier holds one by the length. */
typedef struct {
  int32_t outer, length, inner;
  int32_t zero; /* the operand's zero point */
  REQUANT requant;
} LAYER;

/* Sixteen means at a time, beside each other as vectors have them. */
static void RUN(const LAYER *l, const X *x, X *y) {
  const REQUANT *r = &l->requant;
  int32_t n, first, k, i;
  for (n = 0; n < l->outer; ++n, x += (ptrdiff_t)l->length * l->inner)
    for (first = 0; first < l->inner; first += 16) {
      const int32_t count = l->inner - first < 16 ? l->inner - first : 16;
      const X *row = x + first;
      SUM sums[16];
      for (i = 0; i < count; ++i)
        sums[i] = 0;
      for (k = 0; k < l->length; ++k, row += l->inner)
        for (i = 0; i < count; ++i)
          sums[i] += row[i] - l->zero;
      for (i = 0; i < count; ++i)
        *y++ = RESULT(sums[i], 0);
    }
}

//= reduce_mean_apart
//! X, SUM: the types of the elements and the sums
//! RESULT(sum, c): the result, of a sum and r
//! REQUANT: what r is
//! WALK, PLACE, STEP: walk.c of one operand
//! names: LAYER = @, RUN = run_@

/* (A27) Means over axes that are apart: for each place of the walk `kept` that over all places of the walk `taken`. */
typedef struct {
  WALK kept, taken;
  int32_t zero; /* the operand's zero point */
  REQUANT requant;
} LAYER;

static void RUN(const LAYER *l, const X *x, X *y) {
  const REQUANT *r = &l->requant;
  PLACE place = {{0}, {0}};
  do {
    PLACE element = {{0}, {0}};
    SUM sum = 0;
    do
      sum += x[place.offsets[0] + element.offsets[0]] - l->zero;
    while (STEP(&l->taken, &element));
    *y++ = RESULT(sum, 0);
  } while (STEP(&l->kept, &place));
}
