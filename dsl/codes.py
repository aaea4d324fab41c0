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
    "这里不能写字符{char}", "the character {char} cannot stand here",
    "删去或改正它；名称由汉字、英文字母、数字和下划线组成", "remove or correct it; names are made of Chinese characters, Latin letters, digits and _",
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
    "括号或算式嵌套超过 {limit} 层", "brackets or calculations are nested deeper than {limit}",
)
NOT_UTF8 = _rule(
    "HMB005", "error",
    "文件不是 UTF-8 编码（第 {offset} 字节）", "the file is not UTF-8 (byte {offset})",
    "用编辑器另存为 UTF-8", "save it as UTF-8",
)
UNEXPECTED = _rule(
    "HMB010", "error",
    "这里不应是{found}", "{found} is not expected here",
)
UNFINISHED = _rule(
    "HMB016", "error",
    "这一句没有写完：{last}后面还缺内容", "this clause is not finished: something is missing after {last}",
)
UNEXPECTED_END = _rule(
    "HMB011", "error",
    "文件在此结束，但还缺{missing}", "the file ends here, but {missing} is missing",
    "补上它；每个括号都要成对", "add it: every bracket comes in a pair",
)
NO_SCHEME = _rule(
    "HMB012", "error",
    "文件应以 方案、指导意见（中文）或 scheme、guideline（英文）开头",
    "a file begins with scheme or guideline (English), or with 方案 or 指导意见 (Chinese)",
    "第一个词决定全文用哪种语言的关键词", "the first word decides the language of the keywords",
)
BAD_NUMBER = _rule(
    "HMB013", "error",
    "数字 {text} 写法不对", "the number {text} is not well written",
    "写作 20_000、2万元 或 20000.01；年数、岁数只写数，百分点写 5%", "write 20_000 or 20000.01",
)
BAD_DATE = _rule(
    "HMB014", "error",
    "没有 {text} 这一天", "there is no day {text}",
    "改成日历上有的日期", "write a day of the calendar",
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
    "只留一处", "keep one of them",
)
LATER_LAYER = _rule(
    "HMB108", "error",
    "层 `{name}` 写在后面，这里还不知道它付多少", "layer `{name}` comes later: what it pays is not known yet",
    "把层 `{name}` 移到前面；读它的若是累计，把累计移到层的后面（“此前”“上年度”可以提前读）",
    "move layer `{name}` up, or below it the total that reads it (its `before` and `last year` can be read ahead)",
)
AMBIGUOUS_VALUE = _rule(
    "HMB109", "error",
    "`{name}` 是几个属性的取值：{attributes}", "`{name}` is a value of several attributes: {attributes}",
    "写明是哪一个，如：按 {first}（{name}：…）", "say which of them: by {first} ({name}: …)",
)
RESERVED_NAME = _rule(
    "HMB110", "error",
    "`{name}` 是每份数据都有的列，不能再声明", "`{name}` is a column that all data have; it cannot be declared again",
    "删去这一行；直接写 {use}，或给它换个名称", "remove this line and write {use}, or choose another name",
)

LATER_TOTAL = _rule(
    "HMB111", "error",
    "累计 `{name}` 写在后面，这里只能用“{name} 此前”",
    "total `{name}` comes later: only `{name} before` can be read here",
    "把它移到前面，或写“此前”", "move it up, or say `before`",
)
UNKNOWN_POOL = _rule(
    "HMB112", "error",
    "没有名为 `{name}` 的共用{kind}", "there is no shared {kind} `{name}`",
    "是不是 `{near}`？", "did you mean `{near}`?",
)
CIRCLE = _rule(
    "HMB114", "error",
    "`{name}` 绕回到了自己", "`{name}` leads back to itself",
    "“记”里不能用到自己", "a `let` cannot read itself, directly or through another",
)
NOT_EVENTS = _rule(
    "HMB113", "error",
    "`{name}` 数的不是“次数”，没有“次序”", "`{name}` does not count events: it has no `ordinal`",
    "写作“计数 {name}：次数 …”", "declare it as `count {name}: events …`",
)
UNKNOWN_CONCEPT = _rule(
    "HMB115", "error",
    "`{name}` 不是这里可用的概念", "`{name}` is not a concept that can stand here",
    "是不是 `{near}`？", "did you mean `{near}`?",
)

# ---- 200-299 types, units, constancy
WRONG_TYPE = _rule(
    "HMB201", "error",
    "这里要写{expected}，写的却是{found}", "this should be {expected}, but it is {found}",
)
CLASH = _rule(
    "HMB202", "error",
    "{left}与{right}不能{operation}", "{left} and {right} cannot be {operation}",
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
    "核对原文：赔付的部分不会超过费用本身", "look it up: no more than the whole cost can be paid",
)
TOO_PRECISE = _rule(
    "HMB205", "error",
    "金额 {text} 的小数位太多：{currency} 最多 {digits} 位", "the amount {text} has too many decimals: {currency} has at most {digits}",
    "写到最小的货币单位为止", "write it down to the smallest coin",
)
EMPTY_RANGE = _rule(
    "HMB206", "error",
    "范围是空的：{low} 大于 {high}", "the range is empty: {low} is above {high}",
    "先写小的，后写大的", "write the smaller one first",
)
MONEY_TIMES_MONEY = _rule(
    "HMB207", "error",
    "两个金额不能相乘", "two amounts of money cannot be multiplied",
    "其中一个应是比例或整数", "one of them should be a ratio or a count",
)
OPTIONAL_UNGUARDED = _rule(
    "HMB208", "error",
    "“{name}”可能没有值，这里没有先问“有值”", "`{name}` may be absent, and nothing asks first whether it is `given`",
    "在条件（或层的“适用”）里先写“{name} 有值”；若没有就等于 0，声明时去掉“可缺”", "ask `{name} given` first, here or in the layer's `when`; if absent means 0, declare it without `optional`",
)
NOT_EXHAUSTIVE = _rule(
    "HMB209", "error",
    "没有说“{attribute}”为 {missing} 时怎么办", "nothing is said for {missing} of `{attribute}`",
    "补上，或加“其余：…”", "add it, or say `otherwise: …`",
)
CASE_TWICE = _rule(
    "HMB210", "error",
    "取值 `{name}` 写了两次", "the value `{name}` is given twice",
    "核对原文，只留一处", "look it up and keep one",
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
    "按界限从小到大排", "put the band with the lower limit first",
)
BAND_NOT_CONSTANT = _rule(
    "HMB214", "error",
    "分段的界限必须是固定金额", "the limit of a band must be a fixed amount",
    "写成数目，如“至多 5万元”，或外部参数", "write a number, such as `up to 50_000`, or an external parameter",
)
NO_ADMITTED = _rule(
    "HMB215", "error",
    "“有值”只能问可缺的属性", "`given` can only be asked of an optional attribute",
    "若它可能没有值，声明时加“可缺”；否则删去这个条件", "if it may be absent, declare it `optional`; else remove the condition",
)
PROMISE_IDLE = _rule(
    "HMB216", "warning",
    "“{name}”在这里总是一个值，“相同”没有用处", "`{name}` is always one value here: `same` promises nothing",
    "删去“相同”；若一户的人也都一样，写“相同 每户”", "remove it; if all members of a family are alike, say `same per family`",
)
OTHER_MONEY = _rule(
    "HMB217", "warning",
    "金额写的是“{sign}”，而方案的币种是 {currency}", "the amount says `{sign}`, and the scheme's currency is {currency}",
    "只写数（{plain}），或改正“币种”", "write the number alone ({plain}), or correct `currency`",
)
ONE_VALUE = _rule(
    "HMB218", "warning",
    "“{name}”只有一个取值 {value}", "`{name}` has one value only, `{value}`",
    "这里写类型：金额、比例、整数、是否、日期、编码；或列出全部取值：甲 | 乙", "a type stands here: money, ratio, int, bool, date, code; or all values: a | b",
)
DEAD_BRANCH = _rule(
    "HMB219", "warning",
    "{what}永远走不到：{why}", "{what} can never be reached: {why}",
    "对照声明的取值、范围和前面的条款，改正条件或界限；若真不需要，删去它", "compare it with what is declared and with the clauses before it, and correct the condition or the limit; if it is not needed, remove it",
)
VARIES_IDLE = _rule(
    "HMB220", "warning",
    "“{name}”是费用的属性，每笔本来各有一个值，“可变”没有用处", "`{name}` belongs to a claim, and each claim has its own value: `varies` says nothing",
    "删去“可变”；若属于参保人，声明在“参保人”里", "remove it; if the attribute is the member's, declare it under `member`",
)
VARIES_IN_SCOPE = _rule(
    "HMB231", "warning",
    "{clause}{scope}，却随{whose}的“{attribute}”变化：各笔按自己的数，减去此前{counted}",
    "the {clause} {scope}, yet varies with `{attribute}` of {whose}: each claim has its own amount, less {counted}",
    "若每次住院各算一次，写“每次”，每笔费用各算的写“每笔”；若同一次、同一户、同一年总是同一个值，声明“{attribute}”时写“相同 每次”、“相同 每户”、“相同 每年”；若确应如此，写“知悉”", "if each admission or claim stands alone, say `per event` or `per claim`; if it is always one value, declare `{attribute}` as `same per event`, `same per family` or `same per year`; if it is meant so, say `acknowledged`",
)
DATED_IN_SCOPE = _rule(
    "HMB232", "error",
    "参数 `{parameter}` 在 {date} 变值，而这里的金额{scope}", "parameter `{parameter}` changes on {date}, while this amount {scope}",
    "写“按年初值”，或让新值从保障年度第一天起", "say `as at year start`, or let the new value begin with the benefit year",
)
BAD_DIVISOR = _rule(
    "HMB235", "error",
    "只能除以大于零的固定数，这里是 {text}", "only a fixed number above zero can divide: this is {text}",
    "按比例分摊用“分摊（金额，部分，全部）”", "to split an amount use share (amount, part, whole)",
)
NESTED_INCREASE = _rule(
    "HMB236", "error",
    "“增量”里不能再有“增量”", "an `increase of` cannot stand inside another",
    "先用“累计”记下里面的一个", "declare a `total` of the inner one first",
)
NOT_BY_YEAR = _rule(
    "HMB237",
    "error",
    "`{name}` 不是按年累计，没有“上年度”的数",
    "`{name}` does not run over the benefit year: it has no `last year`",
    "给累计写“每年”（不带“若…否则”）",
    "let the total run `per year` (and by no condition)",
)
NO_MONTH_END = _rule(
    "HMB233", "error",
    "加减月数，却没有说月末怎么算（1月31日加一个月）",
    "months are added, but nothing says what a month after 31 January is",
    "加一行：月末 取月末日", "add a line: month end last day",
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
    "加一个“层”，写明基数、起付线、比例、封顶", "add a `layer` with its base, threshold, ratio and cap",
)
NO_EVENT = _rule(
    "HMB304", "error",
    "用了“每次”，却没有说哪些费用算同一次", "`per event` is used, but nothing says which claims are one event",
    "加一行，如：同次就医 费用.住院号（并在“费用”里声明 住院号：编码）", "add a line such as: event claim.admission (and declare admission: code among the claim's attributes)",
)
NOT_CITED = _rule(
    "HMB305", "warning",
    "“{clause}”没有写依据", "`{clause}` cites no clause of the document",
    "在名称后加“据 条款号”，如“据 ZZ-07”", "add `cite` and the rule's id, such as `cite ZZ-07`",
)
UNUSED = _rule(
    "HMB306", "warning",
    "声明了 `{name}`，却没有用到", "`{name}` is declared but never used",
    "若该用它，写进相应的条款；否则删去", "use it in the clause that it is for, or remove it",
)
YEAR_NOT_WHOLE = _rule(
    "HMB307", "error",
    "保障年度不是一整年：{first} 至 {last}", "the benefit year is not a whole year: {first} to {last}",
    "写满一年，如“7月1日 至 6月30日”", "give a whole year, such as `07-01 to 06-30`",
)
EXCLUDE_AFTER_LAYER = _rule(
    "HMB308", "warning",
    "除外 `{name}` 写在层 `{layer}` 之后，但同样管到它", "exclusion `{name}` stands after layer `{layer}`, yet holds for it too",
    "把除外移到各层之前；只管某层时写“自 层名”", "move it before the layers; for one layer alone say `from` that layer",
)
DATED_HOLE = _rule(
    "HMB309", "error",
    "参数 `{name}` {when}没有值", "parameter `{name}` has no value{when}",
    "查明这些日子的值并补上", "find out the value of these days and add it",
)
DATED_OVERLAP = _rule(
    "HMB310", "error",
    "参数 `{name}` 自 {date} 起有两个值", "parameter `{name}` has two values from {date} on",
    "让前一段在前一天结束", "let the one before end on the day before",
)
LIST_FILE = _rule(
    "HMB311", "error",
    "读不了名单文件“{file}”：{why}", "cannot read the list file `{file}`: {why}",
    "名单是放在方案旁边的 CSV 文件，第一列叫“编码”或 code", "a list is a CSV file beside the scheme whose first column is called code",
)
LIST_OUTSIDE = _rule(
    "HMB312", "error",
    "名单文件“{file}”不在方案所在的文件夹内", "the list file `{file}` is outside the scheme's folder",
    "把文件复制到方案旁边，只写文件名", "copy the file to the scheme's folder and write its name alone",
)
LIST_DUPLICATE = _rule(
    "HMB313", "warning",
    "名单 `{name}` 里编码“{member}”出现两次", "code `{member}` stands twice in list `{name}`",
    "删去一个；核对是否漏写了另一个编码", "remove one, and see whether another code was meant",
)
FILE_AS_CODE = _rule(
    "HMB346", "error",
    "“{file}”像是文件名，写在这里却是一个编码", "`{file}` looks like a file, but stands here for a code",
    "从文件读名单，加“自”：名单 名称：自 “{file}”", 'a list is read from a file by `from`: list NAME: from "{file}"',
)
TABLE_FILE = _rule(
    "HMB319", "error",
    "对照表文件“{file}”{where}：{why}", "table file `{file}`{where}: {why}",
    "对照表是放在方案旁边的 CSV 文件：第一列叫“编码”或 code，另有一列以对照表的名称或标签为列名", "a table is a CSV file beside the scheme: its first column is called code, another one bears the table's name or label",
)
DISCARDED_CAP = _rule(
    "HMB314", "error",
    "层 `{layer}` 又写“{no}”又写“{yes}”", "layer `{layer}` says both `{no}` and `{yes}`",
    "核对原文，只留一个", "look it up and keep one",
)
RATIO_AND_TOP_UP = _rule(
    "HMB315", "error",
    "层 `{layer}` 不能又写“比例”又写“补足至”", "layer `{layer}` cannot have both `ratio` and `tops up to`",
    "“补足至”本身就说了付到几成，只留一个", "`tops up to` says by itself how much is paid: keep one",
)
ROUNDING_SCOPE = _rule(
    "HMB316", "error",
    "舍入的范围不能带条件", "what rounding runs over cannot depend on a condition",
    "只写一种，如“每年”或“每笔”", "write one scope alone, such as `per year` or `per claim`",
)
UNKNOWN_CURRENCY = _rule(
    "HMB317", "error",
    "不认识币种 `{name}`", "`{name}` is not a currency code",
    "写“人民币”或 ISO 4217 代码，如 HKD", "write an ISO 4217 code, such as CNY",
)
TOP_UP_CLAUSES = _rule(
    "HMB318", "error",
    "层 `{layer}` 写了“补足至”，不能再写“{clause}”", "layer `{layer}` tops up and cannot have a `{clause}`",
    "删去“{clause}”，或改用“比例”", "remove the `{clause}`, or use `ratio`",
)
SCOPE_PARTS = _rule(
    "HMB340", "error",
    "这个范围由 {parts} 项合成，最多 {most} 项", "this scope is made of {parts} things, {most} are the most",
    "按条件选择的两边合在一起算，选择本身和“理算单位”的成员各算一项；可分成几层来写",
    "the sides of a choice count together, the choice itself and the member of a `unit` count one each; say it in several layers",
)
NO_UNIT = _rule(
    "HMB321", "error",
    "用了“每户”，却没有说哪些人是一户", "`per family` is used, but nothing says who is one family",
    "加一行：理算单位 参保人.户号", "add a line: unit member.household",
)
POOL_READS_LAYER = _rule(
    "HMB322", "error",
    "`{pool}` 按份共用，层 `{layer}` 要先算好，不能读后算出来的 `{other}`",
    "`{pool}` is shared pro rata: layer `{layer}` is worked out first and cannot read `{other}`",
    "改为“依次”", "say `in order`",
)
PAYS_CLAUSES = _rule(
    "HMB323", "error",
    "层 `{layer}` 写了“{pays}”，不能再写“{clause}”", "layer `{layer}` says `{pays}` and cannot have a `{clause}`",
    "只留一个", "keep one of them",
)
POOL_TWICE = _rule(
    "HMB324", "error",
    "层 `{layer}` 的“{clause}”只能共用一个", "layer `{layer}` can draw on one shared {clause} only",
    "核对原文，只留一个", "look it up and keep one",
)
NO_SUCH_AMOUNT = _rule(
    "HMB328", "error",
    "层 `{name}` 没有“{amount}”", "layer `{name}` has no `{amount}`",
    "“超出部分”要有起付线，“基数”要写了基数",
    "`excess` needs a threshold, `base` a base",
)
CODES_OTHERWISE = _rule(
    "HMB329", "error",
    "按编码或数分情况，必须写“其余：…”", "cases by a code or a number must end with `otherwise: …`",
    "没有列出的也要有说法", "what is not listed needs an answer too",
)
TOTAL_PER_CLAIM = _rule(
    "HMB325", "error",
    "“每笔”的累计 `{name}` 就是这一笔自己", "a total per claim (`{name}`) is the claim itself",
    "直接用这个金额，或写“每年”等范围", "use the amount itself, or say `per year` or another scope",
)
UNKNOWN_CALENDAR = _rule(
    "HMB326", "error",
    "没有 `{name}` 的工作日历", "there is no working calendar `{name}`",
    "有这些：{known}", "there are: {known}",
)
DUE_CONDITION = _rule(
    "HMB327", "error",
    "付款期限 `{name}` 的条件只能看这笔费用自己的是否、取值、日期、金额和数字",
    "the condition of deadline `{name}` may read only this claim's own yes-or-no, values, dates, amounts and numbers",
    "把要看的信息作为费用的属性带来", "let the claim bring what decides as an attribute of its own",
)
GUIDELINE_FILE = _rule(
    "HMB330", "error",
    "读不了指导意见 `{name}`：{why}", "cannot read the guideline `{name}`: {why}",
    "它是放在方案旁边的 {name}.hmb", "it is {name}.hmb, beside the scheme",
)
ENROLLING_DEPENDS = _rule(
    "HMB331", "error",
    "能否参保取决于“{attribute}”（{concept}）", "who may enrol depends on `{attribute}` ({concept})",
    "删去这个条件；待遇可以不同，门槛不可以", "remove the condition: benefits may differ, admission may not",
)
PAY_DEPENDS = _rule(
    "HMB332", "error",
    "给付取决于“{attribute}”（{concept}）", "what is paid depends on `{attribute}` ({concept})",
    "去掉对它的依赖", "remove what reads it",
)
NOT_EXCLUDED = _rule(
    "HMB333", "error",
    "没有除外“{concept}”{where}", "`{concept}` is not excluded{where}",
    "加一条“除外”；已有而叫法不同的，在条款末尾写“即 {concept}”", "add an `exclude`; if there is one under another name, end it with `means {concept}`",
)
WRONGLY_EXCLUDED = _rule(
    "HMB334", "error",
    "{kind} `{name}` 除去了不得除外的{what}", "{kind} `{name}` takes out {what}, which may not be excluded",
    "删去它，或把这些移出名单", "remove it, or take them off its list",
)
RATIO_NOT_RISING = _rule(
    "HMB335", "error",
    "层 `{layer}` 的比例{how}", "the ratio of layer `{layer}` {how}",
    "分段写明：起付线以上分段 每年：至多 5万元：60%，以上：70%", "set it by bands: bands above threshold per year: up to 50_000: 60%, beyond: 70%",
)
NOT_STATED = _rule(
    "HMB336", "error",
    "层 `{layer}` 没有写明“{clause}”", "layer `{layer}` does not state its `{clause}`",
    "改用写得出它的条款", "use clauses that state it",
)
NOT_COVERED = _rule(
    "HMB337", "error",
    "没有一层保障“{concept}”", "no layer covers `{concept}`",
    "加一个“层”；已有而叫法不同的，在层名后写“即 {concept}”", "add a `layer`; if there is one under another name, say `means {concept}` after its name",
)
NOT_AFTER = _rule(
    "HMB338", "error",
    "层 `{layer}` 的基数没有减去“{paid}”", "the base of layer `{layer}` does not take off `{paid}`",
    "基数里减去它；数据本身已是支付后的余额的，在属性后写“即 {left}”", "take it off the base; if the data hold what is left after it, say `means {left}` after the attribute",
)
DATA_BEYOND = _rule(
    "HMB339", "error",
    "方案要用{owner}的“{attribute}”，{why}", "the scheme uses `{attribute}` of the {owner}, {why}",
    "删去这项数据，或说明为什么需要", "remove it from the data, or say why it is needed",
)
FACT_BROKEN = _rule(
    "HMB341", "error",
    "“{fact}”{actual}，要求 {demanded}", "`{fact}` {actual}; demanded: {demanded}",
    "写明或改正：事实 {fact}：…", "state or correct it: fact {fact}: …",
)
NOTHING_TO_CHECK = _rule(
    "HMB342", "note",
    "这一要求没有可查的：{why}", "nothing to check for this demand: {why}",
)
NOT_DECIDED = _rule(
    "HMB343", "note",
    "这一要求看不出是否做到：{why}", "it cannot be told whether this demand is met: {why}",
)
A_GUIDELINE = _rule(
    "HMB344", "error",
    "`{name}` 是指导意见，不是方案", "`{name}` is a guideline, not a scheme",
    "用它检查方案：hmbc check 方案.hmb --against {file}", "check a scheme against it: hmbc check SCHEME.hmb --against {file}",
)
NOTHING_LIFTED = _rule(
    "HMB345",
    "error",
    "层 `{layer}` 写了“{no} 若 …”，却没有可以免去的“{clause}”",
    "layer `{layer}` says `{no} if …`, but has no `{clause}` that could be lifted",
    "写明其余费用的“{clause}”；若一律没有，写“{no}”",
    "state the `{clause}` of all other claims; if there never is any, say `{no}`",
)
REVISED_FILE = _rule(
    "HMB350", "error",
    "读不了所修订的方案 `{name}`：{why}", "cannot read the revised scheme `{name}`: {why}",
    "它是放在本方案旁边的 {name}.hmb", "it is {name}.hmb, beside this one",
)
WITHOUT_UNKNOWN = _rule(
    "HMB351", "error",
    "所修订的方案没有“{kind} {name}”，无从删去", "the revised scheme has no {kind} `{name}` to do without",
    "是不是 `{near}`？", "did you mean `{near}`?",
)
WITHOUT_ALONE = _rule(
    "HMB352", "error",
    "“删去”只用于修订另一方案的方案", "`without` is for a scheme that revises another",
    "在方案名后写“修订 名称”，或删去这一行", "say `revises NAME` after the scheme's name, or remove the line",
)
EDITION_HOLE = _rule(
    "HMB353", "error",
    "{first} 至 {last} 没有一版方案有效：`{other}` 到此前为止", "no edition is valid from {first} to {last}: `{other}` ends before",
    "改有效期，使各版首尾相接", "let the editions' validities meet",
)
EDITION_OVERLAP = _rule(
    "HMB354", "error",
    "{first} 至 {last} 有两版方案有效：`{name}` 和 `{other}`", "two editions are valid from {first} to {last}: `{name}` and `{other}`",
    "前一版写明截止日期，后一版从次日起", "let the earlier edition end, and the later one begin the day after",
)
YEAR_CUT = _rule(
    "HMB355", "warning",
    "这一版自 {day} 起生效，在保障年度之中：年度的起付线、封顶线和累计都从零重新算起，不接前一版",
    "this edition begins on {day}, inside a benefit year: thresholds, caps and totals of the year begin anew and do not go on from the edition before",
    "年度中的变化写成按日期取值的参数，放在同一个方案里；或让这一版从保障年度的第一天起", "say a change inside a year by a dated parameter in one scheme; or let this edition begin on the first day of a benefit year",
)
LIFETIME_CUT = _rule(
    "HMB356", "warning",
    "终身的累计在每一版里都从零算起，不接所修订的那一版", "a total of a lifetime begins anew in each edition and does not go on from the revised one",
    "各年的变化写成按日期取值的参数，放在同一个方案里", "say what changes from year to year by dated parameters in one scheme",
)
LAST_YEAR_CUT = _rule(
    "HMB357", "warning",
    "`{name}` 的“上年度”在这一版的第一年是 0，不接所修订的那一版", "`{name} last year` is 0 in the first year of this edition and does not go on from the revised one",
    "上一版的数由参保人的属性带来，如：`{name} 上年度 + 参保人.前一版所计`", "let the member bring what the edition before counted: `{name} last year + member.counted_before`",
)
LATER_YEARS = _rule(
    "HMB358", "warning",
    "有“参保期”，却没有说管哪一年：以前参保的人，以后各年的费用照付",
    "there is an `enrolment` period, and nothing says for which year: whoever enrolled once is paid in all later years too",
    "只管一年的写“有效期 2024-01-01 至 2024-12-31”；每年都要参保的写：等待 未参保：参保人.投保日期 不属于 参保期",
    "for one year say `valid 2024-01-01 to 2024-12-31`; where people enrol every year: wait not_enrolled: member.joined not in enrolment",
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
LAW_BROKEN = _rule(
    "HMB402", "error",
    "{where}{law}不成立：{what}", "{where}the law `{law}` does not hold: {what}",
    "改正方案；若文件就是这样规定的，写“容许 {waiver} 因 “理由” 据 条款”", 'correct the scheme; where the document says so, write `allow {waiver} because "…" cite …`',
)
WAIVED = _rule(
    "HMB403", "note",
    "容许“{law}”：{why}", "allowed, `{law}`: {why}",
)
WAIVER_UNUSED = _rule(
    "HMB404", "warning",
    "容许“{law}”，而方案并不如此", "`{law}` is allowed, and the scheme does no such thing",
    "删去这一行", "remove the line",
)
LAW_OPEN = _rule(
    "HMB405", "note",
    "{where}{law}：未能证明，也未找到反例", "{where}the law `{law}` is neither proved nor refuted",
)
LAW_NOT_KEPT = _rule(
    "HMB406", "note",
    "{where}{law}不成立：{what}", "{where}the law `{law}` does not hold: {what}",
)
STATED_BROKEN = _rule(
    "HMB407", "error",
    "{law}不成立：{what}", "`{law}` does not hold: {what}",
    "改正方案，或改正所声明的", "correct the scheme, or what is stated of it",
)
EXAMPLE_FAILED = _rule(
    "HMB410", "error",
    "示例{title}：应为 {expected}，算得 {actual}", "example{title}: expected {expected}, got {actual}",
)
EXAMPLE_EMPTY = _rule(
    "HMB411", "error",
    "示例里有费用没有写应得的结果", "a claim of the example has no expectation",
    "在末尾写“给付 金额”或“因 原因”", "end it with `pay` and an amount, or `because` and a reason",
)
EXAMPLE_MISSING = _rule(
    "HMB412", "error",
    "示例没有给出“{name}”，而结果取决于它", "the example does not give `{name}`, and the result depends on it",
    "补上它的值", "give it a value",
)
EXAMPLE_ORDER = _rule(
    "HMB413", "error",
    "示例的费用要按日期先后写：{date} 早于前一笔", "claims of an example stand in date order: {date} is before the one above",
)
EXAMPLE_RANGE = _rule(
    "HMB414", "error",
    "“{name}”的值 {value} 超出声明的范围（{low} 至 {high}）", "the value {value} of `{name}` is outside its declared range ({low} to {high})",
    "改正这个值，或放宽声明的范围", "correct the value, or widen the range",
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

EXAMPLE_WHOSE = _rule(
    "HMB417", "error",
    "示例写了有名字的参保人，这一笔却没有说是谁的", "the example names its members, and this claim does not say whose it is",
    "在日期后面写名字：{names}", "write the name behind the date: {names}",
)
EXAMPLE_UNIT = _rule(
    "HMB418", "error",
    "没有给出参保人 `{name}` 的“{unit}”，不知道算在哪一户", "`{unit}` of member `{name}` is not given: nothing says to which unit it belongs",
    "补上它的值；同一户写同一个值", "give it a value, the same for all members of one unit",
)
EXAMPLE_CHANGE = _rule(
    "HMB419", "error",
    "参保人的情况在示例的费用之间不能这样变：{why}", "a member cannot change like this between claims of an example: {why}",
    "写在第一笔费用之前，或写在另一天的费用之前", "give it before the first claim, or before a claim of another day",
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
