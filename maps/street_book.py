"""The streets of a town as a person may write them: found as typed, by their name alone, unfinished, or mistyped."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from threading import Lock
from weakref import WeakKeyDictionary

from rapidfuzz import process
from rapidfuzz.distance import OSA
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from maps import addresses, stores
from maps.postal_words import DIRECTIONS, ORDINALS, SUFFIXES

MOST_STREETS = 12
MOST_UNFINISHED = 40

# What reading a typed street as another one costs, beside one for each letter changed.
NO_SUFFIX = 0.35
NO_DIRECTION = 0.3
OTHER_SUFFIX = 1.1
OTHER_DIRECTION = 0.9
UNFINISHED = 0.45
WORD_LEFT = 0.2
FAR_BEHIND = 0.6
"""A reading that costs so much more than the best one is not meant."""

_LONG = {
    short: max((word for word, to in SUFFIXES.items() if to == short), key=len) for short in set(SUFFIXES.values())
}
_LONG |= {"ST": "STREET", "AVE": "AVENUE", "RD": "ROAD", "DR": "DRIVE", "CT": "COURT", "PL": "PLACE", "SQ": "SQUARE"}
_DIRECTION = {short: word for word, short in DIRECTIONS.items() if word != short}
_ORDINAL = {short: word for word, short in ORDINALS.items()}


@dataclass(frozen=True, slots=True)
class Street:
    """A street a typed phrase may mean, what reading it so costs, and how many letters were changed."""

    street: str
    cost: float
    changed: int


@dataclass
class Book:
    """The known streets, ready to be looked up."""

    last_id: int = 0
    listed: list[str] = field(default_factory=list)
    known: set[str] = field(default_factory=set)
    by_name: dict[str, list[str]] = field(default_factory=dict)
    parts: dict[str, addresses.PostalAddress] = field(default_factory=dict)
    forms: dict[int, dict[str, list[tuple[str, float]]]] = field(default_factory=dict)
    ordered: list[str] = field(default_factory=list)

    def add(self, streets: Iterable[str]) -> None:
        """Learns more streets, given in standard form."""
        for street in streets:
            if street in self.known:
                continue
            self.listed.append(street)
            self.known.add(street)
            part = self.parts[street] = addresses.street_parts(street)
            self.by_name.setdefault(part.name, []).append(street)
            for form, cost in _forms(part, street).items():
                self.forms.setdefault(len(form), {}).setdefault(form, []).append((street, cost))
        self.ordered = sorted(self.known)

    def as_typed(self, words: Sequence[str], *, unfinished: bool) -> list[tuple[Street, int]]:
        """Streets that the words begin with, and how many words each takes; letters are never changed."""
        for length in range(min(len(words), 6), 0, -1):
            street = addresses.street_of(" ".join(words[:length]))
            if street in self.known:
                exact = [(Street(street, _left(words[length:]) / 2, 0), length)]
                rest = self._unfinished(words) if unfinished and length == len(words) else []
                return [*exact, *(one for one in rest if one[0].street != street)]
        found: dict[str, tuple[Street, int]] = {}
        for length in range(min(len(words), 5), 0, -1):
            typed = addresses.street_parts(" ".join(words[:length]))
            for street in self.by_name.get(typed.name, ()):
                cost = _difference(typed, self.parts[street]) + _left(words[length:])
                if street not in found or cost < found[street][0].cost:
                    found[street] = (Street(street, cost, 0), length)
        if unfinished:
            for one in self._unfinished(words):
                if one[0].street not in found or found[one[0].street][0].cost > one[0].cost:
                    found[one[0].street] = one
        ranked = sorted(found.values(), key=lambda one: (one[0].cost, one[0].street))
        if any(length == len(words) for _, length in ranked):
            # A street that takes all the words is meant before one that leaves some.
            ranked = [one for one in ranked if one[1] == len(words)]
        return [one for one in ranked if one[0].cost <= ranked[0][0].cost + FAR_BEHIND]

    def mistyped(self, words: Sequence[str], *, unfinished: bool) -> list[tuple[Street, int]]:
        """Streets that the words nearly begin with, the nearest first."""
        best: dict[str, tuple[Street, int]] = {}
        for length in range(min(len(words), 6), 0, -1):
            phrase = " ".join(words[:length])
            typed = addresses.street_parts(phrase)
            tries = {phrase: 0.0, typed.street: 0.0}
            if typed.suffix or typed.predirection or typed.postdirection:
                tries.setdefault(typed.name, OTHER_SUFFIX)
            left = _left(words[length:])
            for text, base in tries.items():
                for street, cost, changed in self._near(text, unfinished=unfinished and length == len(words)):
                    total = cost + base + left
                    if street not in best or total < best[street][0].cost:
                        best[street] = (Street(street, total, changed), length)
        return sorted(best.values(), key=lambda one: (one[0].cost, one[0].street))[:MOST_STREETS]

    def _near(self, text: str, *, unfinished: bool) -> list[tuple[str, float, int]]:
        allowed = 0 if len(text) < 3 else 1 if len(text) < 6 else 2 if len(text) < 16 else 3
        found: list[tuple[str, float, int]] = []
        for length in range(len(text) - allowed, len(text) + allowed + 1):
            forms = self.forms.get(length)
            if not forms:
                continue
            for form, changed, _ in process.extract(
                text, forms.keys(), scorer=OSA.distance, score_cutoff=allowed, limit=MOST_STREETS * 2
            ):
                found.extend((street, changed + cost, int(changed)) for street, cost in forms[form])
        if unfinished and len(text) >= 4 and not found:
            heads = {street[: len(text)] for street in self.ordered if len(street) > len(text)}
            for head, changed, _ in process.extract(
                text, heads, scorer=OSA.distance, score_cutoff=min(allowed, 1), limit=MOST_STREETS
            ):
                start = bisect_left(self.ordered, head)
                for street in self.ordered[start : start + MOST_STREETS]:
                    if street.startswith(head):
                        found.append((street, changed + UNFINISHED, int(changed)))
        return found

    def _unfinished(self, words: Sequence[str]) -> list[tuple[Street, int]]:
        found = []
        for text in dict.fromkeys((" ".join(words), addresses.street_of(" ".join(words)))):
            start = bisect_left(self.ordered, text)
            for street in self.ordered[start : start + MOST_UNFINISHED]:
                if not street.startswith(text):
                    break
                found.append((Street(street, UNFINISHED, 0), len(words)))
        return found


def _left(words: Sequence[str]) -> float:
    """What words behind a street cost that are no ZIP, state or number; a city may stand there, so it is little."""
    return min(3, sum(1 for word in words if word.isalpha() and len(word) > 2)) * WORD_LEFT


def _forms(part: addresses.PostalAddress, street: str) -> dict[str, float]:
    """Spellings of a street to compare a mistyped one with, and what each leaves out."""
    long_suffix = _LONG.get(part.suffix or "", part.suffix)
    name = " ".join(_ORDINAL.get(word, word) for word in part.name.split())
    directed = bool(part.predirection or part.postdirection)
    less = NO_DIRECTION if directed else 0.0

    def line(pre: str | None, middle: str, suffix: str | None, post: str | None) -> str:
        return " ".join(word for word in (pre, middle, suffix, post) if word)

    before, behind = _DIRECTION.get(part.predirection or ""), _DIRECTION.get(part.postdirection or "")
    forms = {
        street: 0.0,
        line(part.predirection, part.name, long_suffix, part.postdirection): 0.0,
        line(part.predirection, name, long_suffix, part.postdirection): 0.0,
        line(part.predirection, name, part.suffix, part.postdirection): 0.0,
    }
    if directed:
        forms.setdefault(line(before, part.name, long_suffix, behind), 0.0)
        forms.setdefault(line(None, part.name, part.suffix, None), less)
        forms.setdefault(line(None, part.name, long_suffix, None), less)
    if part.suffix:
        forms.setdefault(part.name, NO_SUFFIX + less)
    return forms


def _difference(typed: addresses.PostalAddress, street: addresses.PostalAddress) -> float:
    """What reading the typed parts as this street of the same name costs."""
    cost = 0.0
    if typed.suffix != street.suffix:
        cost += NO_SUFFIX if typed.suffix is None else OTHER_SUFFIX
    asked = {typed.predirection, typed.postdirection} - {None}
    said = {street.predirection, street.postdirection} - {None}
    if asked != said:
        cost += NO_DIRECTION if not asked else OTHER_DIRECTION
    return cost


_reading = Lock()
_books: WeakKeyDictionary[Engine, Book] = WeakKeyDictionary()


def book(session: Session) -> Book:
    """The streets of this database, read once a process; later only those learned since."""
    bind = session.get_bind()
    engine = bind if isinstance(bind, Engine) else bind.engine
    table = stores.SearchStreet
    last = session.execute(select(table.id, table.street).order_by(table.id.desc()).limit(1)).first()
    if last is None:
        return Book()
    with _reading:
        known = _books.get(engine) or Book()
        if known.listed and (last.id < known.last_id or (last.id == known.last_id and last.street != known.listed[-1])):
            # A rolled-back transaction's streets were read here, and their numbers are in use again.
            known = Book()
        if last.id > known.last_id:
            fresh = session.scalars(
                select(table.street).where(table.id > known.last_id, table.id <= last.id).order_by(table.id)
            ).all()
            grown = Book(last_id=last.id)
            # A new book: another thread may be reading the old one.
            grown.add([*known.listed, *fresh])
            known = grown
        _books[engine] = known
    return known
