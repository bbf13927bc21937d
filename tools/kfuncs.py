#!/usr/bin/env python3
# SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
"""Makes kernel/target/kfuncs.inc: what kernels say of their kfuncs, read from their sources.

usage: kfuncs.py VERSION=DIRECTORY... > kernel/target/kfuncs.inc      (e.g. 6.1=/usr/src/linux-source-6.1)

Of each kfunc: its flags (BTF_ID_FLAGS), the hooks of the program types that its sets are registered for, and
which of these sets have a filter, which looks at more than the type. Only names, flags and types are taken.
"""
import os
import re
import sys

START = re.compile(r'\bBTF_(?:SET8|KFUNCS)_START\((\w+)\)')
END = re.compile(r'\bBTF_(?:SET8|KFUNCS)_END\((\w+)\)')
ID = re.compile(r'\bBTF_ID_FLAGS\(\s*func\s*,\s*(\w+)\s*(?:,\s*([A-Z0-9_|\s]+?))?\s*\)')
SET = re.compile(r'struct btf_kfunc_id_set (\w+)\s*=\s*{(.*?)}\s*;', re.S)
REGISTER = re.compile(r'\bregister_btf_kfunc_id_set\(\s*BPF_PROG_TYPE_(\w+)\s*,\s*&(\w+)\s*\)')

# bpf_prog_type_to_kfunc_hook(); that older kernels map fewer types is in kfunc.c
HOOKS = {
    'UNSPEC': 'COMMON', 'XDP': 'XDP', 'SCHED_CLS': 'TC', 'STRUCT_OPS': 'STRUCT_OPS', 'TRACING': 'TRACING',
    'TRACEPOINT': 'TRACING', 'RAW_TRACEPOINT': 'TRACING', 'PERF_EVENT': 'TRACING', 'LSM': 'TRACING',
    'SYSCALL': 'SYSCALL', 'CGROUP_SKB': 'CGROUP', 'CGROUP_SOCK': 'CGROUP', 'CGROUP_DEVICE': 'CGROUP',
    'CGROUP_SOCK_ADDR': 'CGROUP', 'CGROUP_SOCKOPT': 'CGROUP', 'CGROUP_SYSCTL': 'CGROUP', 'SOCK_OPS': 'CGROUP',
    'SCHED_ACT': 'SCHED_ACT', 'SK_SKB': 'SK_SKB', 'SOCKET_FILTER': 'SOCKET_FILTER', 'LWT_OUT': 'LWT',
    'LWT_IN': 'LWT', 'LWT_XMIT': 'LWT', 'LWT_SEG6LOCAL': 'LWT', 'NETFILTER': 'NETFILTER', 'KPROBE': 'KPROBE',
}


def read_file(text, kfuncs):
    text = re.sub(r'/\*.*?\*/', ' ', text, flags=re.S)
    ids = {}
    for m in START.finditer(text):
        end = END.search(text, m.end())
        if not end or end.group(1) != m.group(1):
            continue
        for f in ID.finditer(text, m.end(), end.start()):
            flags = frozenset(x.strip().removeprefix('KF_') for x in (f.group(2) or '').split('|') if x.strip())
            ids.setdefault(m.group(1), []).append((f.group(1), flags))
    sets = {}
    for m in SET.finditer(text):
        of = re.search(r'\.set\s*=\s*&(\w+)', m.group(2))
        if of:
            sets[m.group(1)] = (of.group(1), '.filter' in m.group(2))
    for m in REGISTER.finditer(text):
        hook = HOOKS[m.group(1)]
        name, filtered = sets.get(m.group(2), (None, False))
        for func, flags in ids.get(name, []):
            k = kfuncs.setdefault(func, (set(), set(), set()))
            k[0].add(flags)
            k[2 if filtered else 1].add(hook)


def read_tree(top):
    kfuncs = {}
    for where, dirs, files in os.walk(top):
        dirs.sort()
        for name in sorted(files):
            if name.endswith('.c') and os.path.exists(os.path.join(where, name)):
                with open(os.path.join(where, name), errors='replace') as f:
                    text = f.read()
                if 'btf_kfunc_id_set' in text:
                    read_file(text, kfuncs)
    return kfuncs


def mask(prefix, names):
    return ' | '.join(prefix + n for n in sorted(names)) or '0'


def release(version):
    major, minor = version.split('.')
    return int(major) * 100 + int(minor)


def main():
    trees = []
    for arg in sys.argv[1:]:
        version, top = arg.split('=', 1)
        trees.append((version, read_tree(top)))
    trees.sort(key=lambda t: release(t[0]))
    print('/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */')
    print('/*')
    print(' * Made by tools/kfuncs.py from the sources of Linux', ', '.join(t[0] for t in trees), 'as Debian has them: from the')
    print(' * BTF_ID_FLAGS() of each set, and the register_btf_kfunc_id_set() that name it. Don\'t edit.')
    print(' *')
    print(' * KFUNC(name, first, last, flags, hooks, hooks with a filter): so in all releases read from first to last')
    print(' */')
    print('RELEASES(' + ', '.join(str(release(t[0])) for t in trees) + ')')
    for name in sorted({n for t in trees for n in t[1]}):
        rows = []
        for version, kfuncs in trees:
            k = kfuncs.get(name)
            if not k:
                rows.append(None)
                continue
            flags = 'UNCLEAR' if len(k[0]) > 1 else mask('TKF_', next(iter(k[0])))
            what = (flags, mask('H_', k[1]), mask('H_', k[2]))
            if rows and rows[-1] and rows[-1][2] == what:
                rows[-1][1] = release(version)
                rows.append(rows[-1])
            else:
                rows.append([release(version), release(version), what])
        seen = []
        for r in rows:
            if not r or any(r is s for s in seen):
                continue
            seen.append(r)
            line = 'KFUNC(%s, %d, %d,' % (name, r[0], r[1])
            for what, end in zip(r[2], (',', ',', ')')):
                last = line.rsplit('\n', 1)[-1]
                line += ('\n\t' if len(last) + len(what) > 106 else ' ') + what + end
            print(line)


main()
