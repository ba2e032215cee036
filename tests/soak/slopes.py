# SPDX-License-Identifier: LGPL-2.1-or-later
"""Straight lines through samples, and how far they are to be believed."""

import math

# Student's t for a two-sided 95 %, by degrees of freedom; more: the normal distribution's.
T_95 = [math.inf, 12.71, 4.30, 3.18, 2.78, 2.57, 2.45, 2.36, 2.31, 2.26, 2.23, 2.20, 2.18, 2.16,
        2.14, 2.13, 2.12, 2.11, 2.10, 2.09, 2.09]


def fit(points):
    """Least squares through [(x, y)]: (slope, half of its 95 % interval)."""
    n = len(points)
    if n < 3:
        return 0.0, math.inf
    mean_x = sum(x for x, _ in points) / n
    mean_y = sum(y for _, y in points) / n
    spread = sum((x - mean_x) ** 2 for x, _ in points)
    if spread == 0:
        return 0.0, math.inf
    slope = sum((x - mean_x) * (y - mean_y) for x, y in points) / spread
    rest = sum((y - mean_y - slope * (x - mean_x)) ** 2 for x, y in points)
    error = math.sqrt(rest / (n - 2) / spread)
    t = T_95[n - 2] if n - 2 < len(T_95) else 1.96
    return slope, t * error


def fit_blocks(points, n_blocks=12):
    """The same through the means of blocks: neighbouring samples of memory resemble each
    other, so that each alone would count for more than it says."""
    size = max(1, len(points) // n_blocks)
    blocks = []
    for start in range(0, len(points) - size + 1, size):
        block = points[start:start + size]
        blocks.append((sum(x for x, _ in block) / size, sum(y for _, y in block) / size))
    return fit(blocks)
