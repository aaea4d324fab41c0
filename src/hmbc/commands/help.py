"""`hmbc help`: the page of a diagnostic, or how a command is used."""

from __future__ import annotations

import sys
from typing import Literal

import click

from hmbc.commands.exit_codes import UNREADABLE


@click.command("help")
@click.argument("code", required=False)
@click.option("--lang", type=click.Choice(["zh", "en"]), help="Only this language of the page.")
@click.pass_context
def command(context: click.Context, code: str | None, lang: Literal["zh", "en"] | None) -> None:
    """Show the page of a diagnostic, such as HMB203. 查看诊断代码的说明。"""
    from hmbc.dsl.help_pages import codes_like, read_page

    group = context.parent
    if group is not None and not code:
        click.echo(group.get_help())
        return
    assert code is not None
    if group is not None and isinstance(group.command, click.Group):
        found = group.command.get_command(group, code)
        if found is not None:
            with click.Context(found, parent=group, info_name=code) as shown:
                click.echo(shown.get_help())
            return
    page = read_page(code, lang)
    if page is None:
        near = codes_like(code) or ["HMB203"]
        click.echo(
            f"没有代码 {code}，代码形如 {'、'.join(near)} / "
            f"there is no code {code}; codes look like {', '.join(near)}",
            err=True,
        )
        sys.exit(UNREADABLE)
    click.echo(page.rstrip())
