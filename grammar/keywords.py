"""The words of the language: one token, one word in each language.

A file is written in the language of its first word. A row here is all there is to a keyword: the
lexer, the formatter's translation and the diagnostics read it. English words may hold several
words, set apart by blanks; the longest match wins. A word is a keyword only where the grammar
expects it; elsewhere, and in the other language, it is a plain name.
"""

from __future__ import annotations

from typing import Literal

Language = Literal["zh", "en"]

KEYWORDS: dict[str, tuple[str, str]] = {
    # token: (Chinese, English)
    "SCHEME": ("方案", "scheme"),
    "GUIDELINE": ("指导意见", "guideline"),
    "CONFORMS": ("遵循", "conforms to"),
    "FACT": ("事实", "fact"),
    "MEANS": ("即", "means"),
    "SOURCE": ("依据", "source"),
    "CURRENCY": ("币种", "currency"),
    "CNY": ("人民币", "CNY"),
    "BENEFIT_YEAR": ("保障年度", "benefit year"),
    "CALENDAR": ("公历年", "calendar"),
    "ENROLMENT": ("参保期", "enrolment"),
    "PREVIOUS": ("上年", "previous"),
    "DECIDES": ("以此日期为准", "decides"),
    "EVENT": ("同次就医", "event"),
    "UNIT": ("理算单位", "unit"),
    "MONTH_END": ("月末", "month end"),
    "LAST_DAY": ("取月末日", "last day"),
    "NEXT_DAY": ("取次日", "next day"),
    "REVISES": ("修订", "revises"),
    "VALID": ("有效期", "valid"),
    "WITHOUT": ("删去", "without"),
    "WORKING_CALENDAR": ("工作日历", "working calendar"),
    "CHINA": ("中国", "CN"),
    "ROUNDING": ("舍入", "rounding"),
    "HALF_UP": ("四舍五入", "half up"),
    "HALF_EVEN": ("四舍六入五成双", "half even"),
    "UP": ("进位", "up"),
    "DOWN": ("舍去", "down"),
    "MEMBER": ("参保人", "member"),
    "CLAIM": ("费用", "claim"),
    "MONEY": ("金额", "money"),
    "RATIO": ("比例", "ratio"),
    "INT": ("整数", "int"),
    "BOOL": ("是否", "bool"),
    "DATE_WORD": ("日期", "date"),
    "CODE": ("编码", "code"),
    "PERIODS": ("时段列表", "periods"),
    "OPTIONAL": ("可缺", "optional"),
    "VARIES": ("可变", "varies"),
    "PARAMETER": ("参数", "parameter"),
    "EXTERNAL": ("外部", "external"),
    "LIST": ("名单", "list"),
    "ELIGIBLE": ("参保条件", "eligible"),
    "WAIT": ("等待", "wait"),
    "EXCLUDE": ("除外", "exclude"),
    "LET": ("记", "let"),
    "TOTAL": ("累计", "total"),
    "COUNT": ("计数", "count"),
    "CLAIMS": ("笔数", "claims"),
    "EVENTS": ("次数", "events"),
    "BEFORE": ("此前", "before"),
    "ORDINAL": ("次序", "ordinal"),
    "SHARED": ("共用", "shared"),
    "IN_ORDER": ("依次", "in order"),
    "PRO_RATA": ("按份", "pro rata"),
    "DUE": ("付款期限", "due"),
    "LAYER": ("层", "layer"),
    "WHEN": ("适用", "when"),
    "UNLESS": ("但不含", "unless"),
    "PART": ("其中", "part"),
    "BASE": ("基数", "base"),
    "THRESHOLD": ("起付线", "threshold"),
    "NO_THRESHOLD": ("无起付线", "no threshold"),
    "CAP": ("封顶", "cap"),
    "NO_CAP": ("不封顶", "no cap"),
    "COST_CAP": ("费用封顶", "cost cap"),
    "TOPS_UP": ("补足至", "tops up to"),
    "AFTER": ("扣除", "after"),
    "PAYS": ("给付额", "pays"),
    "PAYS_INCREASE": ("给付增量", "pays increase of"),
    "MAY_FALL": ("可回落", "may fall"),
    "PLUS_POINTS": ("另加", "plus"),
    "MINUS_POINTS": ("另减", "minus"),
    "BY": ("按", "by"),
    "OTHERWISE": ("其余", "otherwise"),
    "BANDS_OF_EXCESS": ("起付线以上分段", "bands above threshold"),
    "BANDS_OF_COST": ("费用分段", "bands of cost"),
    "BANDS_OF": ("分档", "by bands of"),
    "BELOW": ("不足", "below"),
    "UP_TO": ("至多", "up to"),
    "BEYOND": ("以上", "beyond"),
    "PER_CLAIM": ("每笔", "per claim"),
    "PER": ("每个", "per"),
    "PER_FAMILY": ("每户", "per family"),
    "PER_DAY": ("每日", "per day"),
    "PER_EVENT": ("每次", "per event"),
    "PER_MONTH": ("每月", "per month"),
    "PER_YEAR": ("每年", "per year"),
    "PER_LIFETIME": ("终身", "per lifetime"),
    "IF": ("若", "if"),
    "ELSE": ("否则", "else"),
    "KNOWN": ("知悉", "acknowledged"),
    "AS_AT_YEAR_START": ("按年初值", "as at year start"),
    "FROM": ("自", "from"),
    "TO": ("至", "to"),
    "AND": ("且", "and"),
    "OR": ("或", "or"),
    "NOT": ("非", "not"),
    "IS": ("是", "is"),
    "IS_NOT": ("不是", "is not"),
    "IN": ("属于", "in"),
    "NOT_IN": ("不属于", "not in"),
    "GIVEN": ("有值", "given"),
    "SMALLER": ("较小", "smaller of"),
    "LARGER": ("较大", "larger of"),
    "SHARE": ("分摊", "share"),
    "AGE": ("年龄", "age"),
    "INCREASE": ("增量", "increase of"),
    "MONTH_OF": ("月序", "month of"),
    "YEAR_OF": ("年份", "year of"),
    "ROUNDED": ("取整", "rounded"),
    "AT": ("在", "at"),
    "YES": ("真", "yes"),
    "NO": ("假", "no"),
    "NONE": ("无", "none"),
    "PROVE": ("求证", "prove"),
    "PAY": ("给付", "pay"),
    "UNCAPPED": ("封顶前", "before cap"),
    "EXCESS": ("超出部分", "excess"),
    "INDEPENDENT": ("不取决于", "does not depend on"),
    "EXAMPLE": ("示例", "example"),
    "BECAUSE": ("因", "because"),
    "R_PAID": ("赔付", "paid"),
    "R_CAPPED": ("达到封顶", "capped"),
    "R_ROUNDED": ("不足最小单位", "rounded away"),
    "R_BELOW": ("未达起付线", "below threshold"),
    "R_NOTHING_DUE": ("无应付", "nothing due"),
    "R_NO_BASE": ("无费用", "nothing claimed"),
    "R_NOT_COVERED": ("不适用", "not covered"),
    "R_COVERED_BY_OTHERS": ("他方已足额", "met by others"),
    "R_NOT_ELIGIBLE": ("不符合参保条件", "not eligible"),
    "R_EXCLUDED": ("被除外", "excluded"),
    "R_WAITING": ("等待中", "waiting"),
    "READING": ("理解", "reading"),
    "CITE": ("据", "cite"),
    "UNEXPRESSED": ("未表达", "unexpressed"),
    "PREMIUM": ("筹资", "premium"),
    "FUND": ("基金", "fund"),
    "DATA": ("数据", "data"),
    "DEADLINE": ("期限", "deadline"),
    "IN_PRINCIPLE": ("原则上", "in principle"),
    "ENROLLING": ("参保", "enrolling"),
    "MUST_NOT_DEPEND": ("不得取决于", "must not depend on"),
    "MUST_EXCLUDE": ("应除外", "must exclude"),
    "MUST_NOT_EXCLUDE": ("不得除外", "must not exclude"),
    "MUST_STATE": ("应写明", "must state"),
    "MUST_COVER": ("应保障", "must cover"),
    "MUST_COME_AFTER": ("应后于", "must come after"),
    "MUST_RISE": ("应随费用提高", "must rise with the amount"),
    "MAY_USE_ONLY": ("只可使用", "may use only"),
    "NEEDED_DATA": ("给付所需", "what pay needs"),
    "DEMANDS": ("要求", "demands"),
}

_COLUMN = {"zh": 0, "en": 1}


def spelling(token: str, language: Language) -> str:
    """The word of a keyword token in a language."""
    return KEYWORDS[token][_COLUMN[language]]


def words(language: Language) -> dict[str, str]:
    """From word to token, for one language."""
    return {spelling(token, language): token for token in KEYWORDS}


def language_of(first_word: str) -> Language | None:
    """The language whose word for a scheme, or a guideline, is `first_word`; None for neither."""
    for language in ("zh", "en"):
        if first_word in (spelling("SCHEME", language), spelling("GUIDELINE", language)):
            return language
    return None
