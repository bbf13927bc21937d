// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/*
 * Times open + load of one skeleton in this process, over and over. Compiled once per header: ours, bpftool's light one,
 * bpftool's normal one (libbpf); they have the same functions. Prints "MIN MEDIAN MAX" in microseconds.
 */
#include <errno.h> /* bpftool's headers use it and do not include it */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include SKEL_HEADER

#define JOIN_(a, b) a##b
#define JOIN(a, b) JOIN_(a, b)
#define SKEL(func) JOIN(SKEL_NAME, func)

static double now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1e6 + t.tv_nsec / 1e3;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

int main(int argc, char **argv)
{
	int reps = argc > 1 ? atoi(argv[1]) : 30, i;
	double *us = calloc(reps, sizeof(*us));

	for (i = 0; i < reps; i++) {
		double start = now_us();
		struct SKEL_NAME *skel = SKEL(__open_and_load)();

		us[i] = now_us() - start;
		if (!skel) {
			fprintf(stderr, "does not load: errno %d\n", errno);
			return 1;
		}
		SKEL(__destroy)(skel);
	}
	qsort(us, reps, sizeof(*us), by_value);
	printf("%.0f %.0f %.0f\n", us[0], us[reps / 2], us[reps - 1]);
	free(us);
	return 0;
}
