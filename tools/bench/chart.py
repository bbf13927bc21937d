#!/usr/bin/env python3
# SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
"""
Draws the benchmark's loading times against the size of the object, both logarithmic.

    chart.py FILE.json > FILE.svg       load-time.svg: from `make bench BENCH_JSON=FILE.json`

One line for each contestant, through the medians; bars show the quartiles. The picture needs nothing else, and is
legible on light and dark ground.
"""
import json
import math
import sys
from xml.sax.saxutils import escape

WIDTH, HEIGHT = 760, 440
LEFT, RIGHT, TOP, BOTTOM = 70, 130, 46, 62
LABEL_STEP = 15  # least distance of two labels

# Mid tones, which differ from white and from black, and from each other also for the colour-blind.
LOOKS = {
    "lskel": ("#d55e00", "", "lskel"),
    "direct": ("#e69f00", "5 3", "lskel, direct"),
    "threads": ("#cc79a7", "", "lskel, threads"),
    "bpftool": ("#0a8fd0", "", "bpftool's light"),
    "libbpf": ("#009e73", "", "libbpf"),
    "floor": ("#888888", "2 3", "floor"),
}


def fail(text):
    sys.exit(f"chart.py: {text}")


def read(path):
    """Objects that are loaded, by size: (name, size, bench); and for each contestant its points (size, time)."""
    with open(path, encoding="utf-8") as f:
        bench = json.load(f)
    objects = [o for o in bench["objects"] if o["use"] == "load"]
    objects.sort(key=lambda o: o["maps"] + o["progs"])
    lines = {}
    for o in objects:
        for c in o["contestants"]:
            if "load_us" in c:
                lines.setdefault(c["name"], []).append((o["maps"] + o["progs"], c["load_us"]))
    if not lines:
        fail(f"{path}: no times of loading in it")
    return bench, objects, lines


class Axis:
    """A logarithmic one: from values to places."""

    def __init__(self, low, high, start, end):
        self.low, self.start = math.log10(low), start
        self.scale = (end - start) / (math.log10(high) - self.low)

    def __call__(self, value):
        return self.start + (math.log10(value) - self.low) * self.scale


def text(x, y, what, anchor="middle", more=""):
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{more}>{escape(what)}</text>'


def decades(low, high):
    return [10 ** e for e in range(math.ceil(math.log10(low)), math.floor(math.log10(high)) + 1)]


def duration(us):
    return f"{us:g} µs" if us < 1000 else f"{us / 1000:g} ms" if us < 1000000 else f"{us / 1000000:g} s"


def grid(objects, x, y, low, high):
    out = []
    for us in decades(low, high):
        out.append(f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y(us):.1f}" y2="{y(us):.1f}"/>')
        out.append(text(LEFT - 8, y(us) + 4, duration(us), "end"))
    for o in objects:
        at = x(o["maps"] + o["progs"])
        out.append(f'<line class="grid" x1="{at:.1f}" x2="{at:.1f}" y1="{TOP}" y2="{HEIGHT - BOTTOM}"/>')
        out.append(text(at, HEIGHT - BOTTOM + 18, o["name"]))
        what = f'{o["maps"]} maps, {o["progs"]} prog' + "s" * (o["progs"] > 1)
        out.append(text(at, HEIGHT - BOTTOM + 33, what))
    return out


def curve(points, x, y, look):
    colour, dash, _ = look
    path = " ".join(f"{x(size):.1f},{y(us['median']):.1f}" for size, us in points)
    out = [f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2.2" '
           f'stroke-dasharray="{dash}"/>']
    for size, us in points:
        at = x(size)
        out.append(f'<line x1="{at:.1f}" x2="{at:.1f}" y1="{y(us["q1"]):.1f}" y2="{y(us["q3"]):.1f}" '
                   f'stroke="{colour}" stroke-width="5" stroke-opacity="0.4"/>')
        out.append(f'<circle cx="{at:.1f}" cy="{y(us["median"]):.1f}" r="3.5" fill="{colour}"/>')
    return out


def labels(lines, x, y):
    """Beside the last point of each line, pushed apart where they would overlap; above it, if others go on."""
    ends = sorted((y(points[-1][1]["median"]), points[-1][0], name) for name, points in lines.items())
    largest = max(size for _, size, _ in ends)
    out, above = [], -LABEL_STEP
    for at, size, name in ends:
        colour, _, words = LOOKS.get(name, ("#888888", "", name))
        style = f' style="fill:{colour};font-weight:bold"'
        if size < largest:
            out.append(text(x(size) - 8, at - 8, words, "end", style))
            continue
        above = max(at, above + LABEL_STEP)
        out.append(text(x(size) + 9, above + 4, words, "start", style))
    return out


def main():
    if len(sys.argv) != 2:
        fail("usage: chart.py FILE.json > FILE.svg")
    bench, objects, lines = read(sys.argv[1])
    sizes = [o["maps"] + o["progs"] for o in objects]
    times = [us[q] for points in lines.values() for _, us in points for q in ("q1", "q3")]
    low, high = min(times) / 1.4, max(times) * 1.4
    x = Axis(min(sizes) / 1.3, max(sizes) * 1.3 if len(sizes) > 1 else sizes[0] * 2, LEFT, WIDTH - RIGHT)
    y = Axis(low, high, HEIGHT - BOTTOM, TOP)
    title = "Open and load: median and quartiles"
    under = f"Linux {bench['kernel']}, {bench['cpu']}; bpftool {bench['bpftool']}, libbpf {bench['libbpf']}"
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}"'
        ' role="img">',
        f"<title>{title}</title>",
        "<style>text{font:12px sans-serif;fill:#666}.grid{stroke:#888;stroke-opacity:.35}"
        "@media (prefers-color-scheme:dark){text{fill:#aaa}}</style>",
        text(LEFT, 18, title, "start", ' style="font-weight:bold;font-size:14px"'),
        text(LEFT, 34, f"{under}; both axes are logarithmic", "start", ' style="font-size:11px"'),
    ]
    out += grid(objects, x, y, low, high)
    for name, points in lines.items():
        out += curve(points, x, y, LOOKS.get(name, ("#888888", "", name)))
    out += labels(lines, x, y)
    out.append(text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 10, "size of the object: maps + programs"))
    out.append("</svg>")
    print("\n".join(out))


main()
