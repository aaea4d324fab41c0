"""Schemes in Chinese and in English whose clauses people write from habit."""

SCHEMES = {
    "zh": """方案 例 {
    依据 “例”
    币种 人民币
    保障年度 公历年
    同次就医 费用.住院号
    参保人 { 健康：健康 | 既往症  出生日期：日期 }
    费用 { 住院号：编码  病种：编码  类别：住院 | 门诊  自付：金额  天数：整数 }
    层 住院 据 “1” { CLAUSES }
    示例 { 费用 2024-03-01 { 类别：住院，自付：100 } 给付 50 }
}""",
    "en": """scheme s {
    source "e"
    currency CNY
    benefit year calendar
    event claim.admission
    member { health: healthy | preexisting  born: date }
    claim { admission: code  care: inpatient | outpatient  cost: money  days: int }
    layer hospital cite "1" { CLAUSES }
    example { claim 2024-03-01 { care: inpatient, cost: 100 } pay 50 }
}""",
}

REST = "基数 费用.自付 无起付线 比例 75% 不封顶"
ALL = "base claim.cost no threshold ratio 75%"
