"""`hmbc help`: the page of a diagnostic."""

from __future__ import annotations

import sys

import click

from hmbc.commands.common import UNREADABLE


@click.command("help")
@click.argument("code")
def command(code: str) -> None:
    """Show the page of a diagnostic, such as HMB203. 查看诊断代码的说明。"""
    from hmbc.dsl.help_pages import codes_like, read_page

    page = read_page(code.upper())
    if page is None:
        near = ", ".join(codes_like(code.upper()))
        click.echo(f"没有代码 {code} / there is no code {code}. {near}".strip(), err=True)
        sys.exit(UNREADABLE)
    click.echo(page.rstrip())
