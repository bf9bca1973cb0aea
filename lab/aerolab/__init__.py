# SPDX-License-Identifier: GPL-2.0-only
"""The lab: boots real virtual machines for tests, benchmarks and demonstrations.

Start with guest.py (`Guest` is what tests use); each other file is one thing that it is made of.
"""
