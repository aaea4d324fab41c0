"""Every diagnostic: its code, severity and texts in both languages. Codes are never reused.

001-099 syntax, 100-199 names, 200-299 types, units, constancy, 300-399 scheme rules, 400-499 proofs
and examples, 500-599 data rows (runtime/rejects.py), 900-999 tool chain. `{field}`s are filled by
the diagnostic; `hint` is one piece of advice. A page for each lies in docs/codes.
"""

from __future__ import annotations

from typing import Literal

from attrs import frozen

Severity = Literal["error", "warning", "note"]


@frozen
class Rule:
    """One kind of diagnostic."""

    code: str
    severity: Severity
    zh: str
    en: str
    hint_zh: str = ""
    hint_en: str = ""


RULES: dict[str, Rule] = {}


def _rule(
    code: str, severity: Severity, zh: str, en: str, hint_zh: str = "", hint_en: str = ""
) -> str:
    assert code not in RULES, code
    RULES[code] = Rule(code, severity, zh, en, hint_zh, hint_en)
    return code


# ---- 001-099 syntax
STRAY_CHARACTER = _rule(
    "HMB001", "error",
    "这里不能写字符 {char}", "the character {char} cannot stand here",
    "名称由汉字、英文字母、数字和下划线组成", "names are made of Chinese characters, Latin letters, digits and _",
)
OPEN_STRING = _rule(
    "HMB002", "error",
    "引号没有收尾：本行内没有 {close}", "a string is not closed: there is no {close} on this line",
    "在文字末尾补上 {close}", "close it with {close}",
)
TOO_LARGE = _rule(
    "HMB003", "error",
    "文件太大：{size} 字节，最多 {limit} 字节", "the file is too large: {size} bytes, at most {limit}",
    "把代码名单放到旁边的 CSV 文件里", "move lists of codes to a CSV file beside the scheme",
)
TOO_DEEP = _rule(
    "HMB004", "error",
    "括号嵌套超过 {limit} 层", "brackets are nested deeper than {limit}",
)
NOT_UTF8 = _rule(
    "HMB005", "error",
    "文件不是 UTF-8 编码（第 {offset} 字节）", "the file is not UTF-8 (byte {offset})",
    "用编辑器另存为 UTF-8", "save it as UTF-8",
)
UNEXPECTED = _rule(
    "HMB010", "error",
    "这里不应是 {found}", "{found} is not expected here",
)
UNFINISHED = _rule(
    "HMB016", "error",
    "这一句没有写完：后面不应接 {found}", "this clause is not finished: {found} cannot follow",
)
UNEXPECTED_END = _rule(
    "HMB011", "error",
    "文件在此结束，但还缺 {missing}", "the file ends here, but {missing} is missing",
)
NO_SCHEME = _rule(
    "HMB012", "error",
    "文件应以 方案（中文）或 scheme（英文）开头", "a file begins with scheme (English) or 方案 (Chinese)",
    "第一个词决定全文用哪种语言的关键词", "the first word decides the language of the keywords",
)
BAD_NUMBER = _rule(
    "HMB013", "error",
    "数字 {text} 写法不对", "the number {text} is not well written",
    "写作 20_000、2万元 或 20000.01", "write 20_000 or 20000.01",
)
BAD_DATE = _rule(
    "HMB014", "error",
    "没有 {text} 这一天", "there is no day {text}",
)
TOO_MANY = _rule(
    "HMB015", "note",
    "错误太多，只列出前 {count} 个", "too many errors; the first {count} are shown",
)

# ---- 100-199 names
UNKNOWN_ATTRIBUTE = _rule(
    "HMB101", "error",
    "{owner}没有名为 `{name}` 的属性", "`{owner}` has no attribute `{name}`",
    "是不是 `{near}`？", "did you mean `{near}`?",
)
UNKNOWN_NAME = _rule(
    "HMB102", "error",
    "`{name}` 没有定义", "`{name}` is not defined",
    "是不是 `{near}`？", "did you mean `{near}`?",
)
UNKNOWN_VALUE = _rule(
    "HMB103", "error",
    "`{name}` 不是“{attribute}”的取值", "`{name}` is not a value of `{attribute}`",
    "可取：{values}", "it takes: {values}",
)
UNKNOWN_LAYER = _rule(
    "HMB104", "error",
    "没有名为 `{name}` 的层", "there is no layer `{name}`",
    "是不是 `{near}`？", "did you mean `{near}`?",
)
MISSING_SPACE = _rule(
    "HMB105", "error",
    "`{name}` 里缺空格：关键词 `{word}` 前后要空开", "a space is missing in `{name}`: `{word}` is a word of its own",
    "写作 `{fixed}`", "write `{fixed}`",
)
DUPLICATE = _rule(
    "HMB106", "error",
    "`{name}` 定义了两次", "`{name}` is defined twice",
    "换一个名称，或删去其一", "rename one, or remove it",
)
DUPLICATE_CLAUSE = _rule(
    "HMB107", "error",
    "“{clause}”写了两次", "`{clause}` is written twice",
)
LATER_LAYER = _rule(
    "HMB108", "error",
    "层 `{name}` 写在后面，这里还不知道它付多少", "layer `{name}` comes later: what it pays is not known yet",
    "把层 `{name}` 移到前面", "move layer `{name}` up",
)
AMBIGUOUS_VALUE = _rule(
    "HMB109", "error",
    "`{name}` 是几个属性的取值：{attributes}", "`{name}` is a value of several attributes: {attributes}",
    "写明“按 某属性（…）”", "say `by` which attribute `( … )`",
)
RESERVED_NAME = _rule(
    "HMB110", "error",
    "`{name}` 是系统自带的列，不能再声明", "`{name}` is built in and cannot be declared",
)

# ---- 200-299 types, units, constancy
WRONG_TYPE = _rule(
    "HMB201", "error",
    "这里要{expected}，写的却是{found}", "expected {expected}, found {found}",
)
CLASH = _rule(
    "HMB202", "error",
    "{left}与{right}不能{operation}", "cannot {operation} {left} and {right}",
    "两边要是同一种：金额对金额，比例对比例，日期对日期", "both sides must be of one kind: money and money, ratio and ratio, date and date",
)
BARE_RATIO = _rule(
    "HMB203", "error",
    "比例 {text} 没有写单位", "the ratio {text} has no unit",
    "是 {percent} 吗？比例要带 %", "did you mean {percent}? a ratio is written with %",
)
RATIO_RANGE = _rule(
    "HMB204", "error",
    "比例 {text} 不在 0% 到 100% 之间", "the ratio {text} is not between 0% and 100%",
)
TOO_PRECISE = _rule(
    "HMB205", "error",
    "金额 {text} 的小数多于 {currency} 的 {digits} 位", "the amount {text} has more decimals than the {digits} of {currency}",
)
EMPTY_RANGE = _rule(
    "HMB206", "error",
    "范围是空的：{low} 大于 {high}", "the range is empty: {low} is above {high}",
)
MONEY_TIMES_MONEY = _rule(
    "HMB207", "error",
    "两个金额不能相乘", "two amounts of money cannot be multiplied",
    "其中一个应是比例或整数", "one of them should be a ratio or a count",
)
OPTIONAL_UNGUARDED = _rule(
    "HMB208", "error",
    "“{name}”可能没有值，这里没有先问“有值”", "`{name}` may be absent, and `given` was not asked first",
    "写作“{name} 有值 且 …”", "write `{name} given and …`",
)
NOT_EXHAUSTIVE = _rule(
    "HMB209", "error",
    "没有说 {missing} 怎么办", "{missing} is not covered",
    "补上这些取值，或加“其余：…”", "add these values, or `otherwise: …`",
)
CASE_TWICE = _rule(
    "HMB210", "error",
    "取值 `{name}` 写了两次", "the value `{name}` is given twice",
)
USELESS_OTHERWISE = _rule(
    "HMB211", "warning",
    "“其余”用不上：所有取值都已写明", "`otherwise` is never used: every value is covered",
    "删去“其余”", "remove `otherwise`",
)
ALWAYS = _rule(
    "HMB212", "warning",
    "这个条件{verdict}，{kind} `{name}` {effect}", "this condition is {verdict}: {kind} `{name}` {effect}",
    "对照各项声明的取值和范围改正条件；若真不需要，删去它", "compare it with the declared values and ranges; if it is not needed, remove it",
)
BANDS_ORDER = _rule(
    "HMB213", "error",
    "分段要从小到大：{limit} 不大于前一段的 {before}", "bands must ascend: {limit} is not above {before} of the band before",
)
BAND_NOT_CONSTANT = _rule(
    "HMB214", "error",
    "分段的界限必须是固定金额", "the limit of a band must be a fixed amount",
)
NO_ADMITTED = _rule(
    "HMB215", "error",
    "“有值”只能问可缺的属性", "`given` can only be asked of an optional attribute",
)
VARIES_IN_SCOPE = _rule(
    "HMB231", "warning",
    "{clause}{scope}，却随每笔费用的“{attribute}”变化：后一笔的“{attribute}”不同，就改变{counted}",
    "the {clause} {scope}, yet varies with `{attribute}` of each claim: a later claim changes {counted}",
    "若每笔费用各算各的，写“每笔”；若确应如此，写“知悉”", "if each claim stands alone, say `per claim`; if it is meant so, say `acknowledged`",
)
DATED_IN_SCOPE = _rule(
    "HMB232", "error",
    "参数 `{parameter}` 在 {date} 变值，而这里的金额{scope}", "parameter `{parameter}` changes on {date}, while this amount {scope}",
    "写“按年初值”，或让新值从保障年度第一天起", "say `as at year start`, or let the new value begin with the benefit year",
)
OVERFLOW = _rule(
    "HMB240", "error",
    "`{name}` 可能太大，无法精确计算", "`{name}` may grow too large to be computed exactly",
    "给所读的金额写明范围，如“金额 0 至 1000万元”", "declare ranges for the amounts that it reads, such as `money 0 to 10_000_000`",
)

# ---- 300-399 scheme rules
MISSING_HEADER = _rule(
    "HMB301", "error",
    "方案没有写“{clause}”", "the scheme does not state its `{clause}`",
    "加一行：{example}", "add a line: {example}",
)
MISSING_LAYER_CLAUSE = _rule(
    "HMB302", "error",
    "层 `{layer}` 没有写“{clause}”", "layer `{layer}` does not state its `{clause}`",
    "写明{example}", "say {example}",
)
NO_LAYER = _rule(
    "HMB303", "error",
    "方案没有任何“层”，什么也不付", "the scheme has no `layer`: it pays nothing",
)
NO_EVENT = _rule(
    "HMB304", "error",
    "用了“每次”，却没有说哪些费用算同一次", "`per event` is used, but nothing says which claims are one event",
    "加一行：同次就医 费用.住院号", "add a line: event claim.admission",
)
NOT_CITED = _rule(
    "HMB305", "warning",
    "“{clause}”没有写依据", "`{clause}` cites nothing",
    "加“据 条款号”", "add `cite` and the rule's id",
)
UNUSED = _rule(
    "HMB306", "warning",
    "声明了 `{name}`，却没有用到", "`{name}` is declared but never used",
    "删去它，或写明它如何起作用", "remove it, or say what it does",
)
YEAR_NOT_WHOLE = _rule(
    "HMB307", "error",
    "保障年度不是一整年：{first} 至 {last}", "the benefit year is not a whole year: {first} to {last}",
)
EXCLUDE_AFTER_LAYER = _rule(
    "HMB308", "warning",
    "除外 `{name}` 写在层 `{layer}` 之后，但同样管到它", "exclusion `{name}` stands after layer `{layer}`, yet holds for it too",
    "把除外移到各层之前；只管某层时写“自 层名”", "move it before the layers; for one layer alone say `from` that layer",
)
DATED_HOLE = _rule(
    "HMB309", "error",
    "参数 `{name}` 在 {first} 至 {last} 没有值", "parameter `{name}` has no value from {first} to {last}",
)
DATED_OVERLAP = _rule(
    "HMB310", "error",
    "参数 `{name}` 自 {date} 起有两个值", "parameter `{name}` has two values from {date} on",
)
LIST_FILE = _rule(
    "HMB311", "error",
    "读不了名单文件 {file}：{why}", "cannot read the list file {file}: {why}",
)
LIST_OUTSIDE = _rule(
    "HMB312", "error",
    "名单文件 {file} 不在方案所在的文件夹内", "the list file {file} is outside the scheme's folder",
    "把文件放到方案旁边", "put the file beside the scheme",
)
LIST_DUPLICATE = _rule(
    "HMB313", "warning",
    "名单 `{name}` 里编码 {code} 出现两次", "code {code} stands twice in list `{name}`",
)
DISCARDED_CAP = _rule(
    "HMB314", "error",
    "层 `{layer}` 又写“{no}”又写“{yes}”", "layer `{layer}` says both `{no}` and `{yes}`",
)
RATIO_AND_TOP_UP = _rule(
    "HMB315", "error",
    "层 `{layer}` 不能又写“比例”又写“补足至”", "layer `{layer}` cannot have both `ratio` and `tops up to`",
)
ROUNDING_SCOPE = _rule(
    "HMB316", "error",
    "舍入只能按一种范围", "rounding runs over one plain scope",
)
UNKNOWN_CURRENCY = _rule(
    "HMB317", "error",
    "不认识币种 `{name}`", "`{name}` is not a currency code",
    "写“人民币”或 ISO 4217 代码，如 HKD", "write an ISO 4217 code, such as CNY",
)
TOP_UP_CLAUSES = _rule(
    "HMB318", "error",
    "层 `{layer}` 写了“补足至”，不能再写“{clause}”", "layer `{layer}` tops up and cannot have a `{clause}`",
)
SUMMARY_UNEXPRESSED = _rule(
    "HMB320", "note",
    "未表达的条款（{kind}）：{text}", "clause not expressed ({kind}): {text}",
)

# ---- 400-499 proofs and examples
DEPENDS = _rule(
    "HMB401", "error",
    "给付取决于“{attribute}”，而方案声明不取决于它", "what is paid depends on `{attribute}`, which the scheme says it does not",
    "它在这里起作用", "it plays a part here",
)
EXAMPLE_FAILED = _rule(
    "HMB410", "error",
    "示例{title}：应为 {expected}，算得 {actual}", "example{title}: expected {expected}, got {actual}",
)
EXAMPLE_EMPTY = _rule(
    "HMB411", "error",
    "示例里有费用没有写应得的结果", "a claim of the example has no expectation",
    "写“应付 金额”或“因 原因”", "say `pays` an amount or `because` a reason",
)
EXAMPLE_MISSING = _rule(
    "HMB412", "error",
    "示例没有给出“{name}”，而结果取决于它", "the example does not give `{name}`, and the result depends on it",
)
EXAMPLE_ORDER = _rule(
    "HMB413", "error",
    "示例的费用要按日期先后写：{date} 早于前一笔", "claims of an example stand in date order: {date} is before the one above",
)
EXAMPLE_RANGE = _rule(
    "HMB414", "error",
    "“{name}”的值 {value} 超出声明的范围", "the value {value} of `{name}` is outside its declared range",
)
EXAMPLE_REJECTED = _rule(
    "HMB415", "error",
    "示例的这笔费用会被拒收：{why}", "this claim of the example would be rejected: {why}",
)
NO_EXAMPLES = _rule(
    "HMB416", "note",
    "方案没有示例", "the scheme has no example",
    "写几个手算过的例子，放在方案末尾", "add a few that were worked out by hand",
)

# ---- 900-999 tool chain
NO_COMPILER = _rule(
    "HMB901", "error",
    "没有可用的 C 编译器：{why}", "no C compiler is available: {why}",
    "在 Debian 上：apt-get install gcc python3-dev", "on Debian: apt-get install gcc python3-dev",
)
UNREADABLE = _rule(
    "HMB902", "error",
    "读不了 {file}：{why}", "cannot read {file}: {why}",
)
