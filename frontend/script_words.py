"""The few sentences our scripts say. Places in braces are filled in the browser."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext as _

from frontend import times
from frontend.flags import TOPIC_WORDS


def sentences() -> dict[str, str]:
    """By key, in the reader's language."""
    now = timezone.localtime()
    moment = {"moment": f"{times.when_words(now)} ({times.zone_words(now.tzinfo or timezone.get_default_timezone())})"}
    return {
        # A page that is shown again later says when it was made.
        "kept_offline": _("You are offline. This is how the page looked on %(moment)s.") % moment,
        "kept_away": _("We cannot reach this node. This is how the page looked on %(moment)s.") % moment,
        "kept_again": _("Try again"),
        "kept_not_sent": _(
            "Nothing was sent, because there is no network. Leave this page open and send it again later."
        ),
        "live_one": _("New on this page: {title}."),
        "live_many": _("{count} new things on this page."),
        "live_away": _("The live connection is interrupted. We are trying again."),
        "live_back": _("The live connection is back. This page is up to date."),
        "map_jump": _("Go to the map"),
        "map_label": _("Map of the things in the list"),
        "map_controls": _("Move the map"),
        "map_credit": _(
            "Borders: Natural Earth. Boroughs: contains National Statistics and Ordnance Survey data "
            "© Crown copyright and database right 2015."
        ),
        "map_count": _("{count} things here. Look closer."),
        "map_from": _("from {node}"),
        "map_close": _("Close"),
        "map_all": _("Show everything"),
        "map_closer": _("Look closer"),
        "map_further": _("See more around"),
        "map_north": _("Go north"),
        "map_south": _("Go south"),
        "map_east": _("Go east"),
        "map_west": _("Go west"),
        "map_up": _("Move up"),
        "map_down": _("Move down"),
        "map_left": _("Move left"),
        "map_right": _("Move right"),
        "start_unknown": _("Your browser does not say where you are. Choose an area instead."),
        "near_looking": _("Asking your browser where you are…"),
        "near_forgotten": _("This browser has forgotten the area."),
        "near_away": _("We could not look what is near just now. Try again later."),
        "writing_none": _("We have nothing to remark on."),
        "writing_count": _("Hints for you: {count}. You decide what to take from them."),
        "writing_failed": _("Your words could not be looked at now. You can publish all the same."),
        "writing_dismiss": _("Not this one"),
        "legend": _("What the flags mean"),
        **{f"topic_{slug}": str(word) for slug, word in TOPIC_WORDS.items()},
        "network_jump": _("Go to the network"),
        "network_label": _("Network of the things in the list. Use the arrow keys to go from one to the next."),
        "network_controls": _("Move the network"),
        "network_node": _("{title}, {kind}, linked with {count}"),
        "whole_draw": _("Draw the whole network"),
        "whole_coming": _("The whole network is coming…"),
        "whole_cannot": _("Your browser cannot draw so many things. What is linked best stays drawn."),
        "whole_failed": _("The whole network could not be drawn just now. Try again later."),
        "whole_not_yet": _("The whole network is still being laid out. Try again in ten minutes."),
        "whole_label": _("The whole network. Arrow keys move it, plus and minus go closer and further away."),
        "whole_count": _("You see all {count} things that are related to others."),
        "whole_count_left": _("You see {count} things, those that were linked last. {left} more do not fit."),
        "whole_find": _("Find a thing by its name"),
    }
