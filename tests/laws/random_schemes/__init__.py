"""Random well-typed schemes, as text in either language, with every construct in its turn.

`draw(random)` writes one scheme. Any `random.Random` will do, so Hypothesis can drive it and so can a
seed. Amounts are drawn around one size, so that thresholds and caps are met and passed by the claims of
random_claims.py. Each file of this package adds what one part of a scheme is made of, from words to
the whole: draft, conditions, amounts, ratios, stops, totals, layers, data, header, scheme. What a scheme states
of itself is added to it by `with_statements`.

FOLDER holds what a scheme may name: a list of codes and a guideline.
"""

from random_schemes.draft import DRUGS, Drawn
from random_schemes.revision import Revision, revised
from random_schemes.scheme import FOLDER, draw
from random_schemes.statements import with_statements
from random_schemes.worked import example

__all__ = ["DRUGS", "FOLDER", "Drawn", "Revision", "draw", "example", "revised", "with_statements"]
