"""The exception for a kernel that breaks its own rules."""

from __future__ import annotations


class KernelError(Exception):
    """A kernel is ill-formed: a bug of ours. Authors' mistakes are diagnostics."""
