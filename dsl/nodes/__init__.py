"""The syntax tree: what the author wrote, clause by clause, with its place in the source.

Nothing here is checked. One module an idea; `from hmbc.dsl import nodes as n` reads them all.
"""

from hmbc.dsl.nodes.data import *
from hmbc.dsl.nodes.examples import *
from hmbc.dsl.nodes.expressions import *
from hmbc.dsl.nodes.guideline import *
from hmbc.dsl.nodes.header import *
from hmbc.dsl.nodes.layers import *
from hmbc.dsl.nodes.rules import *
from hmbc.dsl.nodes.scheme import *
