# SPDX-License-Identifier: GPL-2.0-only
"""Measures drivers that move memory between a guest and its host; used by bench/run, bench/compare and bench/demo."""
