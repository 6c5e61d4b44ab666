"""Sentences about plans, in English and Spanish. Pure: facts in, pairs of sentences out."""

from collections.abc import Callable, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from dispatch.routes import day

Both = tuple[str, str]

STAGES: dict[str, Both] = {
    "queued": ("Waiting for the planner", "Esperando al planificador"),
    "reading": ("Reading orders and crews", "Leyendo órdenes y cuadrillas"),
    "travel": ("Measuring driving times", "Midiendo tiempos de manejo"),
    "solving": ("Searching for the best routes", "Buscando las mejores rutas"),
    "saving": ("Writing the routes down", "Guardando las rutas"),
    "draft": ("Ready to look at", "Lista para revisar"),
    "published": ("Sent to the crews", "Enviada a las cuadrillas"),
    "failed": ("Not planned", "Sin plan"),
    "superseded": ("Replaced by a newer plan", "Reemplazada por un plan más nuevo"),
}
NEW_SINCE: Both = ("Came in after the plan was made", "Llegó después de hacer el plan")
NOT_YET: Both = ("No plan for this day yet", "Aún no hay plan para este día")
SKILLS: dict[str, Both] = {
    "LOCK_PULL": ("locking and pulling", "cerrar y retirar"),
    "METER_SMALL": ("small meters", "medidores chicos"),
    "HYDRANT": ("hydrants", "hidrantes"),
    "LEAK_DETECT": ("leak detection", "detección de fugas"),
    "VALVE": ("valves", "válvulas"),
    "AMI": ("meter endpoints", "transmisores de medidor"),
    "SAMPLER": ("water samples", "muestras de agua"),
}
FAILED_NO_YARD: Both = (
    "The yard is not near any street of the map. Set its place in the utility's settings.",
    "El patio no está cerca de ninguna calle del mapa. Corrija su lugar en los ajustes.",
)
FAILED_NO_STREETS: Both = (
    "The map has no streets yet. Import them first.",
    "El mapa aún no tiene calles. Impórtelas primero.",
)
FAILED_CHANGED: Both = (
    "Orders or crews kept changing while the plan was made. Plan again.",
    "Las órdenes o cuadrillas cambiaron mientras se planificaba. Planifique de nuevo.",
)
FAILED_FAULT: Both = (
    "The planner stopped because of a fault. Nothing was changed. Plan again; the log has the details.",
    "El planificador se detuvo por una falla. No se cambió nada. Planifique de nuevo; el registro tiene los detalles.",
)
FAILED_LOST: Both = (
    "The planner did not answer in time. Nothing was changed. Plan again.",
    "El planificador no respondió a tiempo. No se cambió nada. Planifique de nuevo.",
)

Facts = Mapping[str, object]


class Words:
    """Reasons need the day and the crews' call signs to be said."""

    def __init__(self, *, on: object, zone: ZoneInfo, call_signs: Mapping[int, str]) -> None:
        self._on = on
        self._zone = zone
        self._signs = call_signs

    def unplanned(self, *, code: str, facts: Facts) -> Both:
        """Why an order has no stop."""
        say: dict[str, Callable[[Facts], Both]] = {
            "OFF_NETWORK": self._off_network,
            "NO_CREW_ON_SHIFT": lambda _: ("No crew on shift that day", "No hay cuadrilla en turno ese día"),
            "LOCKED_CREW_ABSENT": self._locked_absent,
            "NO_CREW_WITH_SKILL": self._no_skill,
            "NEEDS_TWO_PEOPLE": self._two_people,
            "WINDOW_PAST": self._window_past,
            "TOO_LONG": self._too_long,
            "WINDOW_CANNOT_BE_REACHED": self._not_reached,
            "TOO_HEAVY": self._too_heavy,
            "VEHICLE_FULL": self._vehicle_full,
            "HOUR_FULL": self._hour_full,
            "EVERY_CREW_BARRED": self._barred,
            "WAITS_FOR": lambda _: (
                "Waits for another order, not done in time",
                "Espera otra orden, no lista a tiempo",
            ),
            "TOO_LATE_FOR": lambda _: (
                "Cannot be done before the order that waits for it",
                "No cabe antes de la orden que la espera",
            ),
            "NO_PARTS": lambda _: (
                "No crew that could go has its tools or parts, or a way to fetch them",
                "Ninguna cuadrilla posible lleva sus herramientas o piezas, ni puede recogerlas",
            ),
            "YARD_FIRST": lambda _: (
                "No room for the way by the yard, where its tools or parts are",
                "No cabe pasar por el patio, donde están sus herramientas o piezas",
            ),
            "NO_OTHER_HALF": lambda _: (
                "Two crews must meet here; the other one cannot come",
                "Dos cuadrillas deben encontrarse aquí; la otra no puede",
            ),
            "NO_MEETING": lambda _: (
                "Two crews must meet here; no two are free at the same time",
                "Dos cuadrillas deben encontrarse aquí; no hay dos libres a la vez",
            ),
            "NO_ROOM": self._no_room,
            "BLOCKED_BY_RULES": lambda f: (str(f.get("fact_en", "")), str(f.get("fact_es", ""))),
            "TAKEN_OFF": lambda _: ("Taken off its route by hand", "Retirada de su ruta a mano"),
            "NEW_SINCE_PLAN": lambda _: NEW_SINCE,
            "CHANGES_SPENT": self._changes_spent,
            "NOT_WORTH_IT": self._not_worth_it,
            "GAVE_WAY": lambda _: ("Gave way to more urgent work", "Cedió su lugar a trabajo más urgente"),
        }
        return say[code](facts) if code in say else (code, code)

    def time(self, second: object) -> str:
        """Local time of a second of the day."""
        at = day.instant_of(_whole(second), on=self._on, zone=self._zone)  # type: ignore[arg-type]
        return clock(at, zone=self._zone)

    def _sign(self, crew_id: object) -> str:
        return self._signs.get(_whole(crew_id), "?")

    def _off_network(self, facts: Facts) -> Both:
        if facts.get("island"):
            return ("No street leads there and back", "Ninguna calle llega y regresa de ahí")
        return ("No street near this place on the map", "No hay calle cerca de este lugar en el mapa")

    def _locked_absent(self, facts: Facts) -> Both:
        sign = self._sign(facts.get("locked_crew_id"))
        return (f"Given to {sign}, not on shift", f"Asignada a {sign}, fuera de turno")

    def _no_skill(self, facts: Facts) -> Both:
        found = facts.get("skills")
        skills = [str(skill) for skill in found] if isinstance(found, list | tuple) else []
        en = " and ".join(SKILLS.get(skill, (skill, skill))[0] for skill in skills)
        es = " y ".join(SKILLS.get(skill, (skill, skill))[1] for skill in skills)
        return (f"No crew on shift is trained for {en}", f"Ninguna cuadrilla en turno capacitada en {es}")

    def _two_people(self, facts: Facts) -> Both:
        need = _whole(facts.get("people_needed", 2))
        most = _whole(facts.get("most_people", 1))
        return (
            f"Needs {need} people; crews on shift have {most}",
            f"Requiere {need} personas; las cuadrillas son de {most}",
        )

    def _window_past(self, facts: Facts) -> Both:
        latest, first = self.time(facts.get("latest_s", 0)), self.time(facts.get("first_shift_s", 0))
        return (f"Had to start by {latest}; crews are free from {first}",
                f"Debía empezar antes de {latest}; cuadrillas libres desde {first}")  # fmt: skip

    def _too_long(self, facts: Facts) -> Both:
        need, most = _whole(facts.get("service_s", 0)) // 60, _whole(facts.get("longest_s", 0)) // 60
        return (f"Takes {need} min; no crew has more than {most} min in one piece",
                f"Toma {need} min; ninguna cuadrilla tiene más de {most} min seguidos")  # fmt: skip

    def _not_reached(self, facts: Facts) -> Both:
        latest, first = self.time(facts.get("latest_s", 0)), self.time(facts.get("earliest_s", 0))
        sign = self._sign(facts.get("crew_id"))
        return (f"Must start by {latest}; {sign} could be there {first} at best",
                f"Debe empezar antes de {latest}; {sign} llegaría {first} como pronto")  # fmt: skip

    def _too_heavy(self, facts: Facts) -> Both:
        need, most = _whole(facts.get("load", 0)), _whole(facts.get("most_load", 0))
        return (f"Load of {need}; no vehicle of an able crew carries more than {most}",
                f"Carga de {need}; ningún vehículo de una cuadrilla capaz lleva más de {most}")  # fmt: skip

    def _vehicle_full(self, facts: Facts) -> Both:
        over, sign = _whole(facts.get("over_load", 0)), self._sign(facts.get("crew_id"))
        return (f"Vehicles are full: closest is {sign}, {over} too much load",
                f"Vehículos llenos: el más cercano {sign}, sobra carga de {over}")  # fmt: skip

    def _barred(self, facts: Facts) -> Both:
        found = facts.get("crew_ids")
        signs = ", ".join(self._sign(crew_id) for crew_id in found) if isinstance(found, list | tuple) else "?"
        return (f"Could be done by {signs} alone, not to be sent there",
                f"Solo podría {signs}, que no debe ir ahí")  # fmt: skip

    def _hour_full(self, facts: Facts) -> Both:
        most = _whole(facts.get("cuts_an_hour", 0))
        return (f"All hours that fit are full: {most} shutoffs may begin in one",
                f"Las horas posibles están llenas: {most} cortes por hora como máximo")  # fmt: skip

    def _changes_spent(self, facts: Facts) -> Both:
        sign = self._sign(facts.get("crew_id"))
        return (f"Fits with {sign}, which has had its changes today: put it there by hand",
                f"Cabe con {sign}, que ya tuvo sus cambios de hoy: asígnela a mano")  # fmt: skip

    def _not_worth_it(self, facts: Facts) -> Both:
        sign = self._sign(facts.get("crew_id"))
        return (f"Fits with {sign}, but is not worth a change there: put it by hand",
                f"Cabe con {sign}, pero no amerita un cambio: asígnela a mano")  # fmt: skip

    def _no_room(self, facts: Facts) -> Both:
        if "crew_id" not in facts:
            return ("No room left with any able crew", "Sin espacio con ninguna cuadrilla capaz")
        over, sign = -(-_whole(facts.get("over_s", 0)) // 60), self._sign(facts.get("crew_id"))
        return (
            f"No room: closest is {sign}, {over} min too much",
            f"Sin espacio: la más cercana {sign}, sobran {over} min",
        )


def clock(at: datetime, *, zone: ZoneInfo) -> str:
    """ "2:14 PM", in the utility's zone (Spanish screens of this trade write it so too)."""
    local = at.astimezone(zone)
    return f"{(local.hour - 1) % 12 + 1}:{local.minute:02d} {'AM' if local.hour < 12 else 'PM'}"


def _whole(value: object) -> int:
    return int(value) if isinstance(value, int | float) else 0


def overloaded(*, sign: str, load: int, most_load: int) -> Both:
    """A crew whose vehicle would carry too much."""
    return (f"{sign} would carry a load of {load}, its vehicle takes {most_load}",
            f"{sign} llevaría una carga de {load}, su vehículo admite {most_load}")  # fmt: skip


def too_soon(*, place: str, other: str) -> Both:
    """An order that would begin before the one it waits for is finished."""
    return (f"{place} would begin before {other} is finished", f"{place} empezaría antes de terminar {other}")


def apart(*, sign: str, place: str) -> Both:
    """A crew that would begin without the one it has to meet."""
    return (f"{sign} would begin at {place} without the other crew",
            f"{sign} empezaría en {place} sin la otra cuadrilla")  # fmt: skip


def no_parts(*, sign: str, place: str) -> Both:
    """A crew without the tools or parts for a place."""
    return (f"{sign} has not what {place} needs on board: the yard must come first",
            f"{sign} no lleva lo que {place} requiere: antes debe pasar por el patio")  # fmt: skip


def barred(*, sign: str, place: str) -> Both:
    """A crew that must not be sent to a place."""
    return (f"{sign} is not to be sent to {place}", f"{sign} no debe ir a {place}")


def too_many_cuts(*, hour: str, cuts: int, most: int) -> Both:
    """More shutoffs than may begin within an hour."""
    return (f"{cuts} shutoffs would begin in the hour from {hour}; at most {most} may",
            f"{cuts} cortes empezarían en la hora desde {hour}; el máximo es {most}")  # fmt: skip


def added(*, place: str, at: str) -> Both:
    """One order more, for the crew's list of changes."""
    return (f"New stop: {place}, about {at}", f"Nueva parada: {place}, como a las {at}")


def removed(*, place: str) -> Both:
    return (f"Taken off: {place}", f"Retirada: {place}")


def moved(*, place: str, at: str) -> Both:
    return (f"Moved: {place}, now about {at}", f"Movida: {place}, ahora como a las {at}")


def reordered(*, count: int) -> Both:
    if count == 1:
        return ("1 stop has another place in the order", "1 parada cambió de lugar")
    return (f"{count} stops have another place in the order", f"{count} paradas cambiaron de lugar")
