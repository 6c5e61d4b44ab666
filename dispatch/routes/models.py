"""Plans of a day, the routes of its crews, their stops, and every order that could not be planned."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from dispatch.db.base import Base, Json, JsonDict, JsonList, UtcDateTime


class DayPlan(Base):
    """One run of the planner over one day."""

    __tablename__ = "day_plan"
    __table_args__ = (
        CheckConstraint(
            "status IN ('queued','reading','travel','solving','saving','draft','published','failed','superseded')",
            name="status",
        ),
        Index("ix_day_plan_on_day", "on_day"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    on_day: Mapped[date]
    status: Mapped[str] = mapped_column(String(12), default="queued")
    progress: Mapped[float] = mapped_column(default=0.0)
    seconds_allowed: Mapped[int] = mapped_column(default=20)
    requested_by: Mapped[str] = mapped_column(String(80))
    requested_at: Mapped[datetime] = mapped_column(UtcDateTime)
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    inputs_hash: Mapped[str | None] = mapped_column(String(64))
    seed: Mapped[int] = mapped_column(default=1)
    iterations: Mapped[int | None]
    seconds: Mapped[float | None]
    travel_s: Mapped[int | None]
    orders: Mapped[int] = mapped_column(default=0)
    planned: Mapped[int] = mapped_column(default=0)
    crews: Mapped[int] = mapped_column(default=0)
    error_en: Mapped[str | None] = mapped_column(Text)
    error_es: Mapped[str | None] = mapped_column(Text)
    pins_from_id: Mapped[int | None]
    """The draft that this plan takes the place of: what a person moved there stays with its crew."""


class Route(Base):
    """One crew's ordered stops of one day."""

    __tablename__ = "route"
    __table_args__ = (
        UniqueConstraint("plan_id", "crew_id"),
        CheckConstraint("status IN ('draft','published','superseded')", name="status"),
        Index("ix_route_on_day", "on_day"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("day_plan.id"))
    crew_id: Mapped[int] = mapped_column(ForeignKey("crew.id"), index=True)
    on_day: Mapped[date]
    status: Mapped[str] = mapped_column(String(12), default="draft")
    version: Mapped[int] = mapped_column(default=1)
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    lunch_from_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    lunch_to_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finish_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    travel_s: Mapped[int] = mapped_column(default=0)
    changes_used: Mapped[int] = mapped_column(default=0)
    line: Mapped[JsonList] = mapped_column(Json, default=list)


class RouteStop(Base):
    __tablename__ = "route_stop"
    __table_args__ = (UniqueConstraint("plan_id", "order_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("day_plan.id"))
    route_id: Mapped[int] = mapped_column(ForeignKey("route.id"), index=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("service_order.id"), index=True)
    position: Mapped[int]
    arrive_at: Mapped[datetime] = mapped_column(UtcDateTime)
    start_at: Mapped[datetime] = mapped_column(UtcDateTime)
    finish_at: Mapped[datetime] = mapped_column(UtcDateTime)
    locked: Mapped[bool] = mapped_column(default=False)
    pinned: Mapped[bool] = mapped_column(default=False)
    """A person put it on this crew's route: no planner takes it from there."""
    why: Mapped[JsonDict | None] = mapped_column(Json)
    """Why it is not with the crew that is nearer or had it (`why_here.Why`); None where nobody would ask."""


class UnplannedOrder(Base):
    """An order due that day that is on no route, with the reason why."""

    __tablename__ = "unplanned_order"
    __table_args__ = (UniqueConstraint("plan_id", "order_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("day_plan.id"))
    order_id: Mapped[int] = mapped_column(ForeignKey("service_order.id"), index=True)
    code: Mapped[str] = mapped_column(String(40))
    facts: Mapped[JsonDict] = mapped_column(Json, default=dict)


class RouteChange(Base):
    """A change after publishing, in one sentence for the crew."""

    __tablename__ = "route_change"
    id: Mapped[int] = mapped_column(primary_key=True)
    crew_id: Mapped[int] = mapped_column(ForeignKey("crew.id"))
    on_day: Mapped[date]
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by: Mapped[str] = mapped_column(String(80))
    text_en: Mapped[str] = mapped_column(String(200))
    text_es: Mapped[str] = mapped_column(String(200))
    __table_args__ = (Index("ix_route_change_crew_id_on_day", "crew_id", "on_day"),)


class ReplanPolicy(Base):
    """What a plan in force is changed for, and what a change costs. Without a row the defaults hold."""

    __tablename__ = "replan_policy"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    at_once: Mapped[JsonList] = mapped_column(Json)
    """Causes (`causes.CODES`) whose changes go to the crews at once; those of the others wait as a proposal."""
    change_price_s: Mapped[int]
    """What a change of one crew costs after publishing, in seconds of driving."""
    search_s: Mapped[float]
    """How long the free search may take where putting new work between the stops is not enough."""


class Replan(Base):
    """One time that a plan in force was looked at again: for which events, and what came of it.

    While it waits further events of the day join it (`waiting_key` is unique); one at a time works on a day
    (`working_key` is unique).
    """

    __tablename__ = "replan"
    __table_args__ = (
        CheckConstraint("status IN ('waiting','working','done','failed')", name="status"),
        CheckConstraint("outcome IN ('published','proposed','nothing')", name="outcome"),
        Index("ix_replan_on_day", "on_day"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    on_day: Mapped[date]
    at_once: Mapped[bool]
    status: Mapped[str] = mapped_column(String(10), default="waiting")
    waiting_key: Mapped[str | None] = mapped_column(String(20), unique=True)
    working_key: Mapped[str | None] = mapped_column(String(20), unique=True)
    causes: Mapped[JsonList] = mapped_column(Json, default=list)
    """[{code, order_id, crew_id, at}]"""
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    begun_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    tries: Mapped[int] = mapped_column(default=0)
    outcome: Mapped[str | None] = mapped_column(String(10))
    plan_id: Mapped[int | None] = mapped_column(ForeignKey("day_plan.id"), index=True)
    """The plan that holds the changes: sent already, or a draft that proposes them."""
    changes: Mapped[JsonList] = mapped_column(Json, default=list)
    """[{order_id, from_crew_id, to_crew_id, why, over, text_en, text_es, lost_en, lost_es, got_en, got_es}]"""
    left: Mapped[JsonList] = mapped_column(Json, default=list)
    """Orders of the event that found no place, by id."""
    in_force: Mapped[int] = mapped_column(default=0)
    stayed: Mapped[int] = mapped_column(default=0)
    """Orders that were with a crew, and how many of them stay with it."""
    seconds: Mapped[float | None]
    text_en: Mapped[str] = mapped_column(Text, default="")
    text_es: Mapped[str] = mapped_column(Text, default="")


class Trial(Base):
    """A day as it could be beside the day as it is: what was asked, and the figures of both. Changes no plan."""

    __tablename__ = "trial"
    __table_args__ = (CheckConstraint("status IN ('queued','working','done','failed')", name="status"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    on_day: Mapped[date]
    options: Mapped[JsonDict] = mapped_column(Json)
    status: Mapped[str] = mapped_column(String(10), default="queued")
    progress: Mapped[float] = mapped_column(default=0.0)
    asked_by: Mapped[str] = mapped_column(String(80))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    figures: Mapped[JsonDict] = mapped_column(Json)
    """{"now": {...}, "then": {...}}, as `what_if.Figures`."""
    error_en: Mapped[str | None] = mapped_column(Text)
    error_es: Mapped[str | None] = mapped_column(Text)
