"""Whose key encrypts."""

from typing import Final

from rules.core.view import View

# AWS's own keys have aliases of this form; each service's default goes by one.
_MANAGED: Final = "alias/aws/"


def is_customer_key(view: View, path: str) -> bool:
    """Whether a key is given that is not AWS's own; one still to be made is given."""
    if not view.is_set(path):
        return False
    if not view.is_known(path):
        return True
    value = view.text(path)
    return bool(value) and _MANAGED not in f"{value}/"
