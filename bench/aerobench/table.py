# SPDX-License-Identifier: GPL-2.0-only
"""Tables that read well both on a terminal and as Markdown, and the numbers in them."""

NOTHING = "-"


def render(head, rows):
    """A Markdown table with aligned columns; all cells are strings, the first column is flush left."""
    cells = [list(head), *[list(row) for row in rows]]
    widths = [max(len(row[column]) for row in cells) for column in range(len(head))]
    ruler = ["-" * widths[0]] + ["-" * (width - 1) + ":" for width in widths[1:]]
    return "\n".join(_line(row, widths) for row in [cells[0], ruler, *cells[1:]])


def _line(row, widths):
    padded = [row[0].ljust(widths[0])] + [cell.rjust(width) for cell, width in zip(row[1:], widths[1:])]
    return "| " + " | ".join(padded) + " |"


def number(value):
    """Three digits that count, and all digits of a whole number."""
    if value is None:
        return NOTHING
    if float(value).is_integer():
        return str(int(value))
    for limit, digits in ((100, 0), (10, 1), (1, 2)):
        if abs(value) >= limit:
            return f"{value:.{digits}f}"
    return f"{value:.3f}"


def spread(summary):
    """Median with minimum and maximum, or just the number where all samples are equal."""
    if summary is None:
        return NOTHING
    if summary.low == summary.high:
        return number(summary.median)
    return f"{number(summary.median)} ({number(summary.low)}..{number(summary.high)})"


def factor(value):
    """A ratio, such as 43x."""
    return "inf" if value == float("inf") else f"{number(round(value, 3))}x"


def ratio(found):
    """A stats.Ratio with what the samples allow, or a dash for None."""
    return f"{factor(found.median)} ({factor(found.low)}..{factor(found.high)})" if found else NOTHING
