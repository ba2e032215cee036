# SPDX-License-Identifier: LGPL-2.1-or-later
"""Curves as SVG, both axes logarithmic, readable on light and on dark paper."""

import math
from xml.sax.saxutils import escape

WIDTH, HEIGHT = 720, 400
LEFT, RIGHT, TOP, BOTTOM = 64, 170, 40, 48
# Of the same lightness, so that both papers are far from them; told apart by the marks as well.
COLOURS = ("#2f7fd6", "#d0601a", "#2f9e57", "#a45fd0", "#c2407a")
MARKS = ("circle", "square", "diamond", "triangle", "cross")
STYLE = """
  text { font: 13px system-ui, sans-serif; fill: #333 }
  .title { font-size: 15px; font-weight: 600 }
  .grid { stroke: #ccc; stroke-width: 1 }
  .axis { fill: none; stroke: #777; stroke-width: 1 }
  .curve { fill: none; stroke-width: 2 }
  @media (prefers-color-scheme: dark) { text { fill: #ddd } .grid { stroke: #444 } .axis { stroke: #999 } }
"""


def short(value):
    """1500 as 1.5 k, and so on."""
    for limit, unit in ((1e6, " M"), (1e3, " k")):
        if value >= limit:
            return f"{value / limit:g}{unit}"
    return f"{value:g}"


class Axis:
    """From whole powers of ten to whole powers of ten, on so many pixels; 0 has the place of the least one."""

    def __init__(self, values, start, end):
        positive = [value for value in values if value > 0] or [1]
        self.low = math.floor(math.log10(min(positive)) + 1e-9)
        self.high = max(self.low + 1, math.ceil(math.log10(max(positive)) - 1e-9))
        if min(values) <= 0:
            self.low -= 1
        self.has_zero = min(values) <= 0
        self.start, self.end = start, end

    def place(self, value):
        exponent = math.log10(value) if value > 0 else self.low
        return self.start + (self.end - self.start) * (exponent - self.low) / (self.high - self.low)

    def ticks(self):
        """(place, text)"""
        for exponent in range(self.low, self.high + 1):
            is_zero = self.has_zero and exponent == self.low
            yield self.place(10.0 ** exponent), "0" if is_zero else short(10.0 ** exponent)


def draw_mark(kind, x, y, colour):
    shapes = {
        "circle": f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{colour}"/>',
        "square": f'<rect x="{x - 4:.1f}" y="{y - 4:.1f}" width="8" height="8" fill="{colour}"/>',
        "diamond": f'<path d="M{x:.1f} {y - 5:.1f}l5 5-5 5-5-5z" fill="{colour}"/>',
        "triangle": f'<path d="M{x:.1f} {y - 5:.1f}l5 9h-10z" fill="{colour}"/>',
        "cross": f'<path d="M{x - 4:.1f} {y - 4:.1f}l8 8m0-8l-8 8" stroke="{colour}" stroke-width="2"/>',
    }
    return shapes[kind]


def draw_grid(across, up):
    right, bottom = WIDTH - RIGHT, HEIGHT - BOTTOM
    for x, text in across.ticks():
        yield f'<path class="grid" d="M{x:.1f} {TOP}V{bottom}"/>'
        yield f'<text x="{x:.1f}" y="{bottom + 18}" text-anchor="middle">{text}</text>'
    for y, text in up.ticks():
        yield f'<path class="grid" d="M{LEFT} {y:.1f}H{right}"/>'
        yield f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{text}</text>'
    yield f'<path class="axis" d="M{LEFT} {TOP}V{bottom}H{right}"/>'


def draw_curve(points, across, up, colour, mark):
    places = [(across.place(x), up.place(y)) for x, y in points]
    path = "L".join(f"{x:.1f} {y:.1f}" for x, y in places)
    yield f'<path class="curve" stroke="{colour}" d="M{path}"/>'
    for x, y in places:
        yield draw_mark(mark, x, y, colour)


def draw_legend(names):
    for i, name in enumerate(names):
        x, y = WIDTH - RIGHT + 18, TOP + 12 + 24 * i
        yield draw_mark(MARKS[i], x, y - 4, COLOURS[i])
        yield f'<text x="{x + 12}" y="{y}">{escape(name)}</text>'


def draw(title, x_name, curves):
    """The text of a picture: curves is {name with unit: [(x, y)]}."""
    points = [point for curve in curves.values() for point in curve]
    across = Axis([x for x, _ in points], LEFT, WIDTH - RIGHT)
    up = Axis([y for _, y in points], HEIGHT - BOTTOM, TOP)
    parts = [f'<text class="title" x="{LEFT}" y="22">{escape(title)}</text>',
             f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 8}" text-anchor="middle">{escape(x_name)}</text>']
    parts += draw_grid(across, up)
    for i, curve in enumerate(curves.values()):
        parts += draw_curve(curve, across, up, COLOURS[i], MARKS[i])
    parts += draw_legend(curves)
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}">'
    return "\n".join([head, f"<style>{STYLE}</style>", *parts, "</svg>"]) + "\n"
