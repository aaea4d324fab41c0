"""Decimals of the currencies of ISO 4217 that schemes have been written in."""

from __future__ import annotations

_TWO = (
    "AED AUD BRL CAD CHF CNY CZK DKK EGP EUR GBP HKD IDR ILS INR KES MOP MXN MYR NGN NOK NZD PEN "
    "PHP PKR PLN RON RUB SAR SEK SGD THB TRY TWD UAH USD ZAR"
)
_NONE = "CLP ISK JPY KRW PYG RWF UGX VND XAF XOF"
_THREE = "BHD IQD JOD KWD LYD OMR TND"

MINOR_DIGITS = {
    **dict.fromkeys(_TWO.split(), 2),
    **dict.fromkeys(_NONE.split(), 0),
    **dict.fromkeys(_THREE.split(), 3),
}

CURRENCIES_OF: dict[str, tuple[str, ...]] = {
    "¥": ("CNY", "JPY"),
    "元": ("CNY", "HKD", "JPY", "MOP", "SGD", "TWD"),
    "€": ("EUR",),
    "£": ("GBP",),
    "₩": ("KRW",),
    "$": ("AUD", "CAD", "HKD", "MOP", "MXN", "NZD", "SGD", "TWD", "USD"),
}
"""What an amount's sign may stand for; of a currency that is not here any sign is doubted."""
