"""Whose working days a deadline may count; runtime/working_days.py knows how."""

from __future__ import annotations

CALENDARS = ("CN",)
"""ISO 3166 codes: of China, the State Council's yearly plan with its make-up working days."""
