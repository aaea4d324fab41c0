"""`must keep pay <= …`: a guideline's demands of amounts, held against schemes that name things as they like."""

from __future__ import annotations

import re

import pytest

SCHEME = """scheme town "Town" {
    source "leaflet", 2024-01-01
    currency CNY
    benefit year calendar
    conforms to province
    member { group "kind of member": employee | resident optional  sex: "f" | "m" }
    claim { care "kind of care": ward "in hospital" | clinic  drug: code  cost: money 0 to 2_000_000
            repaid: money optional }
    exclude none: claim.drug is "none" cite R-0
    list dear: "D1", "D2" means special_drugs
    layer ward cite R-1 {
        when claim.care is ward
        base claim.cost  threshold 20_000 per year  ratio 75%  cap 1_000_000 per year
    }
    layer drugs means innovative_drugs cite R-2 {
        when claim.care is clinic and claim.drug in dear
        base claim.cost  no threshold  ratio 60%  cap 150_000 per year
    }
    layer clinic "clinics" cite R-3 {
        when claim.care is clinic and not (claim.drug in dear)
        base claim.cost  threshold 100 per claim  ratio 70%  cap 2_000 per year
    }
    example { member { group: resident, sex: f } claim 2024-03-01 { care: ward, drug: "x", cost: 30_000 } pay 7_500 }
}
""".replace('"f" | "m"', "f | m")
GUIDELINE = """guideline province "Province" {{
    source "Guidance", 2023-01-05
    {demand}  cite G-1
}}
"""
CHINESE = """指导意见 省 “省” {{
    依据 “意见”，2023-01-05
    {demand}  据 G-1
}}
"""


@pytest.fixture
def held(call, folder):
    """What `hmbc check` says of a scheme under a guideline with one demand."""

    def held(demand, scheme=SCHEME, guideline=GUIDELINE, command=("check",)):
        (folder / "province.hmb").write_text(guideline.format(demand=demand), encoding="utf-8")
        (folder / "town.hmb").write_text(scheme, encoding="utf-8")
        told = call(*command, "town.hmb")
        return told.exit_code, told.stdout + told.stderr

    return held


@pytest.mark.parametrize(
    "demand",
    [
        "must keep pay <= 1_152_000 per year",  # the caps of its three layers
        "must keep ward.pay <= 1_000_000 per year",
        "must keep clinics.pay <= 2_000 per year when member.sex is f",
        "must keep special_drugs.pay <= 150_000 per year",  # by the list that the layer reads
        "must keep innovative_drugs.pay <= 150_000 per month",
        "must keep 特药.pay <= 15万元 per year",
        "must keep pay >= 0",
        "must keep clinic.pay = 0 when claim.care is ward",
        "must keep clinic.pay = 0 when claim.kind_of_care is in_hospital",
        "must keep pay <= claim.cost per claim",
    ],
)
def test_what_a_scheme_keeps_is_passed(held, demand):
    if "<= claim.cost" in demand:
        pytest.importorskip("z3")
    scheme = SCHEME.replace('"kind of care"', '"kind_of_care"').replace('"in hospital"', '"in_hospital"')
    code, told = held(demand, scheme)
    assert code == 0 and "G-1" not in told


@pytest.mark.parametrize(
    ("demand", "what"),
    [
        ("must keep pay <= 1_151_999 per year", r"claim \d: 1,15[12],\d{3}.\d\d is more than 1,151,999.00"),
        ("must keep clinic.pay <= 1_500 per year", r"claim \d: 1,[5-9]\d\d.\d\d is more than 1,500.00"),
        ("must keep special_drugs.pay < 150_000 per lifetime", r"150,000.\d\d is not less than 150,000.00"),
        ("must keep pay <= 5_000 when claim.care is clinic", r"claim \d is paid 5,\d{3}.\d\d, more than 5,000.00"),
        ("must keep pay <= 0 when member.group is resident and claim.care is ward", "group: resident"),
        ("must keep clinic.pay <= claim.repaid", r"repaid: "),
    ],
)
def test_what_breaks_it_is_told_with_the_clause_and_claims(held, call, folder, demand, what):
    code, told = held(demand)
    assert code == 1
    assert f"error[HMB407]: `{demand}` does not hold: " in told and '= cites: "Province" G-1' in told
    assert re.search(what, told)
    assert "against what is demanded" in told and "what is stated" not in told
    assert "= help: correct the scheme; or the guideline's file" in told
    examples = re.search(r"scheme:\n((?: {6,}.*\n)+)", told)
    assert examples is not None
    pasted = SCHEME.rstrip().removesuffix("}").replace("conforms to province", "")
    (folder / "pasted.hmb").write_text(f"{pasted}{examples[1]}}}\n")
    assert call("test", "pasted.hmb").exit_code == 0
    assert held(f"in principle {demand}")[0] == 0


@pytest.mark.parametrize(("most", "kept"), [("1_152_000", True), ("1_151_999", False)])
def test_a_shared_cap_counts_once(held, most, kept):
    scheme = SCHEME.replace("list dear", "shared cap both: 1_002_000 per year in order cite R-4\n    list dear")
    for own in ("1_000_000", "2_000"):
        scheme = scheme.replace(f"cap {own} per year", "cap shared both")
    code, told = held(f"must keep pay <= {most} per year", scheme)
    assert ("G-1" not in told) == kept and code == (not kept)


def test_prove_and_compile_say_so_too(held):
    for command in (("compile", "--emit", "kernel"), ("prove",)):
        code, told = held("must keep clinic.pay <= 1_500 per year", command=command)
        assert code == 1 and "`must keep clinic.pay <= 1_500 per year` does not hold" in told


@pytest.mark.parametrize(
    ("demand", "code", "said"),
    [
        ("must keep ward.pay <= ward.base", "HMB343", "a demand can read what a layer pays, not its base"),
        ("must keep pay <= 5 when ward.excess > 0", "HMB343", "a demand can read what a layer pays"),
        ("must keep dental.pay <= 5_000", "HMB342", "no layer is called `dental`, or covers it"),
        ("must keep rare_disease_drugs.pay <= 5_000", "HMB342", "no layer is called `rare_disease_drugs`"),
        ("must keep pay <= 5 when claim.hospital is small", "HMB343", "no attribute of the claim is called `hospital`"),
        ("must keep pay <= 5 when member.age > 60", "HMB343", "no attribute of the member is called `age`"),
        ("must keep pay <= 5 when claim.care is dentist", "HMB343", "`dentist`"),
        ("must keep pay <= 5_000 per event", "HMB343", "which claims are one event"),
        ("must keep pay <= 5_000 per family", "HMB343", "family"),
        ("must keep pay <= €5_000", "HMB343", "CNY"),
        ("must keep pay <= highest", "HMB343", "`highest`"),
        ("must keep pay <= 5_000 when claim.cost is ward", "HMB343", ""),
    ],
)
def test_what_a_scheme_lacks_is_told_and_is_no_error(held, demand, code, said):
    exit_code, told = held(demand)
    assert exit_code == 0 and f"note[{code}]" in told and said in told
    assert '= cites: "Province" G-1' in told


def test_what_neither_rules_nor_claims_decide_is_said(held, monkeypatch):
    budget = __import__("hmbc.compiler.prove", fromlist=["Budget"]).Budget((0, 0), 0, 0, climb=0, beside=0)
    monkeypatch.setattr("hmbc.compiler.conform_laws.SHORT", budget)
    code, told = held("must keep pay <= 1_000_000 per month")
    assert code == 0
    assert "note[HMB343]" in told and "`must keep pay <= 1_000_000 per month` is neither proved nor refuted" in told


@pytest.mark.parametrize(
    ("demand", "said"),
    [
        ("must keep pay <= 50%", "should be money, but it is a ratio"),
        ("must keep pay <= 30 days", "should be money, but it is a number of days"),
        ("must keep pay <= claim.cost per year", "varies from claim to claim"),
        ("must keep pay >= 5_000 per year", "`<=` or `<`"),
        ("must keep pay <=", ""),
        ("must keep ward.excess <= 5", ""),
    ],
)
def test_mistakes_of_the_guideline_are_its_own(held, call, demand, said):
    held(demand)
    told = call("check", "province.hmb")
    assert told.exit_code == 1 and said in told.stdout


def test_a_guideline_and_a_scheme_of_two_languages(held, call, folder):
    scheme = SCHEME.replace("conforms to province", "")
    chinese = "应做到 特药.给付 <= 10万元 每年 适用 费用.照护 是 门诊 且 参保人.性别 是 女"
    scheme = scheme.replace("sex: f, ", "").replace("sex: f }", "gender: f }").replace("sex: f | m", 'gender: f "女" | m means sex').replace("clinic  drug", 'clinic "门诊" drug')
    (folder / "town.hmb").write_text(scheme.replace('"kind of care"', '"照护"'))
    (folder / "sheng.hmb").write_text(CHINESE.format(demand=chinese), encoding="utf-8")
    told = call("check", "town.hmb", "--against", "sheng.hmb")
    assert told.exit_code == 1 and f"`{chinese}` does not hold" in told.stdout
    assert call("fmt", "--to", "en", "sheng.hmb").exit_code == 0
    assert "pay <= ¥100_000 per year when claim.照护 is 门诊" in (folder / "sheng.hmb").read_text()


def test_attributes_that_share_a_label_are_not_chosen_between(held):
    scheme = SCHEME.replace("drug: code", 'drug "kind": code').replace('"kind of care"', '"kind"')
    assert "no attribute of the claim is called `kind`" in held("must keep pay <= 5 when claim.kind is ward", scheme)[1]


def test_layers_are_called_by_their_titles(held):
    assert "the ratio of layer `clinics` is flat" in held("ratio must rise with the amount")[1]
    assert "\n  layer clinic clinics\n" in held("must keep pay >= 0", command=("prove",))[1]


def test_layers_that_share_a_cap_are_called_by_their_titles(held):
    scheme = SCHEME.replace("list dear", "shared cap both: 1_002_000 per year in order cite R-4\n    list dear")
    for own in ("1_000_000", "2_000"):
        scheme = scheme.replace(f"cap {own} per year", "cap shared both")
    assert "what ward, clinics are let through is the sum" in held("must keep pay >= 0", scheme, command=("prove",))[1]
