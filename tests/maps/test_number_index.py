"""Numbers in little memory: the nearest ones are those a letter-by-letter comparison of all would find."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from maps import number_index

NUMBER = st.text(alphabet="0123A-", min_size=1, max_size=9)


@given(st.lists(NUMBER, min_size=1, max_size=60), NUMBER, st.sampled_from([1, 2]), st.sampled_from([3, 20_000]))
@settings(max_examples=150)
def test_what_is_near_is_what_comparing_every_number_finds(
    numbers: list[str], typed: str, allowed: int, beginnings: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(number_index, "MOST_BEGINNINGS", beginnings)
        index = number_index.of(np.array([number.encode() for number in numbers], "S24"))
    found = index.near(typed, allowed=allowed, most=1000)
    compared = {number: OSA.distance(typed, number) for number in numbers}
    assert dict(found) == {number: changed for number, changed in compared.items() if changed <= allowed}
    assert [changed for _, changed in found] == sorted(changed for _, changed in found)


def test_an_index_of_nothing_finds_nothing() -> None:
    assert number_index.of(np.array([], "S24")).near("501", allowed=2, most=10) == []
