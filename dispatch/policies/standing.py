"""What is known of an account, its premise and its place at one moment: the only input of the rules besides time.

All values are frozen and carry no session. Days (`_on`) are local days of the utility, instants (`_at`) are UTC-aware.
Money is integer cents.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

ServedBy = Literal["MAIL", "POST", "HAND", "EMAIL"]
Recipient = Literal["CUSTOMER", "OCCUPANT", "TENANTS", "THIRD_PARTY"]
NoticeKind = Literal["DELINQUENCY", "SHUTOFF_48H", "FINAL_PLAN", "TENANT", "TERMINATION", "THIRD_PARTY", "IMMINENT"]
HoldKind = Literal["DISPUTE", "MEDICAL", "PLAN", "APPEAL", "BANKRUPTCY", "OFFICE"]


@dataclass(frozen=True, kw_only=True)
class UnpaidBill:
    """A bill with something still owed."""

    bill_id: int
    mailed_on: date
    due_on: date
    unpaid_cents: int
    estimated: bool = False
    received_on: date | None = None


@dataclass(frozen=True, kw_only=True)
class Notice:
    """A notice served. `contents` names its parts (see `wording.WORDS`); `returned` = came back undeliverable."""

    kind: NoticeKind
    served_at: datetime
    served_by: ServedBy = "MAIL"
    recipient: Recipient = "CUSTOMER"
    to_service_address: bool = False
    contents: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset({"en"})
    returned: bool = False


@dataclass(frozen=True, kw_only=True)
class Contact:
    """A try to speak with an adult. `offered` names what was offered on the call."""

    at: datetime
    method: Literal["PHONE", "VISIT"]
    reached: Literal["HOLDER", "ADULT", "NOBODY"]
    by: str = ""
    offered: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A payment plan (amortization, alternative schedule, deferral, reduction). Kept while both dates are None."""

    started_on: date
    broken_on: date | None = None
    current_unpaid_since_on: date | None = None
    parts: int = 0
    parts_kept: int = 0

    @property
    def kept(self) -> bool:
        return self.broken_on is None and self.current_unpaid_since_on is None


@dataclass(frozen=True, kw_only=True)
class Appeal:
    """An appeal or a dispute of the bill. Open until `decided_on`."""

    filed_on: date
    decided_on: date | None = None


@dataclass(frozen=True, kw_only=True)
class ReviewRequest:
    """A complaint about a bill or a request for more time. Open until a review manager has looked at it."""

    kind: Literal["COMPLAINT", "EXTENSION"]
    received_on: date
    bill_received_on: date | None = None
    notice_mailed_on: date | None = None
    reviewed_on: date | None = None


@dataclass(frozen=True, kw_only=True)
class MedicalClaim:
    """The three parts of a medical claim. `program` is one of the assistance programs that prove need by themselves."""

    noted_on: date
    provider_certificate: bool = False
    program: str | None = None
    income_under_200_fpl: bool = False
    willing_to_plan: bool = False


@dataclass(frozen=True, kw_only=True)
class Hold:
    """A hold that a person put on the account. Open while `until_on` is None or not yet past."""

    kind: HoldKind
    since_on: date
    until_on: date | None = None
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class AreaHold:
    """A hold over an area (heat, smoke, freeze, boil notice): which kinds it stops and when."""

    name: str
    kinds: frozenset[str]
    from_on: date
    until_on: date | None = None


@dataclass(frozen=True, kw_only=True)
class OpenOrder:
    """Another open order: at the same service point (`distance_ft` None) or near by."""

    number: str
    kind: str
    distance_ft: int | None = None


@dataclass(frozen=True, kw_only=True)
class Weather:
    """Nearest weather station, degrees F. `emergency_ends_on`: second business day above the limit, if known."""

    high_yesterday_f: float
    forecast_high_f: float
    emergency_ends_on: date | None = None


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Everything the rules may ask about. Every field has a harmless default, so that a test names only what matters.

    `asked_at`: when the request reached the utility (for notice before work); the moment judged when left None.
    `requested_by`: HOLDER, AUTHORISED, OWNER, OTHER or UNKNOWN, for work that a person asked for.
    `account_state`: NONE, PENDING, ACTIVE, SOFT_CLOSED, CLOSED. `valve_state` as in the glossary (ON, OFF_LOCKED ...).
    `shared_line`: closing this point also stops the water of others. `units_served`: dwellings behind the meter.
    """

    customer_class: str = "RESIDENTIAL"
    service_type: str = "DOMESTIC"
    account_state: str = "ACTIVE"
    valve_state: str = "ON"
    has_meter: bool = True
    past_due_cents: int = 0
    unpaid_bills: tuple[UnpaidBill, ...] = ()
    owed_by_others_cents: int = 0
    guarantee_demanded: bool = False
    language: str = "en"
    notices: tuple[Notice, ...] = ()
    contacts: tuple[Contact, ...] = ()
    mailing_differs: bool = False
    plan: Plan | None = None
    appeals: tuple[Appeal, ...] = ()
    disputes: tuple[Appeal, ...] = ()
    extension_until_on: date | None = None
    review_requests: tuple[ReviewRequest, ...] = ()
    medical: MedicalClaim | None = None
    holds: tuple[Hold, ...] = ()
    area_holds: tuple[AreaHold, ...] = ()
    owner_is_customer: bool = False
    tenants_live_here: bool = False
    units_served: int = 1
    shared_line: bool = False
    third_party_named: bool = False
    pledge_cents: int = 0
    pledge_due_on: date | None = None
    critical: tuple[str, ...] = ()
    low_income: bool = False
    restore_owed: bool = False
    restore_info_given_at: datetime | None = None
    weather: Weather | None = None
    open_orders: tuple[OpenOrder, ...] = ()
    requested_by: str = "UNKNOWN"
    asked_at: datetime | None = None

    @property
    def oldest_bill(self) -> UnpaidBill | None:
        """The unpaid bill that has been due longest, or None."""
        return min(self.unpaid_bills, key=lambda bill: (bill.due_on, bill.bill_id), default=None)
