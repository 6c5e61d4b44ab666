"""Where a meter box is, in words for who walks up to it: English and Spanish. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

_SIDES = {
    "N": ("north", "norte"), "NE": ("northeast", "noreste"), "E": ("east", "este"), "SE": ("southeast", "sureste"),
    "S": ("south", "sur"), "SW": ("southwest", "suroeste"), "W": ("west", "oeste"), "NW": ("northwest", "noroeste"),
}  # fmt: skip
_RELATIONS = {
    "FROM": ("from", "de"), "BEHIND": ("behind", "detrás de"), "IN_FRONT_OF": ("in front of", "delante de"),
    "LEFT_OF": ("left of", "a la izquierda de"), "RIGHT_OF": ("right of", "a la derecha de"),
    "NORTH_OF": ("north of", "al norte de"), "EAST_OF": ("east of", "al este de"),
    "SOUTH_OF": ("south of", "al sur de"), "WEST_OF": ("west of", "al oeste de"),
}  # fmt: skip
_MARKS = {
    "HOUSE": ("the house", "la casa"),
    "HOUSE_NE": ("the NE corner of the house", "la esquina NE de la casa"),
    "HOUSE_NW": ("the NW corner of the house", "la esquina NO de la casa"),
    "HOUSE_SE": ("the SE corner of the house", "la esquina SE de la casa"),
    "HOUSE_SW": ("the SW corner of the house", "la esquina SO de la casa"),
    "CURB": ("the curb", "el bordillo"), "WALK": ("the walk", "la acera"), "DRIVE": ("the driveway", "la entrada"),
    "PROPERTY_LINE": ("the property line", "el lindero"), "FENCE": ("the fence", "la cerca"),
    "POLE": ("the pole", "el poste"), "TREE": ("the tree", "el árbol"), "HYDRANT": ("the hydrant", "el hidrante"),
    "MONUMENT": ("the survey monument", "el mojón"), "OTHER": ("", ""),
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Tie:
    """A measure: so many tenths of a foot in a relation to a mark; `note` names a mark of its own or tells which."""

    tenths_ft: int
    relation: str
    mark: str
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Spot:
    """What is known around a box."""

    side: str | None = None
    street: str | None = None
    cross_street: str | None = None
    landmark: str | None = None
    ties: Sequence[Tie] = ()


def feet(tenths_ft: int) -> str:
    """12.5 for 125, 3 for 30."""
    return f"{tenths_ft // 10}" if tenths_ft % 10 == 0 else f"{tenths_ft // 10}.{tenths_ft % 10}"


def walking(spot: Spot, *, before: str = "") -> tuple[str, str]:
    """The hint in English and Spanish, without a last full stop. `before` is what the list said of old: it is all there
    is to say while nobody has measured, and it is dropped once somebody has."""
    parts = [_side(spot), _ties(spot), (spot.landmark or "", spot.landmark or "")]
    en, es = ("; ".join(part[at] for part in parts if part[at]) for at in (0, 1))
    return (_capital(en), _capital(es)) if en else (before, before)


def _side(spot: Spot) -> tuple[str, str]:
    en, es = [], []
    if spot.side:
        en.append(f"on the {_SIDES[spot.side][0]} side")
        es.append(f"en el lado {_SIDES[spot.side][1]}")
    if spot.street:
        en.append(f"faces {spot.street}")
        es.append(f"da a {spot.street}")
    if spot.cross_street:
        en.append(f"near {spot.cross_street}")
        es.append(f"cerca de {spot.cross_street}")
    return ", ".join(en), ", ".join(es)


def _ties(spot: Spot) -> tuple[str, str]:
    en, es = [], []
    for tie in spot.ties:
        length = f"{feet(tie.tenths_ft)} ft"
        mark_en, mark_es = _MARKS[tie.mark]
        note = f" ({tie.note})" if tie.note and mark_en else tie.note
        en.append(f"{length} {_RELATIONS[tie.relation][0]} {mark_en}{note}".strip())
        es.append(_contracted(f"{length} {_RELATIONS[tie.relation][1]} {mark_es}{note}".strip()))
    return ", ".join(en), ", ".join(es)


def _contracted(text: str) -> str:
    return text.replace(" de el ", " del ")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
