"""Steps that several forms share, in one wording."""

from typing import Any

from dispatch.orders.kinds.kind import Step


def meter() -> Step:
    return Step(
        id="meter",
        kind="meter",
        title_en="Check the meter serial",
        title_es="Revise el número de serie",
        short_en="Meter",
        short_es="Medidor",
    )


def hazards() -> Step:
    return Step(
        id="hazards",
        kind="hazards",
        title_en="Look for hazards",
        title_es="Busque peligros",
        short_en="Hazards",
        short_es="Peligros",
    )


def reading(*, role: str, photo: bool = False, required: bool = True) -> Step:
    """`role` as on the wire (final, initial, check, verify); `photo`: a photo of the dials goes with it."""
    return Step(
        id="reading",
        kind="reading",
        title_en="Type what the meter shows",
        title_es="Escriba lo que muestra el medidor",
        short_en="Reading",
        short_es="Lectura",
        required=required,
        more={"role": role, "photo": photo},
    )


def knock(*, required: bool = True) -> Step:
    return Step(
        id="knock",
        kind="knock",
        title_en="Knock and try to speak with an adult",
        title_es="Toque y trate de hablar con un adulto",
        short_en="Knock",
        short_es="Tocar",
        required=required,
    )


def close_valve(*, clearance: bool, seal: bool, leave: tuple[str, ...]) -> Step:
    """Close the valve. `leave`: valve states that may be left, the usual one first."""
    return Step(
        id="valve",
        kind="valve",
        title_en="Shut, lock, check that nothing flows" if seal else "Shut, check that nothing flows",
        title_es="Cierre, ponga candado, revise que no fluya" if seal else "Cierre y revise que no fluya",
        short_en="Shut, lock" if seal else "Shut",
        short_es="Cerrar, candado" if seal else "Cerrar",
        more={"leave": list(leave), "clearance": clearance, "seal": seal, "direction": "off"},
    )


def open_valve(*, seal_removed: bool) -> Step:
    """Open slowly. `seal_removed`: the number of the lock taken off is asked for."""
    return Step(
        id="valve",
        kind="valve",
        title_en="Take off the lock and open slowly" if seal_removed else "Open slowly",
        title_es="Quite el candado y abra despacio" if seal_removed else "Abra despacio",
        short_en="Open",
        short_es="Abrir",
        more={"leave": ["ON"], "clearance": False, "seal": False, "seal_removed": seal_removed, "direction": "on"},
    )


def flow(*, limit_gal: int, watch_s: int) -> Step:
    """Watch the register: more than `limit_gal` with nobody home is an open line."""
    return Step(
        id="flow",
        kind="flow",
        title_en=f"Watch the register: over {limit_gal} gallons and nobody home means shut off again",
        title_es=f"Vigile el medidor: más de {limit_gal} galones y nadie en casa, vuelva a cerrar",
        short_en="Flow",
        short_es="Flujo",
        more={"limit_gal": limit_gal, "watch_s": watch_s},
    )


def photos(*what: str, required: bool = True) -> Step:
    """Photos to take: register, lock, tag, site, leak."""
    return Step(
        id="photo",
        kind="photo",
        title_en="Take a photo",
        title_es="Tome una foto",
        short_en="Photo",
        short_es="Foto",
        required=required,
        more={"what": list(what)},
    )


def tag(*what: str, restore_steps: bool = False) -> Step:
    """Door tag with photos of it (and of `what`)."""
    return Step(
        id="tag",
        kind="tag",
        title_en="Leave the tag and take the photos",
        title_es="Deje el aviso y tome las fotos",
        short_en="Tag, photo",
        short_es="Aviso, foto",
        more={"what": list(what), "restore_steps": restore_steps},
    )


def leak_test(**more: Any) -> Step:
    return Step(
        id="leak_test",
        kind="leak_test",
        title_en="Leak test: two readings with all water off",
        title_es="Prueba de fuga: dos lecturas con todo cerrado",
        short_en="Leak test",
        short_es="Prueba",
        more=more,
    )


def note(*, title_en: str, title_es: str, required: bool = False) -> Step:
    return Step(
        id="note",
        kind="note",
        title_en=title_en,
        title_es=title_es,
        short_en="Note",
        short_es="Nota",
        required=required,
    )


def generic() -> tuple[Step, ...]:
    """The form of a kind without one of its own: hazards, photo, note."""
    return (hazards(), photos("site"), note(title_en="What was found and done", title_es="Qué se encontró y se hizo"))
