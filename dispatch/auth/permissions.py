"""Who may do what: one table, role x action. What is not in it is denied."""

ROLES = (
    "csr",
    "csr_senior",
    "dispatcher",
    "field_tech",
    "crew_lead",
    "supervisor",
    "cashier",
    "auditor",
    "admin",
)

_OFFICE = {"csr", "csr_senior", "dispatcher", "supervisor", "cashier", "auditor", "admin"}
_FIELD = {"field_tech", "crew_lead"}
_DESK = {"csr", "csr_senior", "dispatcher", "supervisor", "admin"}
_DISPATCH = {"dispatcher", "supervisor", "admin"}

TABLE: dict[str, frozenset[str]] = {
    action: frozenset(roles)
    for action, roles in {
        "places.search": _OFFICE | _FIELD,
        "customers.see": _DESK | {"cashier", "auditor"},
        "sheets.manage": {"csr_senior", "supervisor", "admin"},
        "pins.note": _DESK,
        "places.name": _DESK,
        "orders.see": _OFFICE | _FIELD,
        "orders.open": _DESK,
        "orders.cancel": _DESK,
        "orders.hold": {"csr_senior", *_DISPATCH},
        "orders.override": {"csr_senior", "supervisor", "admin"},
        "payments.record": {"cashier", "csr", "csr_senior", "supervisor", "admin"},
        "holds.place": {"csr", "csr_senior", "supervisor", "admin"},
        "reviews.see": {"csr_senior", "dispatcher", "supervisor", "auditor", "admin"},
        "reviews.decide": {"csr_senior", "supervisor", "admin"},
        "codes.give": {"csr_senior", *_DISPATCH},
        "routes.see": _OFFICE,
        "routes.plan": _DISPATCH,
        "routes.publish": _DISPATCH,
        "routes.move": _DISPATCH,
        "board.see": _OFFICE,
        "board.names": _DESK,
        "field.work": _FIELD,
        "journal.see": {"auditor", "supervisor", "admin"},
        "people.manage": {"admin"},
        "gis.read": _OFFICE | {"crew_lead"},
        "day.export": {*_DISPATCH, "auditor"},
        "maps.build": {"supervisor", "admin"},
    }.items()
}


def allowed(*, role: str, action: str) -> bool:
    """True when the table says so."""
    return role in TABLE.get(action, frozenset())


def of(role: str) -> list[str]:
    """All actions of a role, sorted."""
    return sorted(action for action, roles in TABLE.items() if role in roles)
