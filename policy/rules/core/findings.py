"""Helpers for rules that look at many parts of one resource."""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from rules.core.values import NotKnown

Item = TypeVar("Item")


def each(items: Iterable[Item], judge: Callable[[Item], Iterable[str]]) -> Iterator[str]:
    """Judge every item, so that what is unknown of one doesn't hide what is wrong with the next.

    Raises:
        NotKnown: after the last one, when any could not be judged.
    """
    missing: NotKnown | None = None
    iterator = iter(items)
    while True:
        try:
            item = next(iterator)
        except StopIteration:
            break
        except NotKnown as error:
            # The reader of a list raises after all that it knew.
            missing = missing or error
            break
        try:
            yield from judge(item)
        except NotKnown as error:
            missing = missing or error
    if missing is not None:
        raise missing


def some(items: Iterable[Item], holds: Callable[[Item], bool]) -> bool:
    """Whether it holds for any item; what is unknown of one doesn't hide the next.

    Raises:
        NotKnown: when it holds for none that is known, and one is not.
    """

    def answer(item: Item) -> Iterator[str]:
        if holds(item):
            yield ""

    return any(True for _ in each(items, answer))
