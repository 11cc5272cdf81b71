//= gather_elements
//! T, I: the types of the elements and of the indices
//! WALK, PLACE, STEP: walk.c of one operand
//! names: LAYER = @, RUN = run_@

/* For each place of the indices the element there, but along one axis the one that the index names. */
typedef struct {
  WALK places;
  int32_t length, stride; /* of that axis */
} LAYER;

/* Whether an index is out of range. */
static int RUN(const LAYER *l, const T *x, const I *indices, T *y) {
  PLACE place = {{0}, {0}};
  do {
    const int64_t index = (int64_t)*indices++;
    if (index < -l->length || index >= l->length)
      return 1;
    *y++ = x[place.offsets[0] + (int32_t)(index < 0 ? index + l->length : index) * l->stride];
  } while (STEP(&l->places, &place));
  return 0;
}

//= gather_nd
//! T, I: the types of the elements and of the indices
//! names: LAYER = @, RUN = run_@

/* Rows by indices of several numbers, of a batch of [sizes[0]]..[length] each. */
typedef struct {
  int32_t batches, each, depth;
  int32_t sizes[8];
  int32_t length;
} LAYER;

/* Whether an index is out of range. */
static int RUN(const LAYER *l, const T *x, const I *indices, T *y) {
  int32_t n, i, d, size = l->length;
  for (d = 0; d < l->depth; ++d)
    size *= l->sizes[d];
  for (n = 0; n < l->batches; ++n, x += size)
    for (i = 0; i < l->each; ++i, y += l->length) {
      int32_t place = 0;
      for (d = 0; d < l->depth; ++d) {
        const int64_t index = (int64_t)*indices++;
        if (index < -l->sizes[d] || index >= l->sizes[d])
          return 1;
        place = place * l->sizes[d] + (int32_t)(index < 0 ? index + l->sizes[d] : index);
      }
      memcpy(y, x + (ptrdiff_t)place * l->length, sizeof(T) * (size_t)l->length);
    }
  return 0;
}

//= one_hot
//! T, I: the types of the elements and of the indices
//! names: LAYER = @, RUN = run_@

/* values[1] where the index along the middle axis of [outer][length][inner] says, values[0] elsewhere. */
typedef struct {
  int32_t outer, length, inner;
  int32_t least; /* the least index that is a place */
} LAYER;

static void RUN(const LAYER *l, const I *indices, const T *values, T *y) {
  int32_t n, i, j;
  for (n = 0; n < l->outer; ++n, indices += l->inner)
    for (i = 0; i < l->length; ++i)
      for (j = 0; j < l->inner; ++j) {
        const int64_t index = (int64_t)indices[j];
        *y++ = values[index >= l->least && (index < 0 ? index + l->length : index) == i];
      }
}
