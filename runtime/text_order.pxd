"""Texts and whole numbers of an Intern in an order that does not depend on how they came."""

from hmbc.runtime.intern cimport Intern
from hmbc.runtime.memory cimport Block


cdef Block ranks_of(Intern texts)
