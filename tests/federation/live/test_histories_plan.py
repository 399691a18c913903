"""Histories are drawn from a seed, and make sense: nothing is undone that was not done."""

from __future__ import annotations

import pytest

from tests.federation.live.histories_plan import OFTEN, UNDOES, plan

NAMES = ("camden", "hackney", "lambeth")


def test_the_same_seed_gives_the_same_history():
    assert plan(5, NAMES, 200) == plan(5, NAMES, 200) != plan(6, NAMES, 200)


def test_everything_that_can_happen_does():
    assert {step.what for step in plan(1, NAMES, 600)} == set(OFTEN)


@pytest.mark.parametrize("seed", range(20))
def test_every_step_can_be_done_after_those_before_it(seed):
    homes, standing = {}, set()
    for step in plan(seed, NAMES, 150):
        if step.what == "publish":
            homes[step.thing] = step.node
        elif step.what in {"change", "withdraw"}:
            assert homes[step.thing] == step.node
            if step.what == "withdraw":
                del homes[step.thing]
        elif step.what in UNDOES:
            standing.remove((UNDOES[step.what], step.node, step.other))
        elif step.what in UNDOES.values():
            assert (step.what, step.node, step.other) not in standing
            standing.add((step.what, step.node, step.other))
    assert not standing
