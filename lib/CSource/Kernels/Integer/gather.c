//! T, I: the types of the elements and of the indices
//! names: LAYER = @, RUN = run_@

/* (A76) Rows of [outer][length][inner] by their indices along the middle axis, counted from the end where they are below 0. */
typedef struct {
  int32_t outer, length, inner, count;
} LAYER;

/* Whether an index is out of range. */
static int RUN(const LAYER *l, const T *x, const I *indices, T *y) {
  int32_t n, i;
  for (n = 0; n < l->outer; ++n, x += (ptrdiff_t)l->length * l->inner)
    for (i = 0; i < l->count; ++i, y += l->inner) {
      const int64_t index = (int64_t)indices[i];
      if (index < -l->length || index >= l->length)
        return 1;
      memcpy(y, x + (ptrdiff_t)(index < 0 ? index + l->length : index) * l->inner, sizeof(T) * (size_t)l->inner);
    }
  return 0;
}
