"""The table of dispositions: every way a visit can end, and what each asks for and leads to."""

from dataclasses import dataclass
from typing import Any

from dispatch.orders.kinds.kind import Outcome


@dataclass(frozen=True, kw_only=True)
class Disposition:
    """One way a visit ends.

    `counts_as_complete`: the order has got what it was opened for. `applies_kind`: the kind's own account effect
    follows (else none). `requires_*`: what the visit must bring back, on top of the kind's form. `fee_code`: charged
    unless a rule says otherwise. `follow_up_kind`: order to open next.
    """

    code: str
    name_en: str
    name_es: str
    outcome: Outcome = "complete"
    counts_as_complete: bool = False
    applies_kind: bool = False
    requires_read: bool = False
    requires_photo: bool = False
    requires_seal: bool = False
    fee_code: str | None = None
    follow_up_kind: str | None = None
    review: bool = False

    @property
    def account_effect(self) -> str:
        return "KIND" if self.applies_kind else "NONE"

    def as_json(self) -> dict[str, Any]:
        """Plain values for the wire."""
        return {
            "code": self.code,
            "name_en": self.name_en,
            "name_es": self.name_es,
            "outcome": self.outcome,
            "counts_as_complete": self.counts_as_complete,
            "requires_read": self.requires_read,
            "requires_photo": self.requires_photo,
            "requires_seal": self.requires_seal,
            "fee_code": self.fee_code,
            "follow_up_kind": self.follow_up_kind,
            "account_effect": self.account_effect,
        }


def _done(code: str, en: str, es: str, **more: Any) -> Disposition:
    return Disposition(code=code, name_en=en, name_es=es, **{"counts_as_complete": True, **more})


def _no_access(code: str, en: str, es: str) -> Disposition:
    return Disposition(code=code, name_en=en, name_es=es, outcome="no_access", requires_photo=True)


def _return(code: str, en: str, es: str, **more: Any) -> Disposition:
    return Disposition(code=code, name_en=en, name_es=es, outcome="needs_return", **more)


TABLE: dict[str, Disposition] = {
    one.code: one
    for one in (
        _done("DONE", "Done", "Hecho", applies_kind=True),
        _done("DONE_LEFT_OFF", "Done, water left off", "Hecho, agua cortada", requires_read=True),
        _return("OPEN_LINE", "Water ran, nobody home: left off", "Corría agua, nadie en casa: cortada",
                requires_read=True, requires_photo=True),
        _done("PAID_AT_DOOR", "Paid while the crew was there", "Pagó con la cuadrilla presente", fee_code="TRIP_FEE"),
        Disposition(code="RECALLED", name_en="Recalled by the office", name_es="Retirada por la oficina",
                    outcome="recall_ack"),
        Disposition(code="HOLD_MEDICAL_CLAIMED", name_en="Illness told at the door: call the office",
                    name_es="Avisaron de enfermedad: llame a la oficina", outcome="stop_and_hold"),
        _done("ALREADY_OFF", "Water was already off", "El agua ya estaba cortada",
              requires_read=True, requires_photo=True, review=True),
        _done("ALREADY_ON", "Water was already on", "El agua ya estaba conectada",
              requires_read=True, requires_photo=True, review=True),
        _done("LOCK_CUT_TAMPER", "Lock cut or tampered", "Candado cortado o alterado", applies_kind=True,
              requires_read=True, requires_photo=True, fee_code="TAMPER_FEE", follow_up_kind="TAMPER", review=True),
        _done("USAGE_WHILE_OFF", "Water used while off", "Hubo consumo con el agua cortada", applies_kind=True,
              requires_read=True, requires_photo=True, fee_code="TAMPER_FEE", follow_up_kind="TAMPER", review=True),
        _return("METER_MISSING", "No meter there", "No hay medidor", requires_photo=True, follow_up_kind="TAMPER"),
        _return("WRONG_METER", "Another meter stands here", "Hay otro medidor aquí", requires_photo=True),
        _return("SERIAL_MISMATCH", "Serial does not match", "El número de serie no coincide", requires_photo=True),
        _return("VALVE_BROKEN", "Valve broken", "Válvula dañada", requires_photo=True,
                follow_up_kind="VALVE_OPERATION"),
        _return("VALVE_NOT_FOUND", "Valve not found", "No se encontró la válvula", requires_photo=True,
                follow_up_kind="LOCATE_SERVICE"),
        _done("LEAK_CUSTOMER", "Leak on the customer's side", "Fuga del lado del cliente",
              applies_kind=True, requires_read=True),
        _done("LEAK_UTILITY", "Leak on our side", "Fuga de nuestro lado", applies_kind=True,
              requires_photo=True, follow_up_kind="MAIN_LEAK"),
        _done("NO_LEAK", "No leak found", "No se encontró fuga", applies_kind=True, requires_read=True),
        _no_access("CGI_LOCKED_GATE", "Gate locked", "Portón cerrado"),
        _no_access("CGI_DOG", "Dog", "Perro"),
        _no_access("CGI_CAR_ON_BOX", "Car on the box", "Auto sobre la caja"),
        _no_access("CGI_BURIED", "Box buried", "Caja enterrada"),
        _no_access("CGI_FLOODED", "Box flooded", "Caja inundada"),
        _no_access("CGI_NO_ANSWER", "Nobody answers", "Nadie contesta"),
        _no_access("CGI_UNSAFE", "Not safe to enter", "No es seguro entrar"),
        _no_access("CGI_REFUSED", "Customer refused", "El cliente se negó"),
        _return("UNSAFE_TRAFFIC", "Traffic: not safe", "Tránsito: no es seguro"),
        _return("UNSAFE_PERSON", "Person: not safe", "Persona: no es seguro"),
        _return("NEEDS_CREW", "Needs a bigger crew", "Hace falta una cuadrilla mayor"),
        _return("NEEDS_811", "Needs an 811 locate", "Hace falta localización 811", follow_up_kind="LOCATE_811"),
        _return("WEATHER", "Weather", "Clima"),
        Disposition(code="DUPLICATE", name_en="Done by another order", name_es="Hecho por otra orden",
                    outcome="call_off"),
        Disposition(code="CUSTOMER_CANCELLED", name_en="Customer cancelled", name_es="El cliente canceló",
                    outcome="call_off"),
    )
}  # fmt: skip

NO_ACCESS: tuple[str, ...] = tuple(code for code in TABLE if code.startswith("CGI_"))
COMMON: tuple[str, ...] = (
    *NO_ACCESS, "UNSAFE_TRAFFIC", "UNSAFE_PERSON", "NEEDS_CREW", "NEEDS_811", "WEATHER", "DUPLICATE",
    "CUSTOMER_CANCELLED", "RECALLED",
)  # fmt: skip
"""Ways to end any visit without having done it."""
METER: tuple[str, ...] = ("METER_MISSING", "WRONG_METER", "SERIAL_MISMATCH")
VALVE: tuple[str, ...] = ("VALVE_BROKEN", "VALVE_NOT_FOUND")
