//= lookup
/* (A23) A function of 8 bits by its table, one for all channels or one for each; the last axis has the channels. */
typedef struct {
  const int8_t *tables; /* [channels][256] */
  int32_t count, channels;
} lookup;

static void run_lookup(const lookup *l, const int8_t *x, int8_t *y) {
  int32_t i, c = 0;
  for (i = 0; i < l->count; ++i) {
    y[i] = l->tables[c * 256 + x[i] + 128];
    c = c + 1 < l->channels ? c + 1 : 0;
  }
}

//= lookup_lines
/* (A24) A function of 16 bits by a table of the ends of lines, one for all channels or one for each; the last axis has the
 * channels. */
typedef struct {
  const int16_t *tables; /* [channels][513] */
  int32_t count, channels;
} lookup_lines;

static void run_lookup_lines(const lookup_lines *l, const int16_t *x, int16_t *y) {
  int32_t i, c = 0;
  for (i = 0; i < l->count; ++i) {
    const int32_t u = (int32_t)x[i] + 32768;
    const int16_t *line = l->tables + c * 513 + (u >> 7);
    y[i] = (int16_t)(line[0] + ((((int32_t)line[1] - line[0]) * (u & 127) + 64) >> 7));
    c = c + 1 < l->channels ? c + 1 : 0;
  }
}
