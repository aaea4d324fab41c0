"""Text to checked scheme: lexing, parsing, type checks, diagnostics, formatting."""
