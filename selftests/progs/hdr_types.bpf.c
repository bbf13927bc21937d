// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
/* Global variables of types that the header must name, define in place, or forward-declare. */
#include <linux/bpf.h>
#include <stdbool.h>

#include <bpf/bpf_helpers.h>

typedef __u64 u64;
typedef __u16 my_u16;
typedef u64 deeper;

enum color { RED, GREEN = 7 };
struct point {
	int x;
	deeper y;
	enum color color;
};
typedef struct {
	my_u16 lo, hi;
	struct point at;
} pair_t;
union both {
	int i;
	float f;
};
struct never_defined;
struct list {
	struct list *next;
	pair_t pair;
	unsigned int low : 3, high : 5;
};
typedef int (*handler_t)(struct never_defined *who, const pair_t *pair);

struct point point;
enum color color = GREEN;
pair_t pairs[2];
union both both;
struct list list;
struct never_defined *opaque;
handler_t handler;
void (*plain)(struct never_defined *);
deeper deep;
__int128 huge;
unsigned char uc;
signed char sc;
char ch;
my_u16 halves[3];
enum { ONE = 1, TWO } in_place = ONE;
struct {
	struct {
		my_u16 in;
	};
	struct list *head;
} nested;
const volatile bool yes = true;
const char *const volatile words[2];
double number SEC(".data.number") = 1.5;

SEC("socket")
int use(struct __sk_buff *skb)
{
	return skb->len ? list.pair.at.x : nested.in;
}

char LICENSE[] SEC("license") = "GPL";
