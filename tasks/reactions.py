"""Which events start which jobs. Every event of the house stands in exactly one of the two tables."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Reaction:
    """A job that an event starts, with its arguments taken from the event's data. None as arguments: not this time."""

    job: str
    values: Callable[[Mapping[str, Any]], dict[str, Any] | None]


def _one(name: str) -> Callable[[Mapping[str, Any]], dict[str, Any] | None]:
    def take(data: Mapping[str, Any]) -> dict[str, Any] | None:
        value = data.get(name)
        return None if value is None else {name: int(value)}

    return take


PLAN = Reaction(job="routes.plan_day", values=_one("plan_id"))
FIND_ORDER = Reaction(job="search.index_order", values=_one("order_id"))
FIND_ACCOUNT = Reaction(job="search.index_account", values=_one("account_id"))

TRIAL = Reaction(job="routes.try_day", values=_one("trial_id"))
CAME = Reaction(job="routes.order_came", values=_one("order_id"))
FELL_AWAY = Reaction(job="routes.order_fell_away", values=_one("order_id"))
CREW_ENDED = Reaction(job="routes.crew_ended", values=_one("crew_id"))
MAPS = Reaction(job="maps.build_archive", values=_one("build_id"))


def _visit(data: Mapping[str, Any]) -> dict[str, Any] | None:
    return {"visit_id": str(data["visit_id"])} if data.get("visit_id") else None


PIN = Reaction(job="pins.take_visit", values=_visit)
PAGES = Reaction(job="sheets.make_pages", values=_one("upload_id"))

REACTIONS: dict[str, tuple[Reaction, ...]] = {
    "PlanRequested": (PLAN,),
    "OrderOpened": (FIND_ORDER, CAME),
    "OrderCancelled": (FIND_ORDER, FELL_AWAY),
    "VisitPosted": (FIND_ORDER, PIN),
    "TrialAsked": (TRIAL,),
    "OrderReleased": (CAME,),
    "OrderHeld": (FELL_AWAY,),
    "OrderRecalled": (FELL_AWAY,),
    "ShiftEnded": (CREW_ENDED,),
    "SheetUploaded": (PAGES,),
    "MapBuildAsked": (MAPS,),
    "AccountClosed": (FIND_ACCOUNT,),
    "ServiceStarted": (FIND_ACCOUNT,),
}
SILENT: frozenset[str] = frozenset(
    {
        # Told by the stream and read by tablets; nothing is left to do for a job.
        "OrderAssigned", "OrderMoved", "OrderDayChosen",
        "PlanDrafted", "PlanFailed", "PlanPublished", "RoutePublished", "RouteWithdrawn", "RouteChanged", "DraftChanged",
        "ReplanAsked", "DayReplanned", "TrialEnded", "DurationsLearned",
        "VisitStep", "VisitFact", "VisitEnded", "ReviewOpened", "ReviewDecided", "RecallUnanswered",
        "CrewCheckedIn", "CrewOnBreak",
        "FieldOperationJudged", "FieldOperationHeld", "HeldOperationDecided", "ShutoffCrossed", "HazardTold",
        "AttachmentStored", "SheetPagesMade", "SheetRefused", "SheetPlaced", "SheetDescribed",
        "PinMeasured", "PinNoted", "PlaceNamed",
        "MapArchiveBuilt", "MapBuildFailed",
        # On record for the auditor.
        "ClearanceIssued", "ClearanceRefusedByRules", "CodeGiven", "ValveTurned", "ReadingRecorded", "ReadingDecided",
        "LoggedIn", "LoggedOut", "DeviceEnrolled", "PersonAdded", "AccessTokenMade", "AccessTokenRevoked",
        "PaymentRecorded", "HoldPlaced", "ServiceStopped", "ServiceRestored", "Charged", "NoticeServed",
    }
)  # fmt: skip
