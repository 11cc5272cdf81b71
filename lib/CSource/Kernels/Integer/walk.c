//! N: the number of operands
//! names: WALK = @, PLACE = @_place, STEP = step_@

/* A walk over the places of a shape in row-major order, with an offset into each operand: strides are in elements, and 0
 * along dimensions in which an operand is repeated. */
typedef struct {
  int32_t rank;
  int32_t sizes[8];
  int32_t strides[N][8];
} WALK;
typedef struct {
  int32_t index[8];
  int32_t offsets[N];
} PLACE;

/* To the next place; 0 at the end. */
static int STEP(const WALK *w, PLACE *p) {
  int32_t d, i;
  for (d = w->rank - 1; d >= 0; --d) {
    for (i = 0; i < N; ++i)
      p->offsets[i] += w->strides[i][d];
    if (++p->index[d] < w->sizes[d])
      return 1;
    p->index[d] = 0;
    for (i = 0; i < N; ++i)
      p->offsets[i] -= w->strides[i][d] * w->sizes[d];
  }
  return 0;
}
