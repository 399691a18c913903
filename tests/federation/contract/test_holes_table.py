"""The table of holes is whole; `./run prove holes` takes each guard away and sees whether the tests notice."""

from tests.federation.holes import HOLES_AND_GUARDS, faults


def test_every_hole_has_its_guard_in_the_code_and_its_tests() -> None:
    assert list(faults()) == []
    assert len(HOLES_AND_GUARDS) >= 70
