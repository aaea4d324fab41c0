"""What people write from habit, of documents, spreadsheets and other languages, and how it is said
here: advice for tokens that the grammar does not take."""

from __future__ import annotations

from collections.abc import Collection
from fractions import Fraction

from hmbc.dsl.diagnostic import Bilingual
from hmbc.dsl.lexer import Lexeme
from hmbc.dsl.names import percent_text
from hmbc.grammar.keywords import Language, words

_VALUES = ("PERCENT", "NUMBER", "MONEY_AMOUNT", "DURATION", "NAME", "RPAR")
_FIGURES = ("PERCENT", "NUMBER", "MONEY_AMOUNT")
_HEADS = {
    "SOURCE", "CURRENCY", "BENEFIT_YEAR", "WHEN", "UNLESS", "BASE", "THRESHOLD", "RATIO", "CAP",
    "COST_CAP", "CITE", "PAY",
}  # fmt: skip
"""Words that begin a clause, behind which documents often have a colon."""
_COMPARES = {"LESSTHAN", "MORETHAN", "AT_MOST", "AT_LEAST"}

_OWN = Bilingual(
    "范围本来就是每个参保人自己的：写“每年”", "scopes are each member's own: write `per year`"
)
_YEAR = Bilingual("写“每年”：按保障年度", "write `per year`: it is the benefit year")
_EVENT = Bilingual(
    "写“每次”，并在开头写“同次就医 费用.…”", "write `per event`, and `event claim.…` in the header"
)
_NO_WEEK = Bilingual(
    "没有按周的范围；有：每日、每月、每季、每年",
    "there is no week; there are `per day`, `per month`, `per quarter`, `per year`",
)
_PER = {
    "calendar": _YEAR, "benefit": _YEAR, "policy": _YEAR, "annum": _YEAR, "plan": _YEAR,
    "person": _OWN, "member": _OWN, "insured": _OWN, "patient": _OWN, "individual": _OWN,
    "admission": _EVENT, "stay": _EVENT, "visit": _EVENT, "hospitalisation": _EVENT,
    "hospitalization": _EVENT, "episode": _EVENT, "week": _NO_WEEK,
    "household": Bilingual("写“每户”", "write `per family`"),
    "bill": Bilingual("写“每笔”", "write `per claim`"),
    "life": Bilingual("写“终身”", "write `per lifetime`"),
}  # fmt: skip
"""What stands behind `per`."""
_SCOPES = {
    "a": _YEAR, "yearly": _YEAR, "annually": _YEAR, "annual": _YEAR, "一年": _YEAR, "年度": _YEAR,
    "全年": _YEAR, "每保障年度": _YEAR, "每年度": _YEAR, "每自然年": _YEAR, "每人每年": _OWN,
    "每人": _OWN, "每次住院": _EVENT, "每周": _NO_WEEK, "每星期": _NO_WEEK, "weekly": _NO_WEEK,
    "每家庭": Bilingual("写“每户”，与“每年”等连写", "write `per family` with `per year`"),
    "累计": Bilingual("写明按什么累计：每年、每次、每月、终身", "say over what: `per year`, `per event`, `per lifetime`"),
    "each": Bilingual("写“每年”、“每次”等", "write `per year`, `per event` …"),
    "every": Bilingual("写“每年”、“每次”等", "write `per year`, `per event` …"),
    "monthly": Bilingual("写“每月”", "write `per month`"),
    "daily": Bilingual("写“每日”", "write `per day`"),
}  # fmt: skip
"""What stands where a scope is wanted."""
NOTHING = {"无", "没有", "不设", "不限", "无限", "none", "unlimited", "nil", "infinite", "infinity"}
NO_LIMIT = Bilingual(
    "没有起付线写“无起付线”，没有封顶写“不封顶”", "say `no threshold`, or `no cap`"
)
TRUTHS = {"是", "否", "对", "错", "true", "false", "True", "False", "TRUE", "FALSE"}
TRUTH = Bilingual(
    "“是否”的属性本身就是条件：直接写 费用.急诊，或 非 费用.急诊",
    "what is yes or no is a condition itself: `claim.urgent`, or `not claim.urgent`",
)
_BANDS = Bilingual(
    "分段写“比例 起付线以上分段 每年：至多 5万元：60%，以上：70%”",
    "bands: `ratio bands above threshold per year: up to 50_000: 60%, beyond: 70%`",
)
_BANDS_BY_VALUE = Bilingual(
    "没有括号；按取值各有分段的，写在每一段里：至多 10万元：按 参保人.…（健康：70%，既往症：35%），以上：…",
    "no braces; where each value has bands of its own, say it in each band: "
    "up to 100_000: by member.… (healthy: 70%, preexisting: 35%), beyond: …",
)
_ANOTHER_RATIO = Bilingual(
    "比例另有一种时，写出条件：（70% 若 参保人.年数 >= 3 否则 60%），或“另加 10% 若 条件”",
    "where there is another ratio, say when: (70% if member.years >= 3 else 60%), or `plus 10% if` a condition",
)
_BETWEEN = Bilingual(
    "写两个条件：费用.天数 >= 3 且 费用.天数 <= 10", "write two conditions: `X >= 3 and X <= 10`"
)
_WINDOW = Bilingual(
    "没有滚动的时间窗口；只能按日、月、季、年或终身累计。距上一次多久可用“累计”记下日期（见 docs/recipes.md）",
    "there is no rolling window: totals run per day, month, quarter, year or lifetime. How long ago the "
    "last one was can be kept as a total (docs/recipes.md)",
)
_EITHER = Bilingual(
    "几个取值之间用逗号：属于 住院，门诊；两个条件之间写“或”",
    "several values: `in a, b`; between two conditions: `or`",
)
_BOTH = Bilingual(
    "两个条件之间写“且”；几个取值之间用逗号：属于 住院，门诊",
    "between two conditions: `and`; several values: `in a, b`",
)
_WORDS = {
    "为": Bilingual("写“是”：费用.类别 是 住院", "write `is`: claim.kind is inpatient"),
    "不为": Bilingual("写“不是”", "write `is not`"), "不等于": Bilingual("写“不是”", "write `is not`"),
    "equals": Bilingual("取值用“是”，数用“=”", "write `is` of values, `=` of numbers"),
    "或者": _EITHER, "或是": _EITHER, "和": _BOTH, "与": _BOTH, "及": _BOTH, "以及": _BOTH, "并且": _BOTH,
    "而且": _BOTH, "同时": _BOTH, "plus": Bilingual("写“+”", "write `+`"),
    "包含": Bilingual("写“属于”：费用.病种 属于 “M1”", 'write `in`: claim.code in "M1"'),
    "等于": Bilingual("取值用“是”，数用“=”", "write `is` of values, `=` of numbers"),
    "介于": _BETWEEN, "between": _BETWEEN, "减": Bilingual("写“-”", "write `-`"),
    "minus": Bilingual("写“-”", "write `-`"),
    "减去": Bilingual("写“-”", "write `-`"), "扣除": Bilingual("写“-”", "write `-`"),
    "加": Bilingual("写“+”", "write `+`"), "加上": Bilingual("写“+”", "write `+`"),
    "乘": Bilingual("写“*”", "write `*`"), "乘以": Bilingual("写“*”", "write `*`"),
    "of": Bilingual("写“*”", "write `*`: claim.cost * 50%"),
    "以下": _BANDS, "以内": _BANDS, "以上": _BANDS, "部分": _BANDS,
}  # fmt: skip
"""What stands behind a value."""
_PARTS = {"pay": "给付", "excess": "超出部分", "base": "基数"}
"""What is read of an earlier layer, behind a dot."""
_CALLS = {
    "max": ("较大", "larger of"), "min": ("较小", "smaller of"), "最大": ("较大", "larger of"),
    "最小": ("较小", "smaller of"), "较大值": ("较大", "larger of"), "较小值": ("较小", "smaller of"),
}  # fmt: skip


_OTHERS_SHARE = {
    "自付比例", "共付比例", "个人负担比例", "个人自付比例", "自负比例", "自付", "自负", "共付", "免赔率",
    "coinsurance", "copay", "copayment", "cost_sharing",
}  # fmt: skip
"""What the member bears; here a ratio is what is paid."""
_PER_VISIT = Bilingual(
    "每次就诊自付一笔固定的钱，写“起付线 20元 每笔”",
    "a fixed copay of each claim is a threshold: threshold 20 per claim",
)
_MOST_BORNE = Bilingual(
    "个人自付的上限是再加一层：基数是前一层付剩的，起付线是上限，比例 100%（见 docs/recipes.md）",
    "a maximum of what the member bears is one more layer: its base is what the first leaves, its "
    "threshold the maximum, its ratio 100% (docs/recipes.md)",
)
_ALL_ONCE_REACHED = Bilingual(
    "达到后按全额给付的，写“给付增量”（见 docs/recipes.md）；只付超出部分的是“起付线”",
    "what pays all once it is reached is said by `pays increase of` (docs/recipes.md); what pays the "
    "excess alone is a `threshold`",
)
_NEVER = (
    "不赔", "不含", "不包括", "不包含", "不适用", "不予赔付", "不予支付", "不予给付", "不支付", "免责", "责任免除",
    "排除", "除外责任", "excluding", "excludes", "except", "without", "not",
)  # fmt: skip
_NOT_OF_LAYER = Bilingual(
    "这一层不适用的写“但不含 条件”；各层都不赔的写在层外：“除外 名称：条件”",
    "what this layer does not cover: `unless` and a condition; what no layer covers stands outside "
    "layers: `exclude NAME: condition`",
)
_PRO_RATA = ("按比例", "比例分摊", "按比例分摊", "按比例分配", "proportionally", "proportional", "prorata")
_SPLIT = Bilingual(
    "按各层应得的比例分摊，写“按份”；前一层先用，写“依次”",
    "to split by what each layer would draw: `pro rata`; to let the one before draw first: `in order`",
)
_CHOICE = Bilingual(
    "按条件二选一要加括号：（75% 若 … 否则 30%）",
    "a choice by a condition stands in brackets: (75% if … else 30%)",
)
_OF_EACH_CLAIM = Bilingual(
    "“给付额”是每笔的；在一个范围内共付多少，另写封顶：封顶 100元 每次",
    "what is paid is of each claim; how much in all over a scope is a cap: cap 100 per event",
)
_BESIDES = (*_NEVER, "除", "除非", "除了", "例外", "但", "但是", "excepting", "but")
"""What stands behind a condition to which there is an exception."""
_EXCEPTION = Bilingual(
    "什么情况除外，写“但不含 条件”：但不含 费用.意外", "an exception is `unless` and a condition: unless claim.accident"
)
_NOT_ABOVE = ("且", "并", "并且", "同时", "之内", "以内", "不超过", "全家", "and")
"""What stands behind a threshold that is within another."""
_WITHIN = Bilingual(
    "起付线另有一道上限的，写：1000元 每年 合计不超过 4万元 每年 每户",
    "a threshold within another: threshold 1_000 per year within 40_000 per year per family",
)
_CLAUSES = {
    "门槛费": _PER_VISIT, "挂号费": _PER_VISIT, "自付限额": _MOST_BORNE, "自付封顶": _MOST_BORNE,
    "自付上限": _MOST_BORNE, "out": _MOST_BORNE, "stop": _MOST_BORNE, "相对免赔额": _ALL_ONCE_REACHED,
    "franchise": _ALL_ONCE_REACHED, **dict.fromkeys(_NEVER, _NOT_OF_LAYER),
}  # fmt: skip
"""What other systems have as a clause of its own."""
_GROWS = ("增加", "增长", "增额", "增量", "新增", "increase", "growth")
_INCREASE = Bilingual(
    "这一层付累计比此前多出的，写“给付增量 全年”；算式里的一项写“增量（全年）”",
    "what a total grew by is `increase of`: the layer `pays increase of spent`; in an expression: increase of (spent)",
)
_PAYING = ("给付", "赔付", "支付", "报销", "pay", "paid", "payment")
_FIXED = Bilingual(
    "每笔付一个固定的数，写“给付额 100元”；付几成，写“比例 80%”", "a fixed amount: `pays 100`; a share: `ratio 80%`"
)
_MONIES = {"美元", "欧元", "港元", "日元", "英镑", "港币", "人民币", "韩元", "新元"}
_NO_CURRENCY = Bilingual(
    "金额不带币种：币种在方案开头写一次", "an amount bears no currency: the scheme states it once"
)


def _clause(text: str, after: Lexeme) -> Bilingual | None:
    """For a word at the beginning of a clause."""
    if text in _CLAUSES:
        return _CLAUSES[text]
    if text in _PAYING and after.text.startswith(_GROWS):
        return _INCREASE
    if text in _PAYING and after.terminal in _FIGURES:
        return _FIXED
    if text not in _OTHERS_SHARE:
        return None
    if isinstance(share := after.value, Fraction) and after.terminal == "PERCENT" and share <= 1:
        paid, own = percent_text(1 - share), after.text
        return Bilingual(
            f"“比例”是给付的比例：个人负担 {own} 写“比例 {paid}”",
            f"`ratio` is the share that is paid: where the member bears {own}, write `ratio {paid}`",
        )
    if after.terminal in ("NUMBER", "MONEY_AMOUNT"):
        return _PER_VISIT
    return Bilingual(
        "“比例”是给付的比例，不是个人负担的", "`ratio` is the share that is paid, not the member's"
    )


def habit(
    lexeme: Lexeme,
    accepts: Collection[str],
    last: Lexeme,
    after: Lexeme,
    language: Language,
) -> Bilingual | None:
    """How it is said here, or None."""
    text, before = lexeme.text, last.text
    word = words(language).get(text)
    if last.terminal == "PER" and (meant := _PER.get(text)) is not None:
        return meant
    if "PER_YEAR" in accepts:
        if before in NOTHING:
            return NO_LIMIT
        if text in _SCOPES:
            return _SCOPES[text]
    if text.startswith("近") or (text == "in" and after.text in ("the", "last")):
        return _WINDOW
    if before in _GROWS and last.terminal == "NAME" and (lexeme.terminal in ("LPAR", "NAME", "OF")):
        return _INCREASE
    if lexeme.terminal == "LPAR" and before in _CALLS:
        zh, en = _CALLS[before]
        return Bilingual(f"写“{zh}（a，b）”", f"write `{en} (a, b)`")
    if lexeme.terminal == "STRING" and "CITE" in accepts and "STRING" not in accepts:
        return Bilingual(f"少了“据”：据 {text}", f"`cite` is missing: cite {text}")
    if last.terminal == "CITE" and lexeme.terminal in ("NAME", "NUMBER"):
        return Bilingual("出处要加引号：据 “第三条”", 'a citation is in quotes: cite "Art. 3"')
    if last.terminal in _FIGURES and len(text) == 3 and text.isascii() and text.isupper():
        return _NO_CURRENCY
    if last.terminal in _FIGURES and text in _MONIES:
        return _NO_CURRENCY
    if "PRO_RATA" in accepts and text in _PRO_RATA:
        return _SPLIT
    if "LAYER" in accepts and "UNLESS" not in accepts and text in _NEVER:
        return _NOT_OF_LAYER
    if "RATIO" in accepts and words(language).get(before) == "IF":
        return _CHOICE
    if "RATIO" in accepts and last.terminal in ("NUMBER", "MONEY_AMOUNT") and lexeme.terminal.startswith("PER_"):
        return _OF_EACH_CLAIM
    if "WITHIN" in accepts and text in _NOT_ABOVE:
        return _WITHIN
    if "BASE" in accepts and (meant := _clause(text, after)) is not None:
        return meant
    if "UNLESS" in accepts and "BASE" not in accepts and text in _BESIDES:
        return _EXCEPTION
    if last.terminal in _VALUES:
        if word == "IF":
            return _CHOICE
        if lexeme.terminal in _COMPARES and "AND" in accepts:
            return _BETWEEN
        if word == "AT" and "AND" in accepts and after.text not in ("least", "most"):
            return _WORDS["包含"] if after.terminal in ("NAME", "STRING") else _BETWEEN
        if text in _WORDS:
            return _WORDS[text]
        if last.terminal == "NAME" and ("DOT" in accepts or "PLUS" in accepts):
            for en, zh in _PARTS.items():
                if text in (en, zh):
                    return Bilingual(f"少了一点：{before}.{zh}", f"a dot is missing: {before}.{en}")
    return _punctuation(lexeme, accepts, last)


def _punctuation(lexeme: Lexeme, accepts: Collection[str], last: Lexeme) -> Bilingual | None:
    before = last.text
    if lexeme.terminal == "DOT" and last.terminal == "BENEFIT_YEAR":
        return Bilingual(
            "年度的第一天、最后一天：首日（保障年度）、末日（保障年度）",
            "its days: first day of (benefit year), last day of (benefit year)",
        )
    if lexeme.terminal == "COLON" and last.terminal in _HEADS:
        return Bilingual(f"“{before}”后面不用冒号", f"no colon behind `{before}`")
    if lexeme.terminal in _FIGURES and last.terminal == "NAME" and "COLON" in accepts:
        return Bilingual(
            f"少了冒号：{before}：{lexeme.text}", f"a colon is missing: {before}: {lexeme.text}"
        )
    if lexeme.terminal == "LBRACE" and last.terminal == "NAME" and "BANDS_OF_EXCESS" not in accepts:
        if "PLUS_POINTS" in accepts or "PLUS" in accepts:
            return _BANDS_BY_VALUE
    if lexeme.terminal == "COMMA" and last.terminal == "COMMA":
        return Bilingual("多了一个逗号", "one comma too many")
    if lexeme.terminal == "COMMA" and last.terminal == "PERCENT" and "PLUS_POINTS" in accepts:
        return _ANOTHER_RATIO
    if lexeme.terminal == "EQUAL" and last.terminal == "EQUAL":
        return Bilingual("取值用“是”，数用一个“=”", "write `is` of values, one `=` of numbers")
    if lexeme.terminal == "COLON" and last.terminal == "NAME":
        if "RPAR" in accepts:
            return Bilingual(
                "按取值写不加括号：比例 甲：75%，乙：30%；或 按 参保人.…（甲：75%，乙：30%）",
                "by value, without brackets: ratio a: 75%, b: 30%; or by member.… (a: 75%, b: 30%)",
            )
        if "NUMBER" in accepts and "NAME" not in accepts:
            return Bilingual("这里不要冒号", "no colon here")
        if "PLUS" in accepts and "COLON" not in accepts:
            return Bilingual(
                "分情况写：按 参保人.…（真：50%，假：70%），或（50% 若 条件 否则 70%）",
                "by cases: by member.… (yes: 50%, no: 70%), or (50% if a condition else 70%)",
            )
    if lexeme.terminal == "COMMA" and last.terminal in ("STRING", "NAME"):
        if "RPAR" in accepts and "COMMA" not in accepts and "IF" in accepts:
            return Bilingual(
                "几个取值之间用逗号，外面不加括号", "several values: commas between, no brackets"
            )
    if lexeme.terminal == "COMMA" and "OPTIONAL" in accepts and "VBAR" not in accepts:
        return Bilingual(
            "各项之间用空格或换行，不用逗号", "they are set apart by blanks or line breaks, not by commas"
        )
    if lexeme.terminal in ("CLAIM", "MEMBER") and before == "/":
        return Bilingual(
            "只能除以固定的数；按比例分摊写“分摊（金额，部分，全部）”",
            "only a fixed number divides; to split an amount: share (amount, part, whole)",
        )
    return None
