"""The `@context` of every document of ours.

By URL only what everybody bundles; every other term inline, so that no peer has to fetch a context from us.
A kind that sends a new property adds its term here. FEP-8a8e is pinned at its draft of 2025-04-23, FEP-0837
as of 2023-10: a mapping changes here and in the kind's `federated` module, nowhere else.
"""

from typing import Any, Final

ACTIVITYSTREAMS: Final = "https://www.w3.org/ns/activitystreams"
SECURITY: Final = "https://w3id.org/security/v1"
DATA_INTEGRITY: Final = "https://w3id.org/security/data-integrity/v1"
CONTROLLED_IDENTIFIERS: Final = "https://www.w3.org/ns/cid/v1"

Terms = dict[str, Any]


def _plain(prefix: str, names: str) -> Terms:
    return {name: f"{prefix}{name}" for name in names.split()}


def _links(prefix: str, names: str, **more: str) -> Terms:
    """Terms whose values are IRIs. Without this, a plain string there makes Fedify throw (FEP-0837)."""
    return {name: {"@id": f"{prefix}{name}", "@type": "@id", **more} for name in names.split()}


PREFIXES: Terms = {
    "toot": "http://joinmastodon.org/ns#",
    "mz": "https://joinmobilizon.org/ns#",
    "sc": "http://schema.org#",
    "vf": "https://w3id.org/valueflows/ont/vf#",
    "om2": "http://www.ontology-of-units-of-measure.org/resource/om-2/",
    "ical": "http://www.w3.org/2002/12/cal/ical#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "prov": "http://www.w3.org/ns/prov#",
    "fep8a8e": "https://w3id.org/fep/8a8e/",
    "flotilla": "urn:flotilla:ns:",
}

FEDIVERSE: Terms = (
    _plain("as:", "Hashtag sensitive manuallyApprovesFollowers")
    | _links("as:", "movedTo")
    | _plain("toot:", "discoverable indexable")
    | _links("toot:", "featured")
    | _links("https://w3id.org/fep/844e#", "implements", **{"@container": "@set"})
    | _links("https://w3id.org/fep/bad1/", "history")
)

# FEP-8a8e and Mobilizon. `category` is a list so that its order is kept.
EVENTS: Terms = (
    _plain(
        "fep8a8e:",
        "joinMode timezone organizers attendees externalParticipationUrl VirtualLocation EventCancelled"
        " EventMovedOnline EventPostponed EventRescheduled EventScheduled EventTentative",
    )
    | _links("fep8a8e:", "upcomingEvents")
    | {
        "displayEndTime": {
            "@id": "fep8a8e:displayEndTime",
            "@type": "http://www.w3.org/2001/XMLSchema#boolean",
        },
        "eventStatus": {"@id": "fep8a8e:eventStatus", "@type": "@vocab"},
        "previousStartTime": {
            "@id": "fep8a8e:previousStartTime",
            "@type": "http://www.w3.org/2001/XMLSchema#dateTime",
        },
        "category": {"@id": "fep8a8e:category", "@container": "@list"},
    }
    | _plain(
        "mz:",
        "openness participationMessage participantCount isOnline anonymousParticipationEnabled memberCount",
    )
    | _links("mz:", "members")
)

SCHEMA_ORG: Terms = _plain(
    "sc:",
    "address PostalAddress streetAddress addressLocality addressRegion postalCode addressCountry"
    " maximumAttendeeCapacity remainingAttendeeCapacity inLanguage openingHours identifier propertyID"
    " PropertyValue value amount MonetaryAmount currency minValue maxValue applicationDeadline"
    " isAccessibleForFree creditText caption lastReviewed reviewedBy startDate endDate",
) | _links("sc:", "additionalType funder license isBasedOn parentOrganization memberOf")

# FEP-0837.
EXCHANGE: Terms = (
    _plain(
        "vf:",
        "Proposal Intent Agreement Commitment EconomicEvent action purpose unitBased publishes reciprocal"
        " resourceQuantity availableQuantity effortQuantity stipulates stipulatesReciprocal",
    )
    | _links("vf:", "resourceConformsTo satisfies clauseOf provider receiver inScopeOf")
    | _plain("om2:", "hasUnit hasNumericalValue")
)

KNOWLEDGE: Terms = (
    _links("skos:", "broader narrower related exactMatch closeMatch broadMatch narrowMatch relatedMatch inScheme")
    | {
        "prefLabel": {"@id": "skos:prefLabel", "@container": "@language"},
        "altLabel": {"@id": "skos:altLabel", "@container": "@language"},
    }
    | _plain("skos:", "changeNote")
    | _links("prov:", "wasDerivedFrom")
)

OURS: Terms = _plain(
    "flotilla:",
    "version kinds languages licence website source_name practice catalogue digest audienceScope direction"
    " support capacity role area origin position last reviewAt frequency"
    " template stages accessibility demo peers peering state reasons term step awardDate status"
    " whoCanApply howToApply effortHours services giveBack accessNote signed experience ways"
    " contact reportHandling reason left needTitle offerTitle conflictOfInterest reply outcome thanks mayShow"
    " shape moduleSize supervisor output ethics safeguarding opens openedBy hoursLeft professionalBody doneWith"
    " aim goals goal Goal text target unit decisions sharing parties number roundEnds adopted answers stance"
    " reached evidence subject motivation roles tables brings needs harbour asks dissolved harvest"
    " needed covered inCharge outcomeState outcomeOn"
    " transactionType lentBy longest howMany lendsTo terms taken"
    " limit cap Clearing booked balance waiting transfers wanted",
) | _links("flotilla:", "topics axis mandate need offer group parentGroup supersedes ships peerBank")

TERMS: Final[Terms] = PREFIXES | FEDIVERSE | EVENTS | SCHEMA_ORG | EXCHANGE | KNOWLEDGE | OURS

CONTEXT: Final[list[Any]] = [ACTIVITYSTREAMS, SECURITY, CONTROLLED_IDENTIFIERS, TERMS]
"""For every object and actor of ours."""

PROOF_CONTEXT: Final[list[Any]] = [ACTIVITYSTREAMS, SECURITY, CONTROLLED_IDENTIFIERS, DATA_INTEGRITY, TERMS]
"""For documents that carry a FEP-8b32 proof."""
