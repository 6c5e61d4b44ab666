"""Looking by words, by parts of words, and by words with their typing mistakes corrected."""

from collections.abc import Sequence
from typing import Any

from rapidfuzz import fuzz
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from maps import search_terms, stores, vocabulary
from maps.search_hits import BASE, COLUMNS, Match, Row, Scope, Why
from maps.search_terms import Query, Term

MOST_LOOKED_AT = 2000
MOST_OF_FEW_LETTERS = 800
"""Three letters begin too much for a choice; the list is only a beginning, and should be there at once."""
MOST_SCORED = 100


def find(session: Session, query: Query, scope: Scope) -> tuple[list[Match], int]:
    """Hits by words: as typed; else with a street word finished; else inside words."""
    hits, total = _search(session, query.terms, Why.WORDS, scope)
    if len(query.terms) == 1 and query.terms[0].is_number:
        # The end of a serial number is typed as often as its beginning.
        parts, parts_total = _search(session, query.terms, Why.PART, scope)
        return [*hits, *parts], max(total, parts_total)
    if hits:
        return hits, total
    terms = query.terms
    if finished := search_terms.finish_suffix(terms[-1]):
        terms = (*terms[:-1], finished)
        hits, total = _search(session, terms, Why.WORDS, scope)
        if hits:
            return hits, total
    return _search(session, query.terms, Why.PART, scope)


def find_corrected(session: Session, query: Query, scope: Scope) -> tuple[list[Match], int]:
    """Hits by words with typing mistakes corrected, or with another street word than was typed."""
    terms = _unpadded(_finished(query.terms))
    named = tuple(term for term in terms if not term.is_suffix)
    readings = [] if terms == query.terms else [terms]
    readings += [*vocabulary.corrections(session, terms)]
    if 0 < len(named) < len(terms):
        # AVENUE said where the street is a BOULEVARD: the name counts.
        readings += [named, *vocabulary.corrections(session, named)]
    return _first(session, readings, Why.CORRECTED, scope)


def find_street(session: Session, query: Query, scope: Scope) -> tuple[list[Match], int]:
    """Hits by the words alone, when no entry has them with the typed numbers."""
    terms = _finished(query.terms)
    streets = tuple(term for term in terms if not term.typed[0].isdigit())
    if len(streets) == len(terms) or not any(term.is_word for term in streets):
        return [], 0
    named = tuple(term for term in streets if not term.is_suffix)
    readings = [streets, *vocabulary.corrections(session, streets)]
    if 0 < len(named) < len(streets):
        readings += [named, *vocabulary.corrections(session, named)]
    return _first(session, readings, Why.STREET_ONLY, scope)


def _first(session: Session, readings: Sequence[Sequence[Term]], why: Why, scope: Scope) -> tuple[list[Match], int]:
    for reading in readings:
        hits, total = _search(session, reading, why, scope)
        if hits:
            return hits, total
    return [], 0


def _unpadded(terms: tuple[Term, ...]) -> tuple[Term, ...]:
    """Numbers without the zeros before them, as labels have them."""
    return tuple(
        Term(typed=bare, standard=bare, last=term.last)
        if term.is_number and (bare := term.typed.lstrip("0")) and bare != term.typed
        else term
        for term in terms
    )


def _finished(terms: tuple[Term, ...]) -> tuple[Term, ...]:
    finished = search_terms.finish_suffix(terms[-1])
    return (*terms[:-1], finished) if finished else terms


def _search(session: Session, terms: Sequence[Term], why: Why, scope: Scope) -> tuple[list[Match], int]:
    if (why is not Why.PART or len(terms) > 1) and not vocabulary.may_stand(session, terms):
        return [], 0
    fragments = [term.fragment for term in terms]
    if why is Why.PART:
        inner = [len(term.typed) >= 4 and (len(terms) == 1 or not term.is_word) for term in terms]
        if not any(inner):
            return [], 0
        fragments = [term.typed if inside else term.fragment for term, inside in zip(terms, inner, strict=True)]
    long = [fragment for fragment in fragments if len(fragment) >= 3]
    short = [fragment for fragment in fragments if len(fragment) < 3]
    if not long:
        # One letter alone: whole words only, or the whole table would be read.
        long, short = [f"{fragment} " for fragment in short], []
    clauses: list[Any] = [stores.holds_all(session, long), *scope]
    clauses.extend(stores.SearchEntry.text.contains(fragment, autoescape=True) for fragment in short)
    most = MOST_LOOKED_AT if sum(map(len, fragments)) > len(" DON") else MOST_OF_FEW_LETTERS
    looked_at = select(*COLUMNS).where(*clauses).limit(most).subquery()
    statement: Select[Any] = (
        select(looked_at, func.count().over())
        .order_by(looked_at.c.weight.desc(), func.length(looked_at.c.label), looked_at.c.id)
        .limit(MOST_SCORED)
    )
    found: list[Match] = []
    total = 0
    standard = tuple(term.standard for term in terms)
    corrected = " ".join(term.typed for term in terms) if why in (Why.CORRECTED, Why.STREET_ONLY) else None
    for *columns, matching in session.execute(statement):
        row, total = Row(*columns), matching
        score = BASE[why] + _likeness(row, standard, inside=why is Why.PART)
        found.append(Match(row=row, why=why, score=score, terms=standard, corrected=corrected))
    return found, total


def _likeness(row: Row, standard: tuple[str, ...], *, inside: bool) -> float:
    """0 to about 200: how near the label is to what was typed, house number and first word counting most."""
    label = search_terms.standard_words(row.label)
    asked, said = " ".join(standard), " ".join(label)
    score: float = fuzz.token_set_ratio(asked, said) * 0.6 + fuzz.ratio(asked, said) * 0.4
    whole = set(label)
    score += 30 * sum(1 for word in standard if word in whole) / len(standard)
    if label and standard[0] == label[0]:
        score += 25
    if inside and any(word.endswith(term) for word in label for term in standard if len(term) >= 4):
        score += 60
    return score + 20 * row.weight
