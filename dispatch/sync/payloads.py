"""What each kind of operation must carry. Unknown fields are kept, not refused: a newer tablet may send more."""

from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from dispatch import wire
from dispatch.sync import schemas
from dispatch.wire import Instant, LonLat

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
ShortText = Annotated[str, StringConstraints(max_length=200)]
LongText = Annotated[str, StringConstraints(max_length=4000)]
RowId = Annotated[int, Field(ge=1, le=2**31 - 1)]
Uuid = Annotated[str, StringConstraints(pattern=r"^[0-9a-fA-F-]{8,36}$")]
Seq = Annotated[int, Field(ge=1, le=2**31 - 1)]
ValveState = Literal[
    "ON", "OFF_LOCKED", "OFF_UNLOCKED", "OFF_PLUGGED", "METER_PULLED", "OFF_AT_MAIN", "RESTRICTED", "UNKNOWN"
]
Tested = Literal["moving", "stopped", "not_tested"]


class Payload(BaseModel):
    model_config = ConfigDict(extra="allow", frozen=True)


class Envelope(schemas.OperationIn):
    """An operation with the bounds that the log needs."""

    op_id: Uuid
    device_id: Uuid
    seq: Seq
    after: Uuid | None = None
    order_id: RowId | None = None
    visit_id: Uuid | None = None
    base_version: Annotated[int, Field(ge=0, le=2**31 - 1)] | None = None
    elapsed_ms: Annotated[int, Field(ge=0, le=2**53)] | None = None


class Nothing(Payload):
    pass


class Arrive(Payload):
    lon: float | None = None
    lat: float | None = None
    accuracy_m: float | None = None


class Start(Payload):
    clearance: str | None = None


class VerifyMeter(Payload):
    service_point_id: int | None = None
    meter_id: int | None = None
    serial_seen: ShortText
    how: Literal["scan", "typed"] = "typed"
    matches: bool
    lon: Annotated[float, Field(ge=-180, le=180)] | None = None
    """Where the tablet is while the serial is read: at the box."""
    lat: Annotated[float, Field(ge=-90, le=90)] | None = None
    accuracy_m: Annotated[float, Field(ge=0)] | None = None


class Reading(Payload):
    meter_id: int
    digits: Annotated[str, StringConstraints(max_length=16)]
    zero_confirmed: bool = False
    confirmed_reason: LongText | None = None
    photo: Sha256 | None = None
    role: Literal["final", "initial", "check", "leak_a", "leak_b", "verify"]


class Photo(Payload):
    sha256: Sha256
    bytes: Annotated[int, Field(ge=0, le=2**31 - 1)]
    what: Literal["register", "lock", "tag", "site", "leak"]
    taken_at: Instant | None = None


class LeakTest(Payload):
    digits_a: ShortText
    at_a: Instant
    digits_b: ShortText
    at_b: Instant
    house_valve: Tested = "not_tested"
    irrigation: Tested = "not_tested"
    dye: list[dict[str, Any]] = []
    utility_side_wet: bool = False
    psi_static: int | None = None
    psi_flowing: int | None = None
    where: ShortText | None = None
    advice: LongText = ""


class Note(Payload):
    text: LongText


class Signature(Payload):
    svg: Annotated[str, StringConstraints(max_length=100_000)]


class Hazard(Payload):
    kind: ShortText
    text: LongText = ""
    present: bool = True


class Code(Payload):
    challenge: ShortText
    code: ShortText


class Complete(Payload):
    disposition: Annotated[str, StringConstraints(max_length=30)]
    valve_found: ValveState | None = None
    valve_left: ValveState | None = None
    seal_no: ShortText | None = None
    clearance: str | None = None
    code: Code | None = None
    started_at: Instant
    finished_at: Instant
    cut_at: Instant | None = None
    contacted: bool = False
    adult_present: bool | None = None
    flow_gal: ShortText | None = None
    flow_s: int | None = None
    tag_left: bool | None = None


class Unable(Payload):
    disposition: Annotated[str, StringConstraints(max_length=30)]
    photo: Sha256 | None = None
    note: LongText = ""


class RecallAck(Payload):
    answer: Literal["stopped", "already_off"]


class FieldOrder(Payload):
    kind: ShortText
    note: LongText = ""
    lon: float
    lat: float
    property_ref: ShortText | None = None

    @property
    def place(self) -> LonLat:
        return (self.lon, self.lat)


class Break(Payload):
    minutes: Annotated[int, Field(ge=0, le=24 * 60)]


class EndOfDay(Payload):
    counted: int | None = None
    battery: float | None = None


SHAPES: dict[str, type[Payload]] = {
    "acknowledge": Nothing,
    "en_route": Nothing,
    "arrive": Arrive,
    "start": Start,
    "verify_meter": VerifyMeter,
    "reading": Reading,
    "photo": Photo,
    "leak_test": LeakTest,
    "note": Note,
    "signature": Signature,
    "hazard": Hazard,
    "complete": Complete,
    "unable": Unable,
    "recall_ack": RecallAck,
    "field_order": FieldOrder,
    "check_in": Nothing,
    "break": Break,
    "end_of_day": EndOfDay,
}
OF_A_VISIT: frozenset[str] = frozenset(
    {
        "en_route", "arrive", "start", "verify_meter", "reading", "photo", "leak_test", "note", "signature", "complete",
        "unable",
    }
)  # fmt: skip
"""Kinds that mean nothing without a visit and its order."""


AHEAD = timedelta(minutes=2)
HALF_DAY = timedelta(hours=12)


class CannotRead(ValueError):  # noqa: N818 - named like the refusals of the house
    """The bytes are no operation; the message says where."""


def read(*, raw: dict[str, Any], device_id: str) -> tuple[Envelope, Payload]:
    """The operation and its payload, or CannotRead with every place at fault."""
    found = wire.unkept(raw)
    if found:
        raise CannotRead("; ".join(f"{place}: {words}" for place, words, _ in found[:8]))
    try:
        envelope = Envelope.model_validate(raw)
        payload = SHAPES[envelope.kind].model_validate(envelope.payload)
    except ValidationError as fault:
        places = [f"{'.'.join(str(part) for part in one['loc'])}: {one['msg']}" for one in fault.errors()[:8]]
        raise CannotRead("; ".join(places)) from None
    if envelope.device_id != device_id:
        raise CannotRead("device_id: belongs to another tablet")
    if envelope.kind in OF_A_VISIT and (envelope.visit_id is None or envelope.order_id is None):
        raise CannotRead(f"visit_id, order_id: {envelope.kind} belongs to a visit")
    if envelope.kind in ("acknowledge", "recall_ack") and envelope.order_id is None:
        raise CannotRead(f"order_id: {envelope.kind} belongs to an order")
    return envelope, payload


def placed_at(
    *, occurred_at: datetime, received_at: datetime, heard_at: datetime | None, elapsed_ms: int | None
) -> datetime:
    """When it happened on the server's clock.

    The device's clock is believed unless it shows a time that cannot be: the future, or more than half a day away from
    the last contact plus the device's monotonic clock. Then the monotonic clock places it, never after its receipt.
    (A tablet that was silent for days has the right time: only an old instant beside a fresh contact is wrong.)
    """
    counted = None if heard_at is None or elapsed_ms is None else heard_at + timedelta(milliseconds=elapsed_ms)
    if occurred_at > received_at + AHEAD:
        return received_at if counted is None else min(counted, received_at)
    fresh = counted is not None and received_at - HALF_DAY <= counted <= received_at
    if counted is not None and fresh and elapsed_ms is not None and elapsed_ms < HALF_DAY.total_seconds() * 1000:
        return counted if counted - occurred_at > HALF_DAY else min(occurred_at, received_at)
    return min(occurred_at, received_at)
