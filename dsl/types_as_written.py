"""Types as other systems call them (`数字`, `string`): one is told, and read as the type that it means, so that
nothing else is blamed for it."""

from __future__ import annotations

from attrs import evolve

from hmbc.dsl import codes
from hmbc.dsl import nodes as n
from hmbc.dsl.diagnostic import Bilingual
from hmbc.dsl.environment import Environment
from hmbc.dsl.lexer import ADVICE
from hmbc.grammar.keywords import KEYWORDS

_MEANT: dict[str, n.TypeWord] = {
    **dict.fromkeys(("数字", "数值", "数量", "整型", "integer", "number", "numeric"), "INT"),
    **dict.fromkeys(("元", "钱", "小数", "浮点数", "decimal", "float", "double", "amount", "currency"), "MONEY"),
    **dict.fromkeys(("布尔", "布尔值", "真假", "boolean", "logical"), "BOOL"),
    **dict.fromkeys(("文本", "文字", "字符", "字符串", "代码", "text", "string", "str", "varchar", "char"), "CODE"),
    **dict.fromkeys(("百分比", "百分数", "percent", "percentage"), "RATIO"),
    **dict.fromkeys(("时间", "年月日", "日期时间", "datetime", "timestamp"), "DATE_WORD"),
}
_A_TYPE = Bilingual("类型", "a type")


def in_own_types(declared: n.AttributeDeclaration, env: Environment) -> n.AttributeDeclaration:
    """The declaration with the type that its only value means, if it is the name of one elsewhere."""
    match declared.type:
        case n.EnumType(values=(n.Enumerator(name=n.Name(text=text), label=None, span=span),)) if text in _MEANT:
            word = Bilingual(*KEYWORDS[_MEANT[text]])
            advice = ((ADVICE, Bilingual(f"写“{word.zh}”", f"write `{word.en}`")),)
            found = Bilingual(f"“{text}”", f"`{text}`")
            env.report(codes.WRONG_TYPE, span, hint=False, extra=advice, expected=_A_TYPE, found=found)
            return evolve(declared, type=n.PlainType(_MEANT[text], span=declared.type.span))
        case _:
            return declared
