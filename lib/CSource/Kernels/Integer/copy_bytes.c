/* Elements that enter a step of a loop, or leave it; they may stay where they are. */
static void copy_bytes(int32_t bytes, const void *x, void *y) { memmove(y, x, (size_t)bytes); }
