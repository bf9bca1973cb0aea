# SPDX-License-Identifier: GPL-2.0-only
"""Draws host memory over time, and what became of the host's huge pages, with gnuplot."""

import subprocess

from .errors import BenchError

TERMINALS = {"svg": 'svg size 960,720 font "sans,13" background "white"',
             "png": 'pngcairo size 1440,1080 font "sans,18" background "white"'}
COLOURS = ("#c44e52", "#2a7f62", "#4c72b0", "#8172b3")
SHADES = ("#e8e8e8", "#f4f4f4")


def draw(directory, name, curves, phases, huge):
    """Writes NAME.svg and NAME.png into `directory` (a Path that exists), and returns their paths.

    curves: {label: [(seconds, MiB)]}
    phases: [(label, first second, last second)], shaded in the upper half
    huge: {label: (MiB before, inflated, touched again)} for the lower half, same labels as curves

    BenchError if gnuplot is missing or fails.
    """
    paths = []
    for suffix, terminal in TERMINALS.items():
        path = directory / f"{name}.{suffix}"
        _gnuplot(script(terminal, path, curves, phases, huge))
        paths.append(path)
    return paths


def draw_lives(directory, name, lives):
    """The same for {label: life.Life}: memory of the host above, memory left to the guest below."""
    paths = []
    for suffix, terminal in TERMINALS.items():
        path = directory / f"{name}.{suffix}"
        _gnuplot(lives_script(terminal, path, lives))
        paths.append(path)
    return paths


def lives_script(terminal, path, lives):
    """The whole input for gnuplot. Phases are shaded where the first one had them."""
    first = next(iter(lives.values()))
    end = max(life.points[-1][0] for life in lives.values())
    lines = [f"set terminal {terminal}", f'set output "{path}"', "set multiplot", "set border 3",
             "set tics nomirror out", "set lmargin 10", "set rmargin 3", "set key above horizontal"]
    for column, (title, origin) in enumerate((("Host memory of QEMU", 0.5), ("Memory left to the guest", 0))):
        curves = {label: [(point[0], point[1 + column]) for point in life.points] for label, life in lives.items()}
        top = max(mib for points in curves.values() for _, mib in points)
        lines += [*_data(f"panel{column}_", curves.values()), f"set origin 0, {origin}", "set size 1, 0.5",
                  f'set title "{title}"', f"set xrange [0:{end:.0f}]", f"set yrange [0:{top * 1.2:.0f}]",
                  'set xlabel "seconds"', 'set ylabel "MiB"', *_shading(first.phases),
                  "plot " + ", ".join(_plots(f"panel{column}_", curves))]
    return "\n".join([*lines, "unset multiplot", "set output", ""])


def script(terminal, path, curves, phases, huge):
    """The whole input for gnuplot, data included."""
    last = max(seconds for points in curves.values() for seconds, _ in points)
    first = min(seconds for points in curves.values() for seconds, _ in points)
    top = max(mib for points in curves.values() for _, mib in points)
    return "\n".join([
        *_data("curve", curves.values()), *_huge_data(huge),
        f"set terminal {terminal}", f'set output "{path}"',
        "set multiplot", "set border 3", "set tics nomirror out", "set key right bottom",
        "set lmargin 10", "set rmargin 3",
        *_upper(curves, phases, first, last, top), *_lower(huge), "unset multiplot", "set output", ""])


def _shading(phases):
    shading = []
    for number, (label, start, end) in enumerate(phases, 1):
        shading.append(f'set object {number} rectangle from {start:.3f}, graph 0 to {end:.3f}, graph 1 behind'
                       f' fillcolor rgb "{SHADES[number % 2]}" fillstyle solid noborder')
        middle = (start + end) / 2
        shading.append(f'set label {number} "{label}" at {middle:.3f}, graph 0.96 center')
    return shading


def _plots(name, curves):
    return [f'${name}{number} using 1:2 with steps linewidth 2.5 linecolor rgb "{COLOURS[number]}" title "{label}"'
            for number, label in enumerate(curves)]


def _upper(curves, phases, first, last, top):
    return ["set origin 0, 0.42", "set size 1, 0.58",
            'set title "Host memory of QEMU, whose 2 GiB guest gives 1 GiB away and takes it back"',
            'set xlabel "seconds after the request"', 'set ylabel "MiB"',
            f"set xrange [{first:.3f}:{last:.3f}]", f"set yrange [0:{top * 1.2:.0f}]", *_shading(phases),
            "plot " + ", ".join(_plots("curve", curves))]


def _lower(huge):
    plots = [f'$huge using {number + 2}:xtic(1) linecolor rgb "{COLOURS[number]}" title "{label}"'
             for number, label in enumerate(huge)]
    labels = [f'$huge using ($0 + {(number - (len(huge) - 1) / 2) / (len(huge) + 1):.4f}):{number + 2}:'
              f'(sprintf("%.0f", ${number + 2})) with labels offset 0, 0.6 notitle' for number in range(len(huge))]
    top = max(max(values) for values in huge.values())
    return ["unset object", "unset label", "set origin 0, 0", "set size 1, 0.42", "unset xlabel", "set xrange [*:*]",
            f"set yrange [0:{max(top, 1) * 1.35:.0f}]", 'set title "The part of it in 2 MiB huge pages of the host"',
            "set style data histograms", "set style histogram clustered gap 1",
            "set style fill solid 0.85 noborder", "set key right top horizontal", "plot " + ", ".join(plots + labels)]


def _data(name, tables):
    for number, rows in enumerate(tables):
        yield f"${name}{number} << END"
        yield from (" ".join(f"{value:.3f}" for value in row) for row in rows)
        yield "END"


def _huge_data(huge):
    yield "$huge << END"
    for number, stage in enumerate(("before", "inflated", "deflated, touched again")):
        yield f'"{stage}" ' + " ".join(f"{values[number]:.1f}" for values in huge.values())
    yield "END"


def _gnuplot(text):
    try:
        done = subprocess.run(["gnuplot"], input=text, capture_output=True, text=True, check=False)
    except FileNotFoundError as error:
        raise BenchError("gnuplot is missing, so there is no chart: run 'lab/install demo'") from error
    if done.returncode or "error" in done.stderr.lower():
        raise BenchError(f"gnuplot: {done.stderr.strip()}")
