"""Cron expressions as AWS has them, which differ from those of Unix.

https://docs.aws.amazon.com/autoscaling/application/userguide/scheduled-scaling-using-cron-expressions.html
"""

import re
from dataclasses import dataclass
from typing import Final

_MONTHS: Final = "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC"
_DAYS: Final = "SUN MON TUE WED THU FRI SAT"


@dataclass(frozen=True, slots=True)
class _Field:
    """What stands in one place of an expression.

    Attributes:
        names: what may stand for the numbers, from the lowest on.
        special: forms for days that have no number of their own, such as the last of a month.
    """

    low: int
    high: int
    names: str = ""
    special: str = "(?!)"

    def takes(self, text: str) -> bool:
        """Whether each of the parts between commas is a value, a range or a step within bounds."""
        return all(self._takes_part(part) for part in text.split(","))

    def _takes_part(self, part: str) -> bool:
        if re.fullmatch(self.special, part):
            return True
        base, slash, step = part.partition("/")
        if slash and not re.fullmatch("[1-9][0-9]*", step):
            return False
        if base == "*":
            return True
        # A range may go over the end: from Saturday, the 7th, to Sunday, the 1st.
        ends = base.split("-")
        return len(ends) <= 2 and all(map(self._is_value, ends))

    def _is_value(self, text: str) -> bool:
        if text in self.names.split():
            return True
        return re.fullmatch("[0-9]{1,4}", text) is not None and self.low <= int(text) <= self.high


_OF_MONTH: Final = _Field(1, 31, special=r"L|LW|([1-9]|[12][0-9]|3[01])W")
_OF_WEEK: Final = _Field(1, 7, names=_DAYS, special=r"L|[1-7]L|([1-7]|[A-Z]{3})#[1-5]")
_OTHERS: Final = (
    _Field(0, 59),
    _Field(0, 23),
    _Field(1, 12, names=_MONTHS),
    _Field(1970, 2199),
)


def is_cron(text: str) -> bool:
    """Whether AWS takes these six fields: minute, hour, two kinds of day, month and year.

    Of a day of the month and a day of the week one is said, and ``?`` stands for the other.
    """
    minute, hour, of_month, month, of_week, year = text.split(" ")
    if (of_month == "?") is (of_week == "?"):
        return False
    said = _OF_MONTH.takes(of_month) if of_week == "?" else _OF_WEEK.takes(of_week)
    others = zip(_OTHERS, (minute, hour, month, year), strict=True)
    return said and all(field.takes(value) for field, value in others)
