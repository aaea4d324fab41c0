"""What one run holds in common: a reader for each attribute, and the numbers of all texts seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hmbc.runtime import rejects
from hmbc.runtime.arrow_in import read_table
from hmbc.runtime.attributes import Wanted, cell_reason, match_columns, read_columns, reader_of
from hmbc.runtime.columns import Reader
from hmbc.runtime.engine import loads
from hmbc.runtime.errors import BadTable
from hmbc.runtime.intern import Intern
from hmbc.runtime.parameters import Parameters
from hmbc.runtime.plan import AttributePlan, Plan
from hmbc.runtime.totals import Totals
from hmbc.runtime.units import Unit
from hmbc.runtime.values import Values

SHOWN_PROBLEMS = 20

REFUNDS = ("refunds", "冲销")
LABELS = {"claim_id": "费用编号", "member_id": "参保人编号", "date": "日期"}
"""The column of claims that says which claim a row takes back: name and label."""

VALID_FROM = ("valid_from", "起始日期")
VALID_TO = ("valid_to", "截止日期")
"""The columns of members that say from when to when a row holds."""


class SchemeReaders:
    """Readers of claims, members and totals of one scheme."""

    def __init__(self, plan: Plan, *, minor_units: bool = False) -> None:
        self.plan = plan
        self.minor_units = minor_units
        self.member_id = Reader("code")
        self.claim_id = Reader("code")
        self.refunds = Reader("code")
        self.claim = [
            replace(want, label=want.label or LABELS["date"]) if want.name == "date" else want
            for want in (_wanted(item, plan, minor_units) for item in plan.claim)
        ]
        self.member = [
            replace(_wanted(item, plan, minor_units), reader=self.member_id, optional=False)
            if item.name == "member_id" and item.kind == "code"
            else _wanted(item, plan, minor_units)
            for item in plan.member
        ]
        self.unit_id = self.member_id
        self.unit_place: int | None = None
        for place, want in enumerate(self.member):
            if want.name == plan.unit:
                if want.kind != "code":
                    raise ValueError(f"the unit {want.name} is no code")
                self.unit_place, self.unit_id = place, want.reader
                self.member[place] = replace(want, optional=False)
        if plan.unit is not None and self.unit_place is None:
            raise ValueError(f"the unit {plan.unit} is no attribute of a member")
        self.day = next(
            (place for place, item in enumerate(plan.claim) if item.name == plan.date), None
        )
        self.varies = any(item.varies for item in plan.member)
        """Whether a member may have several rows."""
        self._taken = {
            text for item in (*plan.claim, *plan.member) for text in (item.name, item.label)
        }
        self.takes_refunds = not any(
            want.name in REFUNDS or want.label in REFUNDS for want in self.claim
        )
        """Whether the column of refunds is not an attribute of the scheme's own."""
        self._share_codes()
        self.deciding_day = self._deciding_day()
        """The column whose date decides; it may not be absent."""
        self._places = [
            (len(item.key_kinds), None if item.keyed else item.word, item.bound)
            for item in plan.accumulators
        ]
        self._keys_hold_codes = any(
            kind.startswith("code:") for item in plan.accumulators for kind in item.key_kinds
        )
        self._accumulators = self._totals_kept()
        self.holds_texts = any(
            want.kind in ("code", "periods") for want in (*self.claim, *self.member)
        )
        """Whether readers of attributes keep something of what they read."""
        self.member_table = self._member_table()
        """The columns of a table of members: the id, the other attributes, and where some vary, from
        when to when a row holds."""
        ids = self.member_id
        self._member_places = [0 if want.reader is ids else -1 for want in self.member]
        others = (place for place, at in enumerate(self._member_places) if at < 0)
        for at, place in enumerate(others, 1):
            self._member_places[place] = at
        self.periods = [place for place, want in enumerate(self.member) if want.kind == "periods"]
        self._unit = Unit(plan.state_words, self._places)
        self._lay_out()

    def _lay_out(self) -> None:
        """Notes down by which readers a session reads, one value after the other."""
        self.claim_row = [want.reader for want in self.claim]
        """Of the attributes of claims, then of a deciding day that is none of them."""
        if self.day is None:
            self.claim_row.append(self.deciding_day.reader)
        self.member_fields = [
            (want.name, None if want.label == want.name else want.label, want.reader, want.optional)
            for want in self.member_table[1:]
        ]
        """Of each column of members but their ids."""

    def _share_codes(self) -> None:
        """Gives the attributes of a code group one table of texts."""
        tables: dict[int, Reader] = {}
        for want in (*self.member, *self.claim):
            group = None if want.plan is None else want.plan.code_group
            if group is not None and tables.setdefault(group, want.reader) is not want.reader:
                want.reader.share(tables[group])

    def fresh(self) -> SchemeReaders:
        """The same for a session, which reads no tables of claims: as if no text had been read."""
        made = object.__new__(SchemeReaders)
        made.__dict__.update(self.__dict__)
        made.member_id = Reader("code")
        if not self.holds_texts:
            made.unit_id = made.member_id
            return made
        made.claim = [_fresh(want) for want in self.claim]
        made.member = [
            _with(want, made.member_id) if want.reader is self.member_id else _fresh(want)
            for want in self.member
        ]
        made.unit_id = made.member_id
        if made.unit_place is not None:
            made.unit_id = made.member[made.unit_place].reader
        made._share_codes()
        made.member_table = made._member_table()
        made._lay_out()
        if made._keys_hold_codes:
            made._accumulators = made._totals_kept()
        return made

    @property
    def claim_table(self) -> list[Wanted]:
        """The columns of a table of claims: ids, the deciding day, the other attributes, and which
        claim a row takes back, unless the scheme has an attribute of that name."""
        others = [want for place, want in enumerate(self.claim) if place != self.day]
        wanted = [
            self.ids("claim_id", self.claim_id),
            self.ids("member_id", self.member_id),
            self.deciding_day,
            *others,
        ]
        if self.takes_refunds:
            wanted.append(_optional(REFUNDS, "code", self.refunds))
        return wanted

    def _member_table(self) -> list[Wanted]:
        wanted = [self.ids("member_id", self.member_id)]
        wanted += [want for want in self.member if want.reader is not self.member_id]
        if self.varies:
            wanted.append(_optional(VALID_FROM, "date", Reader("date")))
            wanted.append(_optional(VALID_TO, "date", Reader("date")))
        return wanted

    def member_columns(self, columns: Sequence[Values]) -> list[Values]:
        """Of the columns of such a table, one for each attribute of the plan."""
        return [columns[place] for place in self._member_places]

    def _deciding_day(self) -> Wanted:
        if self.day is None:
            return Wanted(
                name=self.plan.date,
                label=LABELS.get(self.plan.date),
                kind="date",
                optional=False,
                reader=Reader("date"),
            )
        want = self.claim[self.day]
        return Wanted(
            name=want.name,
            label=want.label,
            kind=want.kind,
            optional=False,
            reader=want.reader,
            plan=want.plan,
        )

    def ids(self, name: str, reader: Reader) -> Wanted:
        """The column of an identifier; a Chinese header is as good, where no attribute bears it."""
        label = LABELS.get(name)
        return Wanted(
            name=name,
            label=None if label in self._taken else label,
            kind="code",
            optional=False,
            reader=reader,
        )

    def codes_of(self, owner: str, attribute: str) -> Intern:
        """The texts of a code attribute."""
        wanted = self.claim if owner == "claim" else self.member
        return next(want.reader.texts for want in wanted if want.name == attribute)

    def totals(self) -> Totals:
        """An empty table of totals."""
        return Totals(self._accumulators)

    def _totals_kept(self) -> list[tuple[str, tuple[Intern | None, ...], int, int, int]]:
        return [
            (
                item.name,
                tuple(self._code_table(kind) for kind in item.key_kinds),
                item.denominator,
                -item.ceiling if item.falls else 0,
                item.ceiling,
            )
            for item in self.plan.accumulators
        ]

    def unit(self) -> Unit:
        """Room for the totals of one unit."""
        return self._unit.another()

    def listed(self, parameters: Parameters) -> list[tuple[Intern, frozenset[str]]]:
        """For each (attribute, list) pair of the plan, the texts and the codes."""
        return [
            (self.codes_of(item.owner, item.attribute), parameters.codes[item.list_name])
            for item in self.plan.listed
        ]

    def read_totals(self, source: object | None) -> Totals:
        """Take in the totals that an earlier run left.

        Raises: BadTable where the table is no state of this scheme.
        """
        totals = self.totals()
        if source is None:
            return totals
        chinese = self.plan.language == "zh"
        table = read_table(source)
        names, keys, kernels = Reader("code"), Reader("code"), Reader("code")
        wanted = [
            self.ids("member_id", self.unit_id),
            self.ids("accumulator", names),
            self.ids("key", keys),
            Wanted(name="total", label=None, kind="int", optional=False, reader=Reader("int")),
            Wanted(
                name="denominator", label=None, kind="int", optional=False, reader=Reader("int")
            ),
            self.ids("kernel", kernels),
        ]
        matched = match_columns(table, wanted, "state", self.plan.language)
        problems = matched.problems
        for number, actual, expected in getattr(source, "ragged_rows", ())[:SHOWN_PROBLEMS]:
            reason = rejects.text_of(
                rejects.RAGGED, self.plan.language, actual=actual, expected=expected
            )
            problems.append(f"state {number}: {reason}")
        _stop(problems)
        columns = read_columns(matched, wanted, table.num_rows)
        for want, column, values in zip(wanted, matched.columns, columns, strict=True):
            for row, status in values.bad[:SHOWN_PROBLEMS]:
                text = column.text(row) if column is not None else ""
                reason = cell_reason(status, text, want, self.plan)[1]
                problems.append(f"state {row + 1} `{want.name}`: {reason}")
        _stop(problems)
        for place in range(len(kernels.texts)):
            if kernels.texts.text(place) != self.plan.state_hash:
                other, own = kernels.texts.text(place)[:12], self.plan.state_hash[:12]
                problems.append(
                    f"累计额表属于另一个方案，或本方案在含义改动之前的版本（{other}，本方案 {own}）；"
                    "请用本方案把本年度已有的费用重新计算一遍，得到新的累计额"
                    if chinese
                    else "the state is of another scheme, or of this one before its meaning changed "
                    f"({other}, this is {own}); run the year's earlier claims again with this "
                    "scheme to have its totals"
                )
        _stop(problems)
        wrong = totals.take(
            columns[0],
            columns[1],
            names.texts,
            columns[2],
            keys.texts,
            columns[3],
            columns[4],
            len(self.unit_id.texts),
        )
        for row, what in wrong[:SHOWN_PROBLEMS]:
            problems.append(
                f"累计额表第 {row + 1} 行的 `{what}` 不合本方案"
                if chinese
                else f"row {row + 1} of the state has a `{what}` that the scheme does not know"
            )
        _stop(problems)
        twice = loads(totals, self.unit())
        if twice >= 0:
            unit = self.unit_id.texts.text(twice)
            problems.append(
                f"累计额表中{'参保人' if self.plan.unit is None else ''} `{unit}` 的同一累计额出现两次"
                if chinese
                else f"the state has one total of {self.plan.unit or 'member'} `{unit}` twice"
            )
        _stop(problems)
        return totals

    def _code_table(self, kind: str) -> Intern | None:
        if not kind.startswith("code:"):
            return None
        owner, _, attribute = kind.removeprefix("code:").partition(".")
        return self.codes_of(owner, attribute)


def _wanted(attribute: AttributePlan, plan: Plan, minor_units: bool) -> Wanted:
    return Wanted(
        name=attribute.name,
        label=attribute.label,
        kind=attribute.kind,
        optional=attribute.optional,
        reader=reader_of(attribute, plan, minor_units=minor_units),
        plan=attribute,
    )


def _fresh(want: Wanted) -> Wanted:
    return _with(want, Reader(want.kind)) if want.kind in ("code", "periods") else want


def _with(want: Wanted, reader: Reader) -> Wanted:
    return Wanted(
        name=want.name,
        label=want.label,
        kind=want.kind,
        optional=want.optional,
        reader=reader,
        plan=want.plan,
    )


def _optional(names: tuple[str, str], kind: str, reader: Reader) -> Wanted:
    return Wanted(name=names[0], label=names[1], kind=kind, optional=True, reader=reader)


def _stop(problems: Sequence[str]) -> None:
    if problems:
        raise BadTable(problems)
