from google.protobuf import struct_pb2
from hypothesis import given
from hypothesis import strategies as st

from offline.values import (
    UNKNOWN,
    Archive,
    Asset,
    Reference,
    Secret,
    decode_properties,
    encode,
    holds_unknown,
    masked,
    plain,
)

SCALARS = st.none() | st.booleans() | st.integers(-(2**50), 2**50) | st.text()
LEAVES = st.one_of(
    SCALARS,
    st.just(UNKNOWN),
    st.builds(Asset, text=st.text()),
    st.builds(Archive, path=st.text(min_size=1)),
    st.builds(Reference, st.text(), st.text() | st.just(UNKNOWN)),
)
KEYS = st.text(min_size=1)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(KEYS, inner, max_size=3),
        st.builds(Secret, inner),
    ),
    max_leaves=8,
)


@given(st.dictionaries(KEYS, VALUES, max_size=4))
def test_every_value_survives_the_wire(properties: dict[str, object]) -> None:
    struct = struct_pb2.Struct()
    struct.update(encode(properties))
    assert decode_properties(struct) == properties


@given(VALUES)
def test_no_secret_is_ever_shown(value: object) -> None:
    hidden = {"outer": [Secret({"inner": ["planted-secret", value]})]}
    assert "planted-secret" not in str(masked(hidden))
    assert "planted-secret" not in repr(hidden)


def test_plain_data_is_what_aws_would_be_sent() -> None:
    assert plain({"a": Secret(["b", Secret(1)]), "c": UNKNOWN}) == {"a": ["b", 1], "c": UNKNOWN}


def test_an_unknown_is_found_however_deep_it_lies() -> None:
    assert holds_unknown({"a": [Secret({"b": UNKNOWN})]})
    assert not holds_unknown({"a": [Secret({"b": 1})]})
