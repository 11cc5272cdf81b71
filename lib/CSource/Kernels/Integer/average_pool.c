//! X, SUM: the types of the elements and the sums
//! COUNTED: how many elements count, the window's own or all of the kernel's
//! RESULT(sum, c): the result, of a sum, r and the number of counted elements less one
//! REQUANT: what r is
//! names: LAYER = @, RUN = run_@

/* (A26) The mean of each window and channel, channels last; the multipliers hold one by the number of elements. */
typedef struct {
  window window;
  int32_t channels;
  int32_t zero; /* the operand's zero point */
  REQUANT requant;
} LAYER;

static void RUN(const LAYER *l, const X *x, X *y) {
  const window *w = &l->window;
  const REQUANT *r = &l->requant;
  int32_t n, oy, ox, ky, kx, first, i;
  for (n = 0; n < w->batch; ++n, x += (ptrdiff_t)w->height * w->width * l->channels)
    for (oy = 0; oy < w->out_height; ++oy)
      for (ox = 0; ox < w->out_width; ++ox) {
        const int32_t row = oy * w->stride_y - w->top, column = ox * w->stride_x - w->left;
        const int32_t begin_y = row < 0 ? 0 : row, begin_x = column < 0 ? 0 : column;
        const int32_t bottom = row + w->kernel_height, right = column + w->kernel_width;
        const int32_t end_y = bottom < w->height ? bottom : w->height, end_x = right < w->width ? right : w->width;
        const int32_t counted = COUNTED;
        for (first = 0; first < l->channels; first += 16) {
          const int32_t count = l->channels - first < 16 ? l->channels - first : 16;
          SUM sums[16];
          for (i = 0; i < count; ++i)
            sums[i] = 0;
          for (ky = begin_y; ky < end_y; ++ky)
            for (kx = begin_x; kx < end_x; ++kx) {
              const X *pixel = x + ((ptrdiff_t)ky * w->width + kx) * l->channels + first;
              for (i = 0; i < count; ++i)
                sums[i] += pixel[i] - l->zero;
            }
          for (i = 0; i < count; ++i)
            *y++ = RESULT(sums[i], counted - 1);
        }
      }
}
