static void set_number(int64_t number, int64_t *y) { *y = number; }
