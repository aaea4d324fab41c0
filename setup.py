"""Build steps that pyproject.toml cannot express: the links check and the C extensions."""

import runpy
import sys
from pathlib import Path

from Cython.Build import cythonize
from setuptools import Extension, setup
from setuptools.command.build_py import build_py

LINKED = ("compiler", "dsl", "grammar", "runtime", "schemes")
COMPILED = (
    "memory",
    "intern",
    "text_order",
    "cells",
    "arrow_view",
    "arrow_in",
    "out_columns",
    "arrow_out",
    "values",
    "blocks",
    "cell_reader",
    "columns",
    "unique",
    "shards",
    "units",
    "totals",
    "member_rows",
    "claim_rows",
    "scheme_call",
    "refunds",
    "engine",
    "payments",
    "feed_order",
    "feed_call",
    "python_cells",
    "claim_names",
    "plain_claim",
    "claims_kept",
    "settlement",
    "open_unit",
)

if broken := [name for name in LINKED if not Path("src/hmbc", name).is_dir()]:
    sys.exit(
        f"src/hmbc/{{{','.join(broken)}}} should be symbolic links to the folders of the same "
        "name; on Windows: git config core.symlinks true && git checkout -- src/hmbc"
    )



class BuildPy(build_py):
    """Also builds the grammar's tables, so that no first command has to."""

    def run(self) -> None:
        super().run()
        if not self.editable_mode:
            grammar = Path(self.build_lib, "hmbc/grammar")
            runpy.run_path(str(grammar / "tables.py"))["ship"](grammar)


setup(
    cmdclass={"build_py": BuildPy},
    ext_modules=cythonize(
        [
            Extension(
                f"hmbc.runtime.{name}",
                [f"src/hmbc/runtime/{name}.pyx"],
                include_dirs=["src/hmbc/runtime"],
                extra_compile_args=["-O3"],
            )
            for name in COMPILED
        ],
        include_path=["src"],
        build_dir="build/cython",
        language_level=3,
    ),
)
