"""Looking by legal descriptions: lots of a plat whose name was not written out, and records that name them."""

from sqlalchemy.orm import Session

from maps import legal, legal_words, search_by_words, search_terms
from maps.legal import LegalDescription, LegalKind
from maps.search_hits import BASE, Match, Scope, Why, with_beginning
from maps.search_terms import Query


def find(session: Session, query: Query, scope: Scope) -> list[Match]:
    """Lots, parcels and records of a plat that begins with the typed name ("lot 11 blk 20 second addition" is of the
    Second Addition to Vernonia), by lot, by block or by both."""
    found: list[Match] = []
    terms = tuple(term.standard for term in query.terms)
    for one in legal.parse_all(query.text):
        if one.kind is not LegalKind.SUBDIVISION or not one.subdivision:
            continue
        beginning = legal.plat_key(one.subdivision)
        for part in _parts(one):
            for row, key in with_beginning(session, beginning, scope, holding=part):
                share = min(1.0, (len(beginning) + len(part)) / len(key))
                score = BASE[Why.BEGINS] + 20 * row.weight + 50 * share
                found.append(Match(row=row, why=Why.BEGINS, score=score, terms=terms))
    return found


def find_words(session: Session, query: Query, scope: Scope) -> tuple[list[Match], int]:
    """Hits by the words of a typed description in the one spelling that records are kept in: BLK is BLOCK."""
    spelled = legal_words.plain(query.text)
    if not legal.parse_all(query.text) or spelled == " ".join(query.text.upper().split()):
        return [], 0
    return search_by_words.find(session, search_terms.read_query(spelled, counties=()), scope)


def _parts(one: LegalDescription) -> tuple[str, ...]:
    """What the key of each lot meant goes on with, anywhere behind the name."""
    if one.lots:
        return tuple(f"{legal.block_key(one.block)}LOT{legal.bare(lot)}$" for lot in one.lots[:12])
    return (f"{legal.block_key(one.block)}LOT",) if one.block else ()
