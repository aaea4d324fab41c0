"""How a ratio is held that comes in as data."""

RATIO_DENOMINATOR = 1_000_000
"""Millionths: 75% or 0.75 is 750,000."""
