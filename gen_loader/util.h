/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/* What every stage of the generator shares: one error message, growing arrays, target-order stores. */
#ifndef LSK_UTIL_H
#define LSK_UTIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int8_t s8;
typedef int16_t s16;
typedef int32_t s32;
typedef int64_t s64;

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/*
 * The one message of a failure. Library code records it where the names are known; programs print it.
 * The first message wins, so that a caller that adds context late can't hide the cause.
 */
struct lsk_err {
	char msg[1024];
};

/*
 * err_set() - record a message, unless one is there already.
 * @err: may be NULL (the message is dropped)
 * @code: negative errno
 * Returns @code, so that callers write `return err_set(err, -EINVAL, "map '%s': ...", name);`.
 */
int err_set(struct lsk_err *err, int code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/*
 * err_name() - the symbolic name of an errno ("-EINVAL"), also for the kernel-internal 524 (-ENOTSUPP).
 * Returns a static string; "-E?" for numbers that have no name here.
 */
const char *err_name(int code);

/*
 * grow() - make room for @want elements in the array at *@ptr.
 * @cap: in and out, the capacity in elements
 * New elements are zeroed. Returns 0, or -ENOMEM (also when the size would overflow) with nothing changed.
 */
int grow(void **ptr, size_t *cap, size_t want, size_t elem_sz);

/* json_str() - @s as a JSON string; NULL: null. Bytes that are not ASCII are printed as they are. */
void json_str(FILE *f, const char *s);

/* file_read() - a whole file; free *@data. Errors: a negative errno, with a message that names the file. */
int file_read(const char *path, char **data, size_t *sz, struct lsk_err *err);

/* Append one zeroed element to an array with fields {ptr, cnt, cap}; evaluates to its address, or NULL on ENOMEM. */
#define PUSH(ptr, cnt, cap)                                                                        \
	(grow((void **)&(ptr), &(cap), (size_t)(cnt) + 1, sizeof(*(ptr))) ? NULL : &(ptr)[(cnt)++])

/* Stores and loads in the target's byte order; @p needs no alignment. */
void put16(void *p, bool big_endian, u16 v);
void put32(void *p, bool big_endian, u32 v);
void put64(void *p, bool big_endian, u64 v);
u16 get16(const void *p, bool big_endian);
u32 get32(const void *p, bool big_endian);
u64 get64(const void *p, bool big_endian);

#endif
