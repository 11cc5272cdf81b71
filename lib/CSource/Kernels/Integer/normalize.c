//! X, SUM: the types of the elements and the accumulators
//! RESULT(sum, c): the result, of an accumulator and r
//! REQUANT: what r is
//! WALK, PLACE, STEP: walk.c of two operands: the elements, and gamma and beta
//! names: LAYER = @, RUN = run_@

/* (A71) to (A73) For each place of the walk `kept` the elements at all places of the walk `taken`, in rows: their distances
 * from their mean by the root of their variance, times gamma, plus beta. */
typedef struct {
  WALK kept, taken;
  int32_t length, step, channel_step; /* of a row */
  int32_t count;                      /* of the elements with one mean */
  int32_t zero;                       /* the operand's zero point, where the mean stays */
  int32_t keep_mean;
  int32_t bits;                   /* behind the point, of elements by the root of a scaled variance */
  int64_t variance_scale, offset; /* of a variance, which has bits behind the point, too */
  const int16_t *gamma;
  const int32_t *beta;
  REQUANT requant;
} LAYER;

static void RUN(const LAYER *l, const X *x, X *y) {
  const REQUANT *r = &l->requant;
  const int64_t one = 1;
  PLACE group = {{0}, {0}}, row = {{0}, {0}};
  do {
    const X *elements = x + group.offsets[0];
    int64_t sum = 0, squares = 0, variance, root = 0, bit, factor;
    int32_t even = 0, shift, i;
    do
      for (i = 0; i < l->length; ++i) {
        const int64_t value = elements[row.offsets[0] + i * l->step] - l->zero;
        sum += value;
        squares += value * value;
      }
    while (STEP(&l->taken, &row));
    if (l->keep_mean)
      sum = 0;
    variance = (l->count * squares - sum * sum) * l->variance_scale + l->offset;
    if (variance >= one << 62) {
      variance >>= 2;
      even = -2;
    }
    for (; variance < one << 60; even += 2)
      variance *= 4;
    for (bit = one << 30; bit != 0; bit >>= 1)
      if ((root + bit) * (root + bit) <= variance)
        root += bit;
    /* Of numbers without a sign, which processors of 32 bits divide by less code. */
    factor = (int64_t)((((uint64_t)1 << 60) + (uint64_t)root / 2) / (uint64_t)root);
    shift = 60 - even / 2 - l->bits;
    do
      for (i = 0; i < l->length; ++i) {
        const int32_t at = row.offsets[0] + i * l->step, c = group.offsets[1] + row.offsets[1] + i * l->channel_step;
        const int64_t distance = l->count * (int64_t)(elements[at] - l->zero) - sum;
        const int32_t normal = (int32_t)((distance * factor + (one << (shift - 1))) >> shift);
        y[group.offsets[0] + at] = RESULT((SUM)normal * l->gamma[c] + l->beta[c], 0);
      }
    while (STEP(&l->taken, &row));
  } while (STEP(&l->kept, &group));
}
