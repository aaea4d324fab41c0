"""The Cython functions that generated rows call: exact rounding, days, lists and periods.

`cdivision` is on: `/` cuts towards zero and the remainder has the sign of the dividend.
"""

from __future__ import annotations

from hmbc.dsl.expr import RoundingMode

# When to go one further from zero, `left` being what the division leaves, 0 <= left < unit.
AWAY: dict[RoundingMode, str] = {
    "half_up": "left >= unit - left",
    "half_even": "left > unit - left or (left == unit - left and steps % 2 != 0)",
    "up": "left > 0",
    "down": "False",
}

HELPERS = """\
cdef inline {T} round_{mode}_{bits}({T} amount, {T} unit) noexcept nogil:
    cdef {T} steps = amount / unit
    cdef {T} left = amount - steps * unit
    if left < 0:
        left = -left
    if {away}:
        steps += 1 if amount > 0 else -1
    return steps


cdef inline {T} share_{mode}_{bits}({T} amount, {T} parts, {T} part, {T} whole) noexcept nogil:
    if whole <= 0 or part <= 0:
        return 0
    if part > whole:
        part = whole
    return round_{mode}_{bits}(amount * part, parts * whole)


"""

DAYS = """\
cdef struct Civil:
    i64 year
    i64 month
    i64 day


cdef inline i64 floor_div(i64 amount, i64 by) noexcept nogil:
    cdef i64 whole = amount / by
    return whole - 1 if whole * by > amount else whole


cdef inline Civil civil(i64 number) noexcept nogil:
    cdef Civil found
    cdef i64 shifted = number + 719468
    cdef i64 era = floor_div(shifted, 146097)
    cdef i64 of_era = shifted - era * 146097
    cdef i64 year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365
    cdef i64 of_year = of_era - (365 * year + year / 4 - year / 100)
    cdef i64 months = (5 * of_year + 2) / 153
    found.day = of_year - (153 * months + 2) / 5 + 1
    found.month = months + 3 if months < 10 else months - 9
    found.year = year + era * 400 + (1 if found.month <= 2 else 0)
    return found


cdef inline i64 day_number(i64 year, i64 month, i64 day) noexcept nogil:
    cdef i64 shifted = year - 1 if month <= 2 else year
    cdef i64 era = floor_div(shifted, 400)
    cdef i64 in_era = shifted - era * 400
    cdef i64 months = month - 3 if month > 2 else month + 9
    cdef i64 of_year = (153 * months + 2) / 5 + day - 1
    return era * 146097 + in_era * 365 + in_era / 4 - in_era / 100 + of_year - 719468


cdef inline i64 benefit_year(i64 number, i64 month, i64 day) noexcept nogil:
    cdef Civil on = civil(number)
    if on.month > month or (on.month == month and on.day >= day):
        return on.year
    return on.year - 1


cdef inline i64 month_number(i64 number) noexcept nogil:
    cdef Civil on = civil(number)
    return on.year * 12 + on.month - 1


cdef inline i64 add_months(i64 number, i64 months, i64 next_day) noexcept nogil:
    cdef Civil on = civil(number)
    cdef i64 month = on.year * 12 + on.month - 1 + months
    cdef i64 year = floor_div(month, 12)
    cdef i64 first = day_number(year, month - year * 12 + 1, 1)
    cdef i64 after = floor_div(month + 1, 12)
    cdef i64 limit = day_number(after, month + 2 - after * 12, 1)
    if first + on.day - 1 < limit:
        return first + on.day - 1
    return limit if next_day else limit - 1


cdef inline i64 age_at(i64 birth, i64 number) noexcept nogil:
    cdef Civil born = civil(birth)
    cdef Civil on = civil(number)
    cdef i64 years = on.year - born.year
    if on.month < born.month or (on.month == born.month and on.day < born.day):
        years -= 1
    return years if years > 0 else 0


"""

LOOK_UPS = """\
cdef inline i64 in_list(const uint8_t *listed, i64 code, i64 given) noexcept nogil:
    if given == 0 or code < 0:
        return 0
    return listed[code] != 0


cdef inline i64 in_periods(const hmb_periods *periods, i64 member, i64 day) noexcept nogil:
    cdef i64 at
    for at in range(periods.offset[member], periods.offset[member + 1]):
        if periods.first[at] <= day <= periods.last[at]:
            return 1
    return 0


cdef inline void refuse(
    const hmb_output *out, i64 row, i64 layers, uint8_t status
) noexcept nogil:
    cdef i64 layer
    for layer in range(layers):
        out.pay[layer][row] = 0
        out.reason[layer][row] = 0
    out.status[row] = status


"""


def helpers() -> str:
    """All of them, as Cython source."""
    rounding = [
        HELPERS.format(T=f"i{bits}", bits=bits, mode=mode, away=away)
        for bits in (64, 128)
        for mode, away in AWAY.items()
    ]
    return "".join(rounding) + DAYS + LOOK_UPS
