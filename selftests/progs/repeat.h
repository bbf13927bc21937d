/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/* Macros applied to two-digit numbers, for objects with many of something. */
#ifndef REPEAT_H
#define REPEAT_H

#define REPEAT_10(M, tens)                                                                         \
	M(tens##0) M(tens##1) M(tens##2) M(tens##3) M(tens##4) M(tens##5) M(tens##6) M(tens##7)    \
		M(tens##8) M(tens##9)
#define REPEAT_30(M) REPEAT_10(M, 0) REPEAT_10(M, 1) REPEAT_10(M, 2)
#define REPEAT_40(M) REPEAT_30(M) REPEAT_10(M, 3)
#define REPEAT_70(M) REPEAT_40(M) REPEAT_10(M, 4) REPEAT_10(M, 5) REPEAT_10(M, 6)
#define REPEAT_100(M) REPEAT_70(M) REPEAT_10(M, 7) REPEAT_10(M, 8) REPEAT_10(M, 9)

/* For use inside M: a macro does not expand inside itself. */
#define TIMES_10(M, tens, a)                                                                       \
	M(tens##0, a) M(tens##1, a) M(tens##2, a) M(tens##3, a) M(tens##4, a) M(tens##5, a)        \
		M(tens##6, a) M(tens##7, a) M(tens##8, a) M(tens##9, a)
#define TIMES_30(M, a) TIMES_10(M, 0, a) TIMES_10(M, 1, a) TIMES_10(M, 2, a)

#endif
