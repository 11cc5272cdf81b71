//! X, SUM: the types of the elements and the products
//! LEFT, RIGHT: i, or 0 where an operand has one element for a whole row
//! CHANNEL: i % l->channels, or 0 where all have one requantization
//! RESULT(sum, c): a channel's result, of a product and r
//! REQUANT: what r is
//! WALK, PLACE, STEP: walk.c of two operands
//! names: LAYER = @, RUN = run_@

/* (A21) The product of two operands, for rows at each place of a walk. Channels are along the last axis. */
typedef struct {
  WALK rows;
  int32_t length, channels;
  int32_t left_zero, right_zero;
  REQUANT requant;
} LAYER;

static void RUN(const LAYER *l, const X *left, const X *right, X *y) {
  const REQUANT *r = &l->requant;
  PLACE place = {{0}, {0}};
  int32_t i;
  do {
    const X *a = left + place.offsets[0], *b = right + place.offsets[1];
    for (i = 0; i < l->length; ++i)
      *y++ = RESULT((SUM)(a[LEFT] - l->left_zero) * (b[RIGHT] - l->right_zero), CHANNEL);
  } while (STEP(&l->rows, &place));
}
