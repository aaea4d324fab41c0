"""Checked scheme to kernel, interpreter, proofs, Cython and evaluators."""
