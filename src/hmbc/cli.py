"""The `hmbc` command. Each subcommand lies in hmbc/commands and is imported when it is called.

Exit codes: 0 clean; 1 findings (errors in a scheme, failed examples, refuted laws, rejected rows);
2 usage, or input or output that cannot be read or written; 3 a bug of ours; 130 interrupted; 141 the
reader of our output left.
"""

from __future__ import annotations

import errno
import gc
import io
import os
import sys
from collections.abc import Callable
from difflib import get_close_matches
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import click

from hmbc import EVALUATOR_ABI, LANGUAGE_VERSION, __version__
from hmbc.commands.exit_codes import BUG, INTERRUPTED, READER_LEFT, UNREADABLE
from hmbc.commands.usage import usage_in_chinese

COMMANDS = {
    "check": "Parse, type-check and lint schemes and guidelines.",
    "compile": "Check schemes and make their evaluators.",
    "run": "Adjudicate the table CLAIMS under the scheme FILE.",
    "test": "Run the worked examples of schemes.",
    "prove": "Say which laws a scheme keeps, and why.",
    "diff": "Compare two schemes by what they pay.",
    "explain": "Explain one claim of the table CLAIMS, step by step.",
    "coverage": "Say where each rule is stated, read, tested or left out.",
    "fmt": "Write schemes in the one style.",
    "help": "Show the page of a diagnostic, such as HMB203.",
}
"""With the first line of their help, so that `hmbc --help` need not import them."""

_SURROUNDINGS = frozenset(
    (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES, errno.EPERM, errno.EIO)
)
"""What a disk or its rights may do to any command: no bug of ours."""


class _ReaderLeft(Exception):
    """Standard output is a pipe that nobody reads any more."""


class _Lazy(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return [name for name in COMMANDS if find_spec(f"hmbc.commands.{name}")]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.list_commands(ctx):
            return None
        command = import_module(f"hmbc.commands.{cmd_name}").command
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name]) for name in self.list_commands(ctx)])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if not name.startswith("-") and name not in self.list_commands(ctx):
            near = get_close_matches(name, COMMANDS, n=1)
            hint = f" Did you mean '{near[0]}'?" if near else ""
            error = click.UsageError(f"No such command '{name}'.{hint}", ctx)
            error.add_note(f"没有命令 {name}{f'，是 {near[0]} 吗' if near else ''}")
            raise error
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            raise _ReaderLeft from None


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(
    __version__,
    message=f"hmbc {__version__} (language {LANGUAGE_VERSION}, evaluator ABI {EVALUATOR_ABI})",
)
def hmbc() -> None:
    """Benefit schemes: check, prove, compile, adjudicate. 方案的检查、证明、编译与理算。"""


def main() -> None:
    """Run the command line and exit; a traceback only with HMBC_DEBUG=1."""
    gc.disable()  # a command ends soon, and large tables lie outside of Python's objects
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a name or a terminal may not be in Unicode
            stream.reconfigure(errors="backslashreplace")
    try:
        code = _code_of(lambda: hmbc.main(standalone_mode=False))
    except (_ReaderLeft, BrokenPipeError):
        code = READER_LEFT
        for stream in (sys.stdout, sys.stderr):  # else the interpreter would try again at its end
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
    sys.exit(code)


def _code_of(run: Callable[[], object]) -> int:
    """What to exit with; says what went wrong on standard error."""
    try:
        try:
            code = run()
        except SystemExit as done:
            code = done.code
        sys.stdout.flush()
        return code if isinstance(code, int) else 0
    except click.UsageError as error:
        error.show()
        if not isinstance(error, click.exceptions.NoArgsIsHelpError):
            notes = getattr(error, "__notes__", None)
            click.echo("\n".join(notes or [usage_in_chinese(error)]), err=True)
        return error.exit_code
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("hmbc: interrupted / 已中断", err=True)
        return INTERRUPTED
    except (_ReaderLeft, BrokenPipeError):
        raise
    except Exception as error:
        return _failed(error)


def _failed(error: Exception) -> int:
    if os.environ.get("HMBC_DEBUG"):
        import traceback

        traceback.print_exception(error)
    if isinstance(error, OSError) and error.errno in _SURROUNDINGS:
        place = f"{error.filename}: " if error.filename else ""
        click.echo(f"hmbc: cannot read or write / 无法读写: {place}{error.strerror}", err=True)
        _forget_output()
        return UNREADABLE
    click.echo(
        f"hmbc: internal error / 内部错误: {type(error).__name__}: {error}\n"
        "This is a bug of hmbc, not of your scheme or data. Run again with HMBC_DEBUG=1 for the "
        "details to report.\n这是 hmbc 的缺陷，与您的方案和数据无关；加 HMBC_DEBUG=1 重跑可得详情。",
        err=True,
    )
    return BUG


def _forget_output() -> None:
    """Standard output may be what cannot be written: the interpreter would try again at its end."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
