"""Small schemes of what city schemes have most: layers for claims of their own kinds that share a threshold, a cap, or both."""

from __future__ import annotations

from random import Random

from tiny_schemes import HEAD

KINDS = (
    ("when claim.care is inpatient", "when claim.care is outpatient"),
    ("when claim.drug given", "when not claim.drug given"),
    ("when claim.care is inpatient", "when claim.drug given"),  # both may hold
    ("", ""),
)
SHARED = ("per year", "per month", "per lifetime")
OWN = (*SHARED, "per event", "per claim", "per claim.care per year")


def draw(seed: int) -> str:
    """The text of the scheme of a seed."""
    random = Random(seed)
    what = random.choice((("threshold",), ("cap",), ("threshold", "cap")))
    lines = [f"shared {one} {one}s: {random.randint(1, 3)} {random.choice(SHARED)} {_draws(random)}" for one in what]
    kinds = random.choice(KINDS)
    for place in range(random.choice((2, 2, 3))):
        lines.append(f"layer l{place + 1} {{ {_layer(random, kinds[place % 2], what)} }}")
    lines.append(random.choice(("", "rounding down", "rounding up to 2 per month", "rounding half even")))
    return HEAD.format(same="", body="\n".join(f"    {line}" for line in lines))


def _draws(random: Random) -> str:
    return random.choice(("in order", "in order", "in order", "pro rata"))


def _layer(random: Random, kind: str, shared: tuple[str, ...]) -> str:
    amount, ratio = random.choice(("bill", "bill", "fee")), random.choice(("100%", "50%", "75%", "33%"))
    threshold = random.choice(("no threshold", f"threshold {random.randint(1, 2)} {random.choice(OWN)} acknowledged"))
    if "threshold" in shared and random.random() < 0.85:
        threshold = "threshold shared thresholds"
    caps = [random.choice(("", "", f"cap {random.randint(1, 3)} {random.choice(OWN)}"))]
    if "cap" in shared and random.random() < 0.85:
        caps.append("cap shared caps")
    when = kind if random.random() < 0.85 else ""
    return f"{when} base claim.{amount} {threshold} ratio {ratio} {' '.join(caps).strip() or 'no cap'}"
