//! X, Y: the types of the operand and of the result
//! RESULT(sum, c): a channel's result, of a sum and r
//! REQUANT: what r is
//! names: LAYER = @, RUN = run_@

/* (A22) Another grid, element by element. Channels are along the last axis. */
typedef struct {
  int32_t rows, channels;
  int32_t zero; /* the operand's zero point */
  REQUANT requant;
} LAYER;

static void RUN(const LAYER *l, const X *x, Y *y) {
  const REQUANT *r = &l->requant;
  int32_t row, c;
  for (row = 0; row < l->rows; ++row)
    for (c = 0; c < l->channels; ++c)
      *y++ = RESULT((int32_t)*x++ - l->zero, c);
}
