"""Cython source -> extension module, in process, with a cache that may be shared by processes.

An entry of the cache is a folder named by the hash of all that decides what is built. It appears
whole or not at all, and is checked each time it is used.
"""

from __future__ import annotations

import contextlib
import io
import os
import shlex
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from functools import cache
from hashlib import sha256
from importlib.machinery import EXTENSION_SUFFIXES, ExtensionFileLoader
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

from hmbc.compiler.kernel_error import KernelError
from hmbc.runtime.atomic import write_atomically

MODULE = "hmbc_scheme"
"""Name of every generated module; which scheme it holds is in its plan."""

BUILDER = 2
"""Raised when the way of building changes."""

FLAGS = ("-O3", "-fopenmp-simd", "-fwrapv", "-DNDEBUG", "-fPIC", "-w", "-g0")
LINKING = ("-shared",)


class CannotBuild(Exception):
    """What a machine lacks to build an evaluator, said in both languages."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(f"{en} / {zh}")
        self.zh = zh
        self.en = en


class ToolchainMissing(CannotBuild):
    """No C compiler that works, or no headers of Python."""


class CacheUnusable(CannotBuild):
    """The folder where built modules are kept cannot be written."""


class BuildError(KernelError):
    """Our source did not compile: a bug of ours. The message holds what the compiler said."""


def cache_folder() -> Path:
    """Where built modules are kept: $HMBC_CACHE, $XDG_CACHE_HOME/hmbc or ~/.cache/hmbc."""
    if own := os.environ.get("HMBC_CACHE"):
        return Path(own)
    if shared := os.environ.get("XDG_CACHE_HOME"):
        return Path(shared) / "hmbc"
    return Path.home() / ".cache" / "hmbc"


def build(pyx: str, module_name: str) -> Path:
    """The extension module of a Cython source, built unless the cache holds it.

    module_name: an ASCII identifier, part of the file's name. Raises ToolchainMissing, CacheUnusable,
    BuildError.
    """
    if not (module_name.isascii() and module_name.isidentifier()):
        raise KernelError(f"{module_name!r} is no module name")
    compiler = find_compiler()
    entry = cache_folder() / _key(pyx, module_name, compiler)
    so = entry / f"{module_name}{_suffix()}"
    if not is_sound(so):
        try:
            entry.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=entry.parent, prefix=".building-") as folder:
                built = Path(folder, "built")
                built.mkdir()
                _compile(pyx, module_name, compiler, built)
                _publish(built, entry, so)
        except OSError as error:
            why = error.strerror or str(error)
            raise CacheUnusable(
                f"存放编译结果的文件夹 {entry.parent} 不能写入（{why}）；可用环境变量 HMBC_CACHE 另指一处",
                f"the folder for what is built, {entry.parent}, cannot be written: {why}; set "
                "HMBC_CACHE to another",
            ) from error
    return so


def load(so: Path, module_name: str) -> ModuleType:
    """Import a built module; it is not entered in sys.modules, so editions can live together."""
    loader = ExtensionFileLoader(module_name, str(so))
    spec = spec_from_file_location(module_name, so, loader=loader)
    if spec is None:
        raise KernelError(f"{so} cannot be imported")
    module = module_from_spec(spec)
    loader.exec_module(module)
    return module


def is_validated(so: Path, mark: str) -> bool:
    """Whether just these bytes were found to be right, by the validation that `mark` names."""
    try:
        return _mark_file(so).read_text("ascii") == f"{mark} {_sum(so)}"
    except (OSError, UnicodeDecodeError):
        return False


def mark_validated(so: Path, mark: str) -> None:
    """Remember that a built module was found to be right."""
    with contextlib.suppress(OSError):  # then it is validated again
        write_atomically(_mark_file(so), f"{mark} {_sum(so)}".encode("ascii"))


def discard(so: Path) -> None:
    """Take a built module out of the cache."""
    shutil.rmtree(so.parent, ignore_errors=True)


def translate(pyx: Path, c: Path) -> None:
    """Cython to C. Raises BuildError."""
    from Cython.Compiler.Errors import CompileError
    from Cython.Compiler.Main import CompilationOptions, compile, default_options

    said = io.StringIO()
    try:
        with contextlib.redirect_stderr(said):
            result = compile(str(pyx), CompilationOptions(default_options, output_file=str(c)))
        failed = result.num_errors > 0
    except CompileError:
        failed = True
    if failed:
        raise BuildError(f"Cython refused {pyx.name}: {said.getvalue()}")


def find_compiler() -> tuple[str, ...]:
    """The C compiler and its own arguments: $CC, the one that Python was built with, or cc, gcc,
    clang. Raises ToolchainMissing if none is there or Python's headers are not."""
    if not Path(sysconfig.get_path("include"), "Python.h").is_file():
        raise ToolchainMissing(
            "缺少 Python 头文件 Python.h，请安装：apt-get install python3-dev",
            "Python.h is missing; install it: apt-get install python3-dev",
        )
    for candidate in (os.environ.get("CC"), sysconfig.get_config_var("CC"), "cc", "gcc", "clang"):
        words = shlex.split(candidate or "")
        if words and (path := shutil.which(words[0])):
            return (path, *words[1:])
    raise ToolchainMissing(
        "找不到 C 编译器，请安装：apt-get install gcc",
        "no C compiler found; install one: apt-get install gcc",
    )


def _key(pyx: str, module_name: str, compiler: tuple[str, ...]) -> str:
    """What decides the bytes of the module."""
    import Cython

    parts = (
        str(BUILDER),
        Cython.__version__,
        _version(compiler),
        *compiler,
        *_flags(),
        sys.version,
        _suffix(),
        module_name,
        pyx,
    )
    return sha256("\0".join(parts).encode()).hexdigest()


@cache
def _version(compiler: tuple[str, ...]) -> str:
    try:
        return _run([*compiler, "--version"], Path("/"))
    except BuildError as error:
        raise _broken(compiler, error) from error


def _suffix() -> str:
    return EXTENSION_SUFFIXES[0]


def _flags() -> tuple[str, ...]:
    linking = ("-bundle", "-undefined", "dynamic_lookup") if sys.platform == "darwin" else LINKING
    include = {sysconfig.get_path("include"), sysconfig.get_path("platinclude")}
    return (*FLAGS, *linking, *(f"-I{folder}" for folder in sorted(include)))


def _compile(pyx: str, module_name: str, compiler: tuple[str, ...], folder: Path) -> None:
    """Build into `folder`: the module and the sum of its bytes."""
    source, c = folder / f"{module_name}.pyx", folder / f"{module_name}.c"
    so = folder / f"{module_name}{_suffix()}"
    source.write_text(pyx, "utf-8")
    translate(source, c)
    try:
        _run([*compiler, *_flags(), c.name, "-o", so.name], folder)
    except BuildError:
        _try_out(compiler, folder)
        raise
    c.unlink()
    _sum_file(so).write_text(_sum(so), "ascii")


def _try_out(compiler: tuple[str, ...], folder: Path) -> None:
    """Raises ToolchainMissing if the compiler cannot build anything that includes Python.h."""
    Path(folder, "empty.c").write_text("#include <Python.h>\n", "ascii")
    try:
        _run([*compiler, *_flags(), "empty.c", "-o", f"empty{_suffix()}"], folder)
    except BuildError as error:
        raise _broken(compiler, error) from error


def _broken(compiler: tuple[str, ...], error: BuildError) -> ToolchainMissing:
    said = next((line for line in str(error).splitlines()[1:] if line), str(error))
    return ToolchainMissing(
        f"{compiler[0]} 不能用（{said}）", f"{compiler[0]} does not work: {said}"
    )


def _publish(built: Path, entry: Path, so: Path) -> None:
    """Make `built` the entry, unless another process was first; a broken entry gives way."""
    aside = built.with_name(built.name + "-old")
    for _ in range(10):
        try:
            os.rename(built, entry)
            return
        except OSError:
            if is_sound(so):
                return
            with contextlib.suppress(FileNotFoundError):
                os.rename(entry, aside)
            shutil.rmtree(aside, ignore_errors=True)
    raise OSError(f"cannot write {entry}")


def is_sound(so: Path) -> bool:
    """Whether a built module is there, as it was built."""
    try:
        return _sum_file(so).read_text("ascii") == _sum(so)
    except (OSError, UnicodeDecodeError):
        return False


def _sum_file(so: Path) -> Path:
    return so.with_name(so.name + ".sha256")


def _mark_file(so: Path) -> Path:
    return so.with_name(so.name + ".validated")


def _sum(so: Path) -> str:
    return sha256(so.read_bytes()).hexdigest()


def _run(command: list[str], folder: Path) -> str:
    try:
        done = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, errors="replace", check=False
        )
    except OSError as error:
        raise BuildError(f"{command[0]} did not start: {error}") from error
    if done.returncode:
        raise BuildError(f"{shlex.join(command)} failed:\n{done.stdout}{done.stderr}")
    return done.stdout
