"""Looking by exact keys: numbers typed whole, cut off, without their zeros, in other order, or with a slip."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from maps import apn, search_numbers
from maps.search_hits import BASE, Match, Scope, Why, with_beginnings, with_keys
from maps.search_terms import Query

NEAREST = 720.0
CHANGED = 40.0
SWAPPED = 1.2
ONE_WORD = 150.0
"""What a key takes from its score that was only one word of several."""
"""What each changed letter of a number takes from its score."""


def find(session: Session, query: Query, scope: Scope) -> list[Match]:
    """Entries that have what was typed as a key, or whose key begins with it."""
    whole = apn.key_of(query.text)
    terms = tuple(term.standard for term in query.terms)
    typed = {term.typed for term in query.terms}
    found: list[Match] = []
    for row, key in with_keys(session, query.exact_keys, scope):
        # Typed with its dashes, 186-5 means 186-5 before 18-65.
        literal = 60 if key.startswith(apn.LOOSE) and query.is_parted else 30 if key == whole else 0
        one_word = ONE_WORD if not query.is_identifier and key in typed else 0.0
        score = BASE[Why.EXACT] + 20 * row.weight + literal + 50 - one_word
        found.append(Match(row=row, why=Why.EXACT, score=score, terms=terms, key=key))
    for row, key in with_beginnings(session, query.key_beginnings, scope):
        # The longer the typed part of a key the better.
        share = min(1.0, len(whole) / len(key))
        score = BASE[Why.BEGINS] + 20 * row.weight + 50 * share
        found.append(Match(row=row, why=Why.BEGINS, score=score, terms=terms, key=whole))
    return found


def find_padded(session: Session, query: Query, scope: Scope) -> list[Match]:
    """Numbers whose source writes padded parts without a mark between them."""
    terms = tuple(term.standard for term in query.terms)
    return [
        Match(row=row, why=Why.EXACT, score=BASE[Why.EXACT] + 20 * row.weight, terms=terms, key=key)
        for row, key in with_keys(session, apn.padded_keys(query.text), scope)
    ]


def find_mistyped(session: Session, query: Query, scope: Scope, *, counties: Sequence[str]) -> list[Match]:
    """The nearest parcel numbers to one that nobody has, and those with its parts in another order."""
    terms = tuple(term.standard for term in query.terms)
    changes = {near.key: near.changed for near in search_numbers.nearest(session, query.text, counties=counties)}
    for key in search_numbers.swapped(query.text):
        changes.setdefault(key, SWAPPED)
    return [
        Match(
            row=row, why=Why.CORRECTED, score=NEAREST + 5 * row.weight - CHANGED * changes[key],
            terms=terms, key=apn.key_of(row.label), corrected=row.label,
        )
        for row, key in with_keys(session, list(changes), scope)
        if row.kind == "parcel"
    ]  # fmt: skip
