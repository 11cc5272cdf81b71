//! X, SUM, Y: the types of the operand, the sums and the result
//! BIAS: the type of the bias
//! #if REQUANTIZED: sums are scaled, by a REQUANT
//! RESULT(sum, c): a channel's result, of a sum and r
//! names: LAYER = @, RUN = run_@

/* (A14) A convolution of each channel alone, channels last. */
typedef struct {
  const int8_t *weights; /* [kernel_height][kernel_width][channels] */
  const BIAS *bias;      /* [channels] */
  window window;
  int32_t channels;
  X padding;
#if REQUANTIZED
  REQUANT requant;
#endif
} LAYER;

/* Sixteen channels at a time, beside each other as vectors have them. */
static void RUN(const LAYER *l, const X *x, Y *y) {
  const window *w = &l->window;
#if REQUANTIZED
  const REQUANT *r = &l->requant;
#endif
  int32_t n, oy, ox, ky, kx, first, i;
  for (n = 0; n < w->batch; ++n, x += (ptrdiff_t)w->height * w->width * l->channels)
    for (oy = 0; oy < w->out_height; ++oy)
      for (ox = 0; ox < w->out_width; ++ox)
        for (first = 0; first < l->channels; first += 16) {
          const int32_t count = l->channels - first < 16 ? l->channels - first : 16;
          const int8_t *weights = l->weights + first;
          SUM sums[16];
          for (i = 0; i < count; ++i)
            sums[i] = (SUM)l->bias[first + i];
          for (ky = 0; ky < w->kernel_height; ++ky)
            for (kx = 0; kx < w->kernel_width; ++kx, weights += l->channels) {
              const int32_t row = oy * w->stride_y - w->top + ky * w->dilation_y;
              const int32_t column = ox * w->stride_x - w->left + kx * w->dilation_x;
              if (row >= 0 && row < w->height && column >= 0 && column < w->width) {
                const X *pixel = x + ((ptrdiff_t)row * w->width + column) * l->channels + first;
                for (i = 0; i < count; ++i)
                  sums[i] += (int32_t)pixel[i] * weights[i];
              } else {
                for (i = 0; i < count; ++i)
                  sums[i] += (int32_t)l->padding * weights[i];
              }
            }
          for (i = 0; i < count; ++i)
            *y++ = RESULT(sums[i], first + i);
        }
}
