/* Of what a self-test calls: writes the format as it stands. */
#ifndef STDIO_H
#define STDIO_H
int printf(const char *format, ...);
#endif
