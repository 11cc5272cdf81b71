//! X: the type of the elements
//! LEAST: the least number of it
//! names: LAYER = @, RUN = run_@

/* (A25) The largest element of each window and channel, channels last. */
typedef struct {
  window window;
  int32_t channels;
} LAYER;

static void RUN(const LAYER *l, const X *x, X *y) {
  const window *w = &l->window;
  const int32_t channels = l->channels;
  int32_t n, oy, ox, ky, kx, c;
  for (n = 0; n < w->batch; ++n, x += (ptrdiff_t)w->height * w->width * channels)
    for (oy = 0; oy < w->out_height; ++oy)
      for (ox = 0; ox < w->out_width; ++ox, y += channels) {
        for (c = 0; c < channels; ++c)
          y[c] = LEAST;
        for (ky = 0; ky < w->kernel_height; ++ky)
          for (kx = 0; kx < w->kernel_width; ++kx) {
            const int32_t row = oy * w->stride_y - w->top + ky * w->dilation_y;
            const int32_t column = ox * w->stride_x - w->left + kx * w->dilation_x;
            const X *pixel;
            if (row < 0 || row >= w->height || column < 0 || column >= w->width)
              continue;
            pixel = x + ((ptrdiff_t)row * w->width + column) * channels;
            for (c = 0; c < channels; ++c)
              y[c] = pixel[c] > y[c] ? pixel[c] : y[c];
          }
      }
}
