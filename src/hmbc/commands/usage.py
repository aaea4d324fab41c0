"""Usage errors in Chinese, beside click's English."""

from __future__ import annotations

import click


def usage_in_chinese(error: click.UsageError) -> str:
    """One line for what was wrong with how the command was called."""
    match error:
        case click.NoSuchOption():
            text = f"没有选项 {error.option_name}"
        case click.MissingParameter():
            text = f"缺少 {_named(error)}"
        case click.BadParameter():
            text = f"{_named(error)} 的值不能用"
        case click.BadOptionUsage():
            text = f"选项 {error.option_name} 缺少它的值，或不带值"
        case _:
            text = "用法有误"
    command = error.ctx.command_path if error.ctx is not None else "hmbc"
    return f"{text}；用法见 {command} --help"


def _named(error: click.BadParameter) -> str:
    if error.param is None:
        return "参数"
    return error.param.get_error_hint(error.ctx) if error.ctx else str(error.param.name)
