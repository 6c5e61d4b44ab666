"""Shapes of the field sync contract on the wire."""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from dispatch.orders.schemas import KindOut
from dispatch.wire import Instant, Line, LonLat, Wire

OperationKind = Literal[
    "acknowledge", "en_route", "arrive", "start", "verify_meter", "reading", "photo", "leak_test", "note", "signature",
    "complete", "unable", "recall_ack", "hazard", "field_order", "check_in", "break", "end_of_day",
]  # fmt: skip


Count = Annotated[int, Field(ge=0, le=2**31 - 1)]


class OperationIn(Wire):
    op_id: Line
    device_id: Line
    seq: int
    after: str | None = None
    order_id: int | None = None
    visit_id: str | None = None
    kind: OperationKind
    base_version: int | None = None
    occurred_at: Instant
    elapsed_ms: int | None = None
    payload: dict[str, Any] = {}


class OperationsIn(Wire):
    """Up to 100 operations. Each is read apart: one that cannot be read is answered `malformed`, the rest go on."""

    reads_each_apart: ClassVar[bool] = True
    operations: list[dict[str, Any]]
    not_sent: Count = 0
    """How many operations the device holds after this batch."""


class Receipt(Wire):
    op_id: str
    seq: int
    answer: Literal["applied", "duplicate", "held", "waiting", "malformed", "retry"]
    receipt: int | None
    """Receipt number of this device: 1, 2, 3 ... without gaps; None for waiting and retry."""
    chain: str | None
    """Hash over this receipt and the chain before it."""
    received_at: Instant | None
    order_version: int | None
    reason_en: str | None
    reason_es: str | None


class ReceiptsOut(Wire):
    receipts: list[Receipt]
    server_at: Instant
    cursor: int
    """Newest journal number: ask for changes when it is past yours."""


class ReceiptPage(Wire):
    device_id: str
    receipts: list[Receipt]
    count: int
    last_seq: int
    chain: str | None


class RegisterOut(Wire):
    unit: str
    dials: int
    decimals: int
    fixed_zeros: int
    multiplier: str
    last_digits: str | None
    last_read_on: str | None
    active: bool
    expected_low: str | None
    """Digits as the register would show them at the low end of the usual range."""
    expected_high: str | None
    usual_low: str | None
    """Usage in the register's unit."""
    usual_high: str | None
    history: list[tuple[str, str]]
    """(read_on, digits), oldest first, at most 13."""


class FieldMeter(Wire):
    meter_id: int
    service_point_id: int
    serial: str
    endpoint: str | None
    size: str
    position_text: str
    lon: float
    lat: float
    accuracy_m: float
    meter_register: RegisterOut
    others_here: int
    """Other meters at the same parcel: scanning the serial is a must when > 0."""


class ClearanceOut(Wire):
    token: str | None
    """Signed by the server (ES256, compact JWS); None while blocked."""
    issued_at: Instant | None
    expires_at: Instant | None
    result: Literal["pass", "warn", "block"]
    facts_en: list[str]
    facts_es: list[str]


class FieldOrder(Wire):
    """One order as the tablet needs it, whole."""

    order_id: int
    number: str
    kind: str
    state: str
    version: int
    priority: int
    place: str
    city: str
    unit: str | None
    note: str
    reason: str
    hazards: list[dict[str, Any]]
    """{kind, text_en, text_es, noted_on}"""
    contact_name: str
    contact_phone: str
    language: str
    someone_home: bool
    lon: float
    lat: float
    accuracy_m: float
    pin_source: str
    box_text: str
    box_text_es: str = ""
    meters: list[FieldMeter]
    promised_from: Instant | None
    promised_to: Instant | None
    due_on: str
    recalled_at: Instant | None
    recall_en: str | None
    recall_es: str | None
    paid_cents: int | None
    paid_at: Instant | None
    clearance: ClearanceOut | None
    shutoff_digits: str | None
    """RESTORE: the reading at the shutoff; any usage since means tamper."""
    extra: dict[str, Any] = {}


class FieldStop(Wire):
    order_id: int
    position: int
    arrive_at: Instant
    start_at: Instant
    finish_at: Instant
    locked: bool


class FieldDay(Wire):
    """The day package of one crew."""

    on: str
    crew_id: int | None
    crew: str
    letter: str
    people: list[str]
    route_id: int | None
    route_version: int
    published_at: Instant | None
    shift_from: Instant | None
    shift_to: Instant | None
    lunch_from: Instant | None
    lunch_to: Instant | None
    last_shutoff_at: Instant | None
    stops: list[FieldStop]
    line: list[LonLat]
    orders: list[FieldOrder]
    kinds: list[KindOut]
    changes_today: list[dict[str, str]]
    """{en, es}: one sentence for each change after publishing."""
    yard: LonLat
    office_phone: str
    maps: list[dict[str, Any]]
    """{name, url, bytes, sha256} of each map archive."""
    cursor: int
    server_at: Instant


class FieldChanges(Wire):
    """What changed for this crew since the cursor. `whole` = take the day package again."""

    whole: FieldDay | None
    orders: list[FieldOrder]
    gone: list[int]
    """Orders that are no longer this crew's."""
    cursor: int
    server_at: Instant


class ClearanceAsk(Wire):
    order_id: int
    moment: Literal["start", "cut"]


class CodeAsk(Wire):
    """The office reads out a code after the technician's call."""

    order_number: Line
    challenge: Line
    crew: Line


class CodeOut(Wire):
    code: str | None
    expires_at: Instant | None
    result: Literal["pass", "warn", "block"]
    facts_en: list[str]
    facts_es: list[str]


class PositionIn(Wire):
    at: Instant
    lon: float
    lat: float
    accuracy_m: float
    speed_kmh: float | None = None


class PositionsIn(Wire):
    device_id: Line
    positions: list[PositionIn]
    not_sent: Count = 0


class AttachmentOut(Wire):
    sha256: str
    bytes: int
    stored: bool
    """False: `bytes` so far; send the rest with Content-Range."""
