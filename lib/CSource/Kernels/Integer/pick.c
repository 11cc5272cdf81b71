//! T: the type of the elements
//! names: LAYER = @, RUN = run_@

/* (A29, A30) For each place of a shape the row of `length` elements that a list for each axis names, by the offset of its
 * coordinate in x; -1 where the element is none of x but `fill`. */
typedef struct {
  int32_t rank;
  int32_t sizes[8];
  const int32_t *offsets; /* [sizes[0] + sizes[1] + ..] */
  int32_t length;
  T fill;
} LAYER;

static void RUN(const LAYER *l, const T *x, T *y) {
  int32_t index[8] = {0};
  int32_t d, i;
  do {
    const int32_t *list = l->offsets;
    int32_t offset = 0, outside = 0;
    for (d = 0; d < l->rank; list += l->sizes[d++]) {
      outside |= list[index[d]] < 0;
      offset += list[index[d]];
    }
    if (outside)
      for (i = 0; i < l->length; ++i)
        y[i] = l->fill;
    else
      memcpy(y, x + offset, sizeof(T) * (size_t)l->length);
    y += l->length;
    for (d = l->rank - 1; d >= 0 && ++index[d] == l->sizes[d]; --d)
      index[d] = 0;
  } while (d >= 0);
}
