"""`hmbc explain`: how one claim came about, or why there is nothing to explain."""

from __future__ import annotations

import pytest


@pytest.fixture
def explain(call, tables):
    """Explain one claim of city.hmb."""

    def run(claim, *more):
        return call("explain", "city.hmb", *tables, "--claim", claim, *more)

    return run


def test_a_claim_with_its_history_in_both_languages(explain):
    chinese = explain("C2")
    assert chinese.exit_code == 0
    assert "累计 [2024] 15000.00 → 30000.00" in chinese.stdout
    assert "合计给付 7500.00 CNY（paid）" in chinese.stdout
    english = explain("C2", "--lang", "en").stdout
    assert "pays 7500.00 CNY in all (paid)" in english
    assert "total [2024] 15000.00 → 30000.00" in english


def test_a_rejected_claim_says_why(explain):
    done = explain("C6")
    assert done.exit_code == 1
    assert "HMB512 费用第 6 行 `member_id`: 没有参保人 `M9`" in done.stdout
    assert "HMB512 claims 6 `member_id`: there is no member `M9`" in explain("C6", "--lang", "en").stdout


def test_an_unknown_claim_is_a_mistake_of_usage(explain):
    done = explain("C99")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "C99" in done.stderr


def test_totals_of_an_earlier_batch_count(call, explain, folder, tables):
    rows = (folder / "claims.csv").read_text(encoding="utf-8").splitlines()
    (folder / "first.csv").write_text("\n".join(rows[:2]) + "\n", encoding="utf-8")
    (folder / "second.csv").write_text("\n".join([rows[0], rows[2]]) + "\n", encoding="utf-8")
    assert (
        call("run", "city.hmb", "first.csv", *tables[1:], "-q", "--state-out", "s.csv").exit_code
        == 0
    )
    done = call(
        "explain", "city.hmb", "second.csv", *tables[1:], "--claim", "C2", "--state-in", "s.csv"
    )
    assert done.stdout == explain("C2").stdout
    # C1 is in the state already: that it is in this table too changes nothing
    assert explain("C2", "--state-in", "s.csv").exit_code == 0


def test_what_a_run_would_reject_as_late_is_not_explained_away(call, explain, tables):
    call("run", "city.hmb", *tables, "-q", "--state-out", "s.csv")
    done = explain("C1", "--state-in", "s.csv")
    assert done.exit_code == 1
    assert "HMB514" in done.stdout
    same = call("run", "city.hmb", *tables, "-q", "--state-in", "s.csv").stdout
    paid = same.split("C5,")[1].split(",")[6]
    assert f"合计给付 {paid}" in explain("C5", "--state-in", "s.csv").stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["claims.csv"], "没有给出"),
        (["missing.csv", "--params", "params.toml"], "没有这个文件"),
        (["claims.csv", "--params", "params.toml"], "须给出参保人表"),
    ],
)
def test_tables_that_will_not_do(call, words, said):
    done = call("explain", "city.hmb", *words, "--claim", "C1")
    assert done.exit_code == 2
    assert said in done.stderr


FAMILY = """scheme family "F" {
    source "x"
    currency CNY
    benefit year calendar
    unit member.house
    member { house: code  chronic: bool  part: ratio  level: low | high  born: date  away: periods }
    claim { cost: money }
    wait away: claim.date in member.away  cite "0"
    wait unborn: claim.date < member.born  cite "0"
    total own: claim.cost per year  cite "1"
    total all_of_them: increase of (smaller of (own, 500)) per year per family  cite "2"
    count visits: claims per year  cite "3"
    let deducted: increase of (smaller of (all_of_them, 800))
    layer rest  cite "4" {
        unless member.chronic
        base claim.cost - deducted
        no threshold
        ratio (50% if member.level is low and member.part > 1% else 40%)
        no cap
    }
    layer flat  cite "5" { when visits <= 2  pays smaller of (10, claim.cost)  no cap }
    example { member { house: "H", part: 2%, level: low, born: 1980-01-01 } claim 2024-01-01 { cost: 800 } pay rest 150 }
}
"""


def test_it_shows_named_totals_and_whose_claim_it_is(call, folder):
    (folder / "f.hmb").write_text(FAMILY)
    (folder / "m.csv").write_text(
        "member_id,house,chronic,part,level,born,away\n"
        "A,H,no,2.5%,low,1980-02-03,2023-03-01..2023-03-05;2023-05-01..2023-05-02\nB,H,yes,0%,high,1981-01-01,\n"
    )
    (folder / "c.csv").write_text(
        "claim_id,member_id,date,cost\n1,B,2024-01-01,400\n2,A,2024-01-02,450.50\n"
    )
    done = call("explain", "f.hmb", "c.csv", "--members", "m.csv", "--claim", "2", "--lang", "en")
    assert done.exit_code == 0, done.output
    head, flat = done.stdout.split("layer rest")[0], done.stdout.split("layer flat")[1]
    assert head.splitlines()[1:7] == [
        "  cost: 450.50",
        "  member house: H, chronic: no, part: 2.5%, level: low, born: 1980-02-03, "
        "away: 2023-03-01 – 2023-03-05; 2023-05-01 – 2023-05-02",
        "  let deducted = 400.00",
        "  total own [A 2024] 0.00 → 450.50   cite 1",
        "  total all_of_them [2024] 400.00 → 850.50   cite 2",
        "  total visits [A 2024] 0 → 1   cite 3",
    ]
    assert "total all_of_them [2024] 400.00 → 850.50" in done.stdout.split("layer rest")[1]
    assert "owed, not rounded" in flat and "at the ratio" not in flat


NAMED = """scheme named "Names, and a layer of others" {
    source "d", 2024-01-01
    currency CNY
    benefit year calendar
    claim { cost: money  paid: money optional  rare: bool }
    let half "half of it": claim.cost * 50%  cite "1"
    let part: 25%
    let late: claim.date > 2024-03-01
    let first: first day of (benefit year)
    let days: claim.date - first
    let others: (claim.paid if claim.paid given else 0)
    total spent: claim.cost per year  cite "1"
    layer basic cite "2" { base half  no threshold  ratio 50%  no cap  paid by others }
    layer extra cite "3" {
        when claim.paid given and others < 5 and late and days > 3 days
        when spent last year = 0
        base claim.cost - basic.pay
        threshold 10 per year
        ratio part
        cap 9 per year
        no cap if claim.rare
    }
    example { claim 2024-03-02 { cost: 1, paid: 0 } pay 0 }
}
"""


@pytest.mark.parametrize("language", ["zh", "en"])
def test_names_and_what_others_pay_are_told(call, folder, language):
    (folder / "named.hmb").write_text(NAMED, encoding="utf-8")
    rows = "claim_id,member_id,date,cost,paid,rare\n1,M,2024-03-02,100,1,no\n2,M,2024-03-01,100,1,no\n"
    (folder / "few.csv").write_text(rows, encoding="utf-8")
    told = call("explain", "named.hmb", "few.csv", "--claim", "1", "--lang", language).stdout
    let, said = ("记", ("是", "据")) if language == "zh" else ("let", ("yes", "cite"))
    assert f"  {let} half half of it = 50.00   {said[1]} 1\n" in told
    assert f"  {let} part = 25%\n  {let} late = {said[0]}\n" in told
    assert f"  {let} first = 2024-01-01\n  {let} days = 61\n" in told
    assert f"{let} others = 1.00\n" in told
    assert "25.00" in told and "paid_by_others" in told
    assert "newest" not in told


def test_a_layer_of_others_that_does_not_apply_has_no_lines(call, folder):
    text = NAMED.replace("{ base half", "{ when claim.rare  base half")
    (folder / "named.hmb").write_text(text, encoding="utf-8")
    rows = "claim_id,member_id,date,cost,paid,rare\n1,M,2024-03-02,100,1,no\n"
    (folder / "few.csv").write_text(rows, encoding="utf-8")
    told = call("explain", "named.hmb", "few.csv", "--claim", "1").stdout
    assert "layer basic\n  → pays 0.00   paid_by_others" in told


TOGETHER = """scheme family "Own thresholds within the family's, and one cap for two layers" {
    source "example"
    currency CNY
    benefit year calendar
    unit member.household
    member { household: code }
    claim { cost: money  drugs: money }
    shared cap whole: 1_000 per year in order  cite "1"
    layer care cite "2" { base claim.cost  threshold 500 per year within 800 per year per family  ratio 80%  cap shared whole }
    layer pharmacy cite "3" { base claim.drugs  threshold 100 per year  ratio 50%  cap shared whole }
}
"""


def test_a_threshold_within_another_and_what_layers_share_are_told_apart(call, folder):
    (folder / "family.hmb").write_text(TOGETHER, encoding="utf-8")
    (folder / "own.csv").write_text("member_id,household\nA,H\nB,H\n", encoding="utf-8")
    rows = "claim_id,member_id,date,cost,drugs\nC1,A,2024-01-01,600,0\nC2,B,2024-02-01,600,300\n"
    (folder / "bills.csv").write_text(rows, encoding="utf-8")
    done = call("explain", "family.hmb", "bills.csv", "--members", "own.csv", "--claim", "C2")
    said = [" ".join(line.split()) for line in done.stdout.splitlines()]
    assert said[said.index("layer care") + 1 :][:9] == [
        "what counts 600.00 cite 2",
        "threshold 500.00 cite 2",
        "above one's own threshold 100.00 total [B 2024] 0.00 → 600.00 cite 2",
        "one's own threshold would take 500.00 cite 2",
        "joint limit 800.00 cite 2",
        "taken within the joint limit 300.00 total [2024] 500.00 → 1000.00 cite 2",
        "above the threshold 300.00 cite 2",
        "ratio 80% cite 2",
        "at the ratio, not rounded 240.00 cite 2",
    ]
    assert "pays 240.00 total whole care [B 2024] 0.00 → 240.00 cite 2" in said


SHARED = """方案 共用示例 {
    依据 “例”
    币种 人民币
    保障年度 公历年
    费用 { 自付：金额  药费：金额  罕见病：是否 }
    共用 起付线 免赔：2000元 每年 依次  据 “二”
    共用 封顶 总额：200万元 每年 依次  据 “三”
    共用 封顶 单笔：100万元 每笔 依次  据 “四”
    层 住院 据 “五” { 基数 费用.自付  起付线 共用 免赔  比例 80%  封顶 共用 总额  不封顶 若 费用.罕见病 }
    层 特药 据 “六” { 基数 费用.药费  起付线 共用 免赔  比例 60%  封顶 共用 总额 }
    层 津贴 据 “七” { 基数 费用.药费  无起付线  比例 10%  封顶 共用 单笔 }
    示例 { 费用 2024-03-01 { 自付：3000 } 给付 住院 800 }
}
"""


def steps_of_layers(done):
    """Label and value of each step, layer by layer."""
    layers: dict[str, list[tuple[str, str]]] = {}
    for line in done.stdout.splitlines():
        words = line.split()
        if line.startswith(("层 ", "layer ")):
            steps = layers.setdefault(words[1], [])
        elif layers and words and (amount := next((x for x in words if x[0].isdigit()), None)):
            steps.append((" ".join(words[: words.index(amount)]), amount))
    return layers


@pytest.mark.parametrize("draws", ["依次", "按份"])
def test_what_layers_share_is_told_with_its_limit_and_what_was_left_before(call, folder, draws):
    (folder / "shared.hmb").write_text(SHARED.replace("每年 依次", f"每年 {draws}"), encoding="utf-8")
    rows = [
        "claim_id,member_id,date,自付,药费,罕见病",
        "1,M,2024-03-01,1000,500,否",
        "2,M,2024-03-02,2000500,500000,否",
        "3,M,2024-03-03,500000,500000,否",
        "4,M,2024-03-04,500000,500000,是",
    ]
    (folder / "bills.csv").write_text("\n".join(rows), encoding="utf-8")

    def of(claim, language="zh"):
        return steps_of_layers(call("explain", "shared.hmb", "bills.csv", "--claim", claim, "--lang", language))

    threshold, cap = ("共用起付线 免赔", "2000.00"), ("共用封顶线 总额", "2000000.00")
    second, third, fourth = of("2"), of("3"), of("4")
    for layer in ("住院", "特药"):
        assert second[layer][1:3] == [threshold, ("本笔之前尚未扣足", "500.00")]
        assert second[layer][second[layer].index(cap) + 1] == ("本笔之前尚余", "2000000.00")
        assert third[layer][1:3] == [threshold, ("本笔之前尚未扣足", "0.00")]
    # of the second claim, in order: 2,000,000 x 80% and 500,000 x 60% come to 1,900,000
    if draws == "依次":
        for layer in ("住院", "特药"):
            place = third[layer].index(cap)
            assert third[layer][place + 1] == ("本笔之前尚余", "100000.00")
    assert cap not in fourth["住院"]  # free of caps
    assert ("本笔之前尚余", "0.00") in fourth["特药"]
    assert second["津贴"][-4:-2] == [("共用封顶线 单笔", "1000000.00"), ("给付", "50000.00")]
    english = of("2", "en")["特药"]
    assert ("shared threshold 免赔", "2000.00") in english and ("left to be borne before", "500.00") in english
    assert ("shared cap 总额", "2000000.00") in english and ("left of it before", "2000000.00") in english
