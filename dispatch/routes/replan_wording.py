"""Sentences about changes of a plan in force, for the crews and for the board, in English and Spanish. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dispatch.routes import causes, stability
from dispatch.routes.wording import Both

FAILED: Both = (
    "The routes were not changed because of a fault; the log has the details. Look at the unassigned orders.",
    "Las rutas no cambiaron por una falla; el registro tiene los detalles. Vea las órdenes sin asignar.",
)
FAILED_CHANGED: Both = (
    "The day kept changing while the routes were looked at. Look at the unassigned orders.",
    "El día siguió cambiando mientras se revisaban las rutas. Vea las órdenes sin asignar.",
)
FAILED_LOST: Both = (
    "The planner did not answer in time; the routes were not changed. Look at the unassigned orders.",
    "El planificador no respondió a tiempo; las rutas no cambiaron. Vea las órdenes sin asignar.",
)
NO_STREETS: Both = (
    "The map has no streets near the yard; the routes were not changed.",
    "El mapa no tiene calles cerca del patio; las rutas no cambiaron.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """The sentences of one change: for the board, for the crew that loses the stop, and for the one that gets it."""

    board: Both
    lost: Both | None
    got: Both | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Names that sentences need: places by order id, call signs by crew id, the number of a stop on the route it had,
    the clock time at which its work begins now, promised spans, and the cause of the whole by order id."""

    places: Mapping[int, str]
    signs: Mapping[int, str]
    numbers: Mapping[int, int]
    times: Mapping[int, str]
    spans: Mapping[int, str]
    codes: Mapping[int, causes.Code]
    changes_a_day: int

    def told(self, change: stability.Change) -> Told:
        """What is said of a change."""
        from_id, to_id = change.from_crew_id, change.to_crew_id
        board = self._board(change)
        if change.over:
            many = " and ".join(self.signs.get(one, "?") for one in change.over)
            muchas = " y ".join(self.signs.get(one, "?") for one in change.over)
            board = (f"{board[0]}. Beyond the {self.changes_a_day} changes of {many}, for an emergency",
                     f"{board[1]}. Más de los {self.changes_a_day} cambios de {muchas}, por una emergencia")  # fmt: skip
        if from_id is not None and from_id == to_id:
            return Told(board=board, lost=None, got=self._shifted(change))
        return Told(
            board=board,
            lost=None if from_id is None else self._lost(change),
            got=None if to_id is None else self._got(change),
        )

    def _place(self, order_id: int | None) -> str:
        return self.places.get(order_id or 0, "")

    def _reason(self, change: stability.Change) -> Both:
        """Why, as the end of a sentence; it begins with a comma or is empty."""
        place = self._place(change.for_order_id)
        if change.why == "CLOSER":
            sign = self.signs.get(change.to_crew_id or 0, "")
            return f", {sign} is closer", f", {sign} está más cerca"
        if change.why == "SAVES_PROMISE":
            span = self.spans.get(change.for_order_id or 0, "")
            return f", to keep {span} at {place}".replace("  ", " "), f", para cumplir {span} en {place}".replace(
                "  ", " "
            )
        if change.why == "MAKES_ROOM":
            urgent = self.codes.get(change.for_order_id or 0) == "EMERGENCY"
            what = ("the emergency at ", "la emergencia en ") if urgent else ("", "")
            return f", room for {what[0]}{place}", f", lugar para {what[1]}{place}"
        if change.why == "CREW_AWAY":
            sign = self.signs.get(change.from_crew_id or 0, "")
            return f", {sign} is away", f", {sign} no está"
        return "", ""

    def _board(self, change: stability.Change) -> Both:
        place, at = self._place(change.order_id), self.times.get(change.order_id, "")
        old, new = self.signs.get(change.from_crew_id or 0, ""), self.signs.get(change.to_crew_id or 0, "")
        why = self._reason(change)
        if change.to_crew_id is None:
            return f"{place} taken off {old}{why[0]}", f"{place} retirada de {old}{why[1]}"
        if change.from_crew_id is None:
            return f"{place} to {new}, about {at}{why[0]}", f"{place} a {new}, como a las {at}{why[1]}"
        if change.from_crew_id == change.to_crew_id:
            return (
                f"{place} at another place on {new}, about {at}{why[0]}",
                f"{place} en otro lugar de {new}, como a las {at}{why[1]}",
            )
        return f"{place} from {old} to {new}, about {at}{why[0]}", f"{place} de {old} a {new}, como a las {at}{why[1]}"

    def _stop(self, change: stability.Change) -> Both:
        place, number = self._place(change.order_id), self.numbers.get(change.order_id)
        return (place, place) if number is None else (f"Stop {number}, {place},", f"La parada {number}, {place},")

    def _lost(self, change: stability.Change) -> Both:
        stop, why = self._stop(change), self._reason(change)
        if change.to_crew_id is None:
            return f"{stop[0]} was taken off{why[0]}", f"{stop[1]} fue retirada{why[1]}"
        new = self.signs.get(change.to_crew_id, "")
        if change.why == "CLOSER":
            return f"{stop[0]} went to {new}, who is closer", f"{stop[1]} pasó a {new}, que está más cerca"
        return f"{stop[0]} went to {new}{why[0]}", f"{stop[1]} pasó a {new}{why[1]}"

    def _got(self, change: stability.Change) -> Both:
        place, at, why = self._place(change.order_id), self.times.get(change.order_id, ""), self._reason(change)
        code = self.codes.get(change.order_id)
        head = ("Emergency", "Emergencia") if code == "EMERGENCY" else ("New stop", "Nueva parada")
        end = why
        if change.from_crew_id is not None and change.why != "CREW_AWAY":
            old = self.signs.get(change.from_crew_id, "")
            closer = change.why == "CLOSER"
            end = (f", from {old}{', you are closer' if closer else why[0]}",
                   f", de {old}{', ustedes están más cerca' if closer else why[1]}")  # fmt: skip
        if change.to_crew_id in change.over:
            end = (f"{end[0]} (beyond your {self.changes_a_day} changes today)",
                   f"{end[1]} (más de sus {self.changes_a_day} cambios de hoy)")  # fmt: skip
        return f"{head[0]}: {place}, about {at}{end[0]}", f"{head[1]}: {place}, como a las {at}{end[1]}"

    def _shifted(self, change: stability.Change) -> Both:
        place, at, why = self._place(change.order_id), self.times.get(change.order_id, ""), self._reason(change)
        return f"Moved: {place}, now about {at}{why[0]}", f"Movida: {place}, ahora como a las {at}{why[1]}"


def withdrawn(*, stops: int, place: str, went: Mapping[str, int], absent: bool) -> Both:
    """Told to a crew whose whole route was taken back: where its stops went, by call sign. `place` names a single one."""
    signs = sorted(went)
    to_en, to_es = _listed(signs, "and"), _listed(signs, "y")
    waits = stops - sum(went.values())
    if stops == 1:
        en = f"Your stop at {place} " + (f"went to {to_en}" if went else "was taken off")
        es = f"Su parada en {place} " + (f"pasó a {to_es}" if went else "fue retirada")
    elif not went:
        en, es = f"Your {stops} stops were taken off", f"Sus {stops} paradas fueron retiradas"
    elif waits:
        en = f"{stops - waits} of your {stops} stops went to {to_en}, the rest waits"
        es = f"{stops - waits} de sus {stops} paradas pasaron a {to_es}; el resto espera"
    else:
        en, es = f"Your {stops} stops went to {to_en}", f"Sus {stops} paradas pasaron a {to_es}"
    if absent:
        en, es = f"{en}: you had not checked in", f"{es}: no se habían registrado"
    return en, es


def _listed(names: Sequence[str], last: str) -> str:
    return f" {last} ".join(part for part in (", ".join(names[:-1]), *names[-1:]) if part)


def checked_in_since(*, sign: str) -> Both:
    """Why a proposal for an absent crew cannot go out any more."""
    return (
        f"{sign} has checked in since this was proposed. It is worked out anew.",
        f"{sign} se registró después de esta propuesta. Se calcula de nuevo.",
    )


def cause(*, one: causes.Cause, places: Mapping[int, str], signs: Mapping[int, str]) -> Both:
    """What happened, named."""
    place, sign = places.get(one.order_id or 0, ""), signs.get(one.crew_id or 0, "")
    say: dict[str, Both] = {
        "EMERGENCY": (f"Emergency: {place}", f"Emergencia: {place}"),
        "RESTORE": (f"Water to restore: {place}", f"Agua por restablecer: {place}"),
        "SAME_DAY": (f"New for today: {place}", f"Nueva para hoy: {place}"),
        "FREED": (f"Fell away: {place}", f"Se canceló: {place}"),
        "CREW_HOME": (f"{sign} ended its shift", f"{sign} terminó su turno"),
        "CREW_ABSENT": (f"{sign} has not checked in", f"{sign} no se ha registrado"),
        "PROMISE_LATE": (f"Promise in danger: {place}", f"Promesa en riesgo: {place}"),
    }
    return say[one.code]


def outcome(*, head: Sequence[Both], changes: int, stayed: int, in_force: int, left: int) -> Both:
    """The line on the board: what happened, and what came of it."""
    en, es = "; ".join(one[0] for one in head), "; ".join(one[1] for one in head)
    if changes:
        did = (f"{changes} {'change' if changes == 1 else 'changes'}, {stayed} of {in_force} orders stay with their crew",
               f"{changes} {'cambio' if changes == 1 else 'cambios'}, {stayed} de {in_force} órdenes siguen con su cuadrilla")  # fmt: skip
    else:
        did = ("no route changes", "ninguna ruta cambia")
    more = (f"; no place for {left}", f"; sin lugar para {left}") if left else ("", "")
    return f"{en}: {did[0]}{more[0]}.", f"{es}: {did[1]}{more[1]}."
