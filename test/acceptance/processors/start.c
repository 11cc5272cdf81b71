/* Begins and ends a program without a C library on each processor that qemu-user has: two calls of Linux, the functions of
 * memory that compilers call, and 64-bit division for processors of 32 bits. */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

int main(void);

#if defined(__arm__)
/* An M-profile board: semihosting. */
static int call(int operation, const void *argument) {
  register int r0 __asm__("r0") = operation;
  register const void *r1 __asm__("r1") = argument;
  __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
  return r0;
}
static void write_text(const char *text) { call(4, text); }
static void end(int status) {
  const uint32_t block[2] = {0x20026, (uint32_t)status};
  call(0x20, block);
}
#elif defined(__aarch64__)
#define WRITE 64
#define EXIT 93
static long call(long number, long a, long b, long c) {
  register long x8 __asm__("x8") = number, x0 __asm__("x0") = a, x1 __asm__("x1") = b, x2 __asm__("x2") = c;
  __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2) : "memory");
  return x0;
}
#elif defined(__riscv)
#define WRITE 64
#define EXIT 93
static long call(long number, long a, long b, long c) {
  register long a7 __asm__("a7") = number, a0 __asm__("a0") = a, a1 __asm__("a1") = b, a2 __asm__("a2") = c;
  __asm__ volatile("ecall" : "+r"(a0) : "r"(a7), "r"(a1), "r"(a2) : "memory");
  return a0;
}
#elif defined(__powerpc64__)
#define WRITE 4
#define EXIT 1
static long call(long number, long a, long b, long c) {
  register long r0 __asm__("r0") = number, r3 __asm__("r3") = a, r4 __asm__("r4") = b, r5 __asm__("r5") = c;
  __asm__ volatile("sc" : "+r"(r0), "+r"(r3), "+r"(r4), "+r"(r5) : : "memory", "cr0", "ctr");
  return r3;
}
#elif defined(__s390x__)
#define WRITE 4
#define EXIT 1
static long call(long number, long a, long b, long c) {
  register long r1 __asm__("r1") = number, r2 __asm__("r2") = a, r3 __asm__("r3") = b, r4 __asm__("r4") = c;
  __asm__ volatile("svc 0" : "+r"(r2) : "r"(r1), "r"(r3), "r"(r4) : "memory");
  return r2;
}
#endif

#if !defined(__arm__)
static void write_text(const char *text) {
  long length = 0;
  while (text[length])
    ++length;
  call(WRITE, 1, (long)text, length);
}
static void end(int status) { call(EXIT, status, 0, 0); }
#endif

void begin(void) {
#if defined(__arm__)
  /* Coprocessors 10 and 11: the floating-point unit and vectors. */
  *(volatile uint32_t *)0xe000ed88 |= 0xf00000;
#endif
  end(main());
  for (;;)
    ;
}

#if defined(__arm__)
extern const unsigned char stack_end[];
__attribute__((section(".vectors"), used)) static const void *const vectors[] = {stack_end, (const void *)begin};
#elif defined(__aarch64__)
__asm__(".globl _start\n_start:\n b begin\n");
#elif defined(__riscv)
__asm__(".globl _start\n_start:\n call begin\n");
#elif defined(__powerpc64__)
/* ABI 2: r2 is the table of contents, r1 the stack. */
__asm__(".globl _start\n.type _start,@function\n_start:\n bl 1f\n1: mflr 12\n addis 2,12,.TOC.-1b@ha\n addi 2,2,.TOC.-1b@l\n"
        " stdu 1,-64(1)\n bl begin\n nop\n");
#elif defined(__s390x__)
__asm__(".globl _start\n_start:\n aghi %r15,-160\n brasl %r14,begin\n");
#endif

int printf(const char *format, ...) {
  write_text(format);
  return 0;
}

/* volatile, so that no compiler makes calls of themselves of them. */
void *memcpy(void *to, const void *from, size_t bytes) {
  volatile unsigned char *t = to;
  const unsigned char *f = from;
  while (bytes--)
    *t++ = *f++;
  return to;
}

void *memmove(void *to, const void *from, size_t bytes) {
  volatile unsigned char *t = to;
  const unsigned char *f = from;
  if ((uintptr_t)to <= (uintptr_t)from)
    return memcpy(to, from, bytes);
  while (bytes--)
    t[bytes] = f[bytes];
  return to;
}

void *memset(void *to, int value, size_t bytes) {
  volatile unsigned char *t = to;
  while (bytes--)
    *t++ = (unsigned char)value;
  return to;
}

int memcmp(const void *a, const void *b, size_t bytes) {
  const volatile unsigned char *x = a, *y = b;
  for (; bytes; --bytes, ++x, ++y)
    if (*x != *y)
      return *x < *y ? -1 : 1;
  return 0;
}

#if __SIZEOF_POINTER__ == 4
static uint64_t divide(uint64_t a, uint64_t b, uint64_t *rest) {
  uint64_t quotient = 0, remainder = 0;
  int bit;
  for (bit = 63; bit >= 0; --bit) {
    remainder = remainder << 1 | (a >> bit & 1);
    if (remainder >= b) {
      remainder -= b;
      quotient |= (uint64_t)1 << bit;
    }
  }
  *rest = remainder;
  return quotient;
}

uint64_t __udivdi3(uint64_t a, uint64_t b) {
  uint64_t rest;
  return divide(a, b, &rest);
}

#if defined(__arm__)
/* Quotient in r0 and r1, remainder in r2 and r3. */
__attribute__((used)) uint64_t divide_into(uint64_t a, uint64_t b, uint64_t *rest) { return divide(a, b, rest); }
__asm__(".thumb\n.thumb_func\n.globl __aeabi_uldivmod\n__aeabi_uldivmod:\n push {r4, lr}\n sub sp, #16\n add r4, sp, #8\n"
        " str r4, [sp]\n bl divide_into\n ldr r2, [sp, #8]\n ldr r3, [sp, #12]\n add sp, #16\n pop {r4, pc}\n");
void __aeabi_memcpy(void *to, const void *from, size_t bytes) { memcpy(to, from, bytes); }
void __aeabi_memmove(void *to, const void *from, size_t bytes) { memmove(to, from, bytes); }
void __aeabi_memset(void *to, size_t bytes, int value) { memset(to, value, bytes); }
void __aeabi_memclr(void *to, size_t bytes) { memset(to, 0, bytes); }
void __aeabi_memcpy4(void *to, const void *from, size_t bytes) { memcpy(to, from, bytes); }
void __aeabi_memclr4(void *to, size_t bytes) { memset(to, 0, bytes); }
void __aeabi_memcpy8(void *to, const void *from, size_t bytes) { memcpy(to, from, bytes); }
void __aeabi_memclr8(void *to, size_t bytes) { memset(to, 0, bytes); }
#endif
#endif
