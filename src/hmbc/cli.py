"""The `hmbc` command. Each subcommand lies in hmbc/commands and is imported when it is called.

Exit codes: 0 clean; 1 findings (errors in a scheme, failed examples, refuted laws, rejected rows);
2 usage or unreadable input; 3 a bug of ours; 130 interrupted.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module
from importlib.util import find_spec

import click

from hmbc import LANGUAGE_VERSION, __version__

COMMANDS = ("check", "compile", "run", "test", "prove", "explain", "fmt", "help")
BUG = 3


class _Lazy(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return [name for name in COMMANDS if find_spec(f"hmbc.commands.{name}")]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.list_commands(ctx):
            return None
        command = import_module(f"hmbc.commands.{cmd_name}").command
        assert isinstance(command, click.Command)
        return command


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(
    __version__, message=f"hmbc {__version__} (language {LANGUAGE_VERSION}, evaluator ABI 1)"
)
def hmbc() -> None:
    """Benefit schemes: check, prove, compile, adjudicate. 方案的检查、证明、编译与理算。"""


def main() -> None:
    """Run the command line and exit; a traceback only with HMBC_DEBUG=1."""
    try:
        hmbc.main(standalone_mode=True)
    except SystemExit:
        raise
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except Exception as error:
        if os.environ.get("HMBC_DEBUG"):
            raise
        click.echo(
            f"hmbc: internal error / 内部错误: {type(error).__name__}: {error}\n"
            "This is a bug of hmbc, not of your scheme or data. Run again with HMBC_DEBUG=1 for the "
            "details to report.\n这是 hmbc 的缺陷，与您的方案和数据无关；加 HMBC_DEBUG=1 重跑可得详情。",
            err=True,
        )
        sys.exit(BUG)
