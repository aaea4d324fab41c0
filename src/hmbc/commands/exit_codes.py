"""What the exit codes of `hmbc` mean; 0 is clean."""

from __future__ import annotations

FINDINGS = 1
"""Errors in a scheme, failed examples, open laws under --strict, rejected rows."""

UNREADABLE = 2
"""Usage, or something that cannot be read or written."""

BUG = 3
"""A bug of hmbc."""

INTERRUPTED = 130
"""128 + SIGINT."""

READER_LEFT = 141
"""128 + SIGPIPE: whoever read the output closed it before the end."""
