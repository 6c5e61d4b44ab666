"""The words that stand in the search entries, and what a mistyped word may have been meant as."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import product
from threading import Lock
from weakref import WeakKeyDictionary

from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from maps import stores
from maps.search_terms import Term

MOST_MEANINGS = 4
MOST_TRIES = 12


@dataclass
class _Words:
    """Words in the order they were learned, as far as this process has read them, and by the alphabet."""

    last_id: int = 0
    words: list[str] = field(default_factory=list)
    ordered: list[str] = field(default_factory=list)


_reading = Lock()
_known: WeakKeyDictionary[Engine, _Words] = WeakKeyDictionary()


def corrections(session: Session, terms: Sequence[Term]) -> Iterator[tuple[Term, ...]]:
    """Other readings of the terms, the likeliest first: first the words nobody wrote are replaced, then any one."""
    known = _words(session)
    words = known.words
    unknown = [
        term.is_word and term.typed == term.standard and not _begins_any(term.typed, known.ordered) for term in terms
    ]
    tried = 0
    if any(unknown):
        choices = [_meanings(term, words) if wrong else [term] for term, wrong in zip(terms, unknown, strict=True)]
        for combination in product(*choices):
            yield combination
            tried += 1
            if tried >= MOST_TRIES:
                return
        return
    for at, term in enumerate(terms):
        if not term.is_word or term.typed != term.standard:
            continue
        for meaning in _meanings(term, words):
            yield (*terms[:at], meaning, *terms[at + 1 :])
            tried += 1
            if tried >= MOST_TRIES:
                return


def load(session: Session) -> None:
    """Reads the words, so that nobody waits for it later."""
    _words(session)


def may_stand(session: Session, terms: Sequence[Term]) -> bool:
    """False when some entry cannot hold all the terms because no entry at all has a word that begins like one of them."""
    ordered = _words(session).ordered
    return all(
        _begins_any(word, ordered) for term in terms if (word := term.fragment.strip()).isalpha() and len(word) > 2
    )


def _words(session: Session) -> _Words:
    """All words, read once a process and engine; later only those learned since."""
    bind = session.get_bind()
    engine = bind if isinstance(bind, Engine) else bind.engine
    table = stores.SearchWord
    last = session.execute(select(table.id, table.word).order_by(table.id.desc()).limit(1)).first()
    if last is None:
        return _Words()
    with _reading:
        known = _known.get(engine, _Words())
        if known.words and (last.id < known.last_id or (last.id == known.last_id and last.word != known.words[-1])):
            # A rolled-back transaction's words were read here, and their numbers are in use again.
            known = _Words()
        if last.id > known.last_id:
            fresh = session.scalars(
                select(table.word).where(table.id > known.last_id, table.id <= last.id).order_by(table.id)
            )
            # A new list: another thread may be comparing with the old one.
            words = [*known.words, *fresh]
            known = _Words(last_id=last.id, words=words, ordered=sorted(words))
        _known[engine] = known
    return known


def _begins_any(typed: str, ordered: list[str]) -> bool:
    at = bisect_left(ordered, typed)
    return at < len(ordered) and ordered[at].startswith(typed)


def _meanings(term: Term, words: list[str]) -> list[Term]:
    """Words within one change of the typed one (two from six letters on), whole or as far as it was typed."""
    typed = term.typed
    allowed = 1 if len(typed) < 6 else 2
    near: dict[str, float] = {
        word: distance
        for word, distance, _ in process.extract(
            typed, words, scorer=DamerauLevenshtein.distance, score_cutoff=allowed, limit=MOST_MEANINGS + 1
        )
        if word != typed
    }
    if term.last and len(typed) >= 4:
        # Still being typed: compare with as much of each word.
        heads = {word[: len(typed)] for word in words if len(word) > len(typed)}
        for head, distance, _ in process.extract(
            typed, heads, scorer=DamerauLevenshtein.distance, score_cutoff=allowed, limit=MOST_MEANINGS
        ):
            near.setdefault(head, distance + 0.5)
    ranked = sorted(near, key=lambda word: (near[word], word[0] != typed[0], abs(len(word) - len(typed)), word))
    return [Term(typed=word, standard=word, last=True) for word in ranked[:MOST_MEANINGS]]
