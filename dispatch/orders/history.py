"""The life of an order in words: one line a journal entry."""

from dispatch.journal import models
from dispatch.orders import lifecycle, schemas

_WORDS: dict[str, tuple[str, str]] = {
    "OrderOpened": ("Opened", "Abierta"),
    "OrderCancelled": ("Cancelled: {reason}", "Cancelada: {reason}"),
    "OrderHeld": ("Held: {reason}", "En espera: {reason}"),
    "OrderReleased": ("Released: {reason}", "Liberada: {reason}"),
    "OrderDayChosen": (
        "The planner chose {to_on}, {from_on} before",
        "El planificador eligió {to_on}, antes {from_on}",
    ),
    "OrderRecalled": ("Recalled: {reason_en}", "Retirada: {reason_en}"),
}


def line(entry: models.JournalEntry) -> schemas.HistoryLine:
    """One line of an order's history."""
    data = entry.data or {}
    if entry.name in _WORDS:
        en, es = (
            text.format_map({key: data.get(key, "") for key in ("reason", "reason_en", "from_on", "to_on")})
            for text in _WORDS[entry.name]
        )
    elif "state" in data and data["state"] in lifecycle.STATES:
        row = lifecycle.STATES[data["state"]]
        en, es = row.name_en, row.name_es
    else:
        en = es = "".join(" " + c.lower() if c.isupper() else c for c in entry.name).strip().capitalize()
    return schemas.HistoryLine(at=entry.at, who=entry.actor, text_en=en, text_es=es)
