/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */
/*
 * Types as a "kernel" has them that exists only as a file: core_target.bpf.o, whose BTF the skeletons of core_file
 * and core_poison are generated with. Those declare the same types in other ways. Also included by the tests.
 */
#ifndef CORE_FILE_H
#define CORE_FILE_H

enum lskel_color { LSKEL_RED = 70, LSKEL_BLUE = 90 };

struct lskel_point {
	long long pad;
	int y, x;
};

struct lskel_thing {
	unsigned long long id;
	struct {
		unsigned short before;
		union {
			char c;
			int in_union;
		};
	};
	unsigned int lead : 29;
	unsigned long long bits : 7; /* across a border of 4 bytes */
	int sbits : 6;
	short neg;
	struct lskel_point points[3];
	unsigned char small;
	char name[12];
};

#endif
