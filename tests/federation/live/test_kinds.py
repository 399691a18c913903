"""Every kind of thing, from its form on one node to its tombstone on the other."""

from __future__ import annotations

import pytest

from tests.federation.live.kinds import KINDS, STEPS
from tests.federation.live.kinds_story import Story

pytestmark = pytest.mark.live


def test_every_kind_is_published_read_joined_edited_left_and_withdrawn_across_two_nodes(pair):
    story = Story(pair, KINDS, in_turn=True)
    story.tell()
    assert not story.failures, "\n".join(story.failures)
    assert all(sum(story.seen(kind, step)[1] for kind in KINDS) for step in STEPS), "a step that nothing took"
