"""Tables of the search box: what can be found, its exact keys, and the words typing mistakes are corrected to."""

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from maps.stores.base import MapBase

# Keys are compared by range ("everything that begins with"), which needs byte order on PostgreSQL too.
ByteOrdered = String(120).with_variant(String(120, collation="C"), "postgresql")


class SearchEntry(MapBase):
    """One thing a person can look for. `ref` says what opens: premise-12, parcel-7, order-3, hydrant-9,
    point-LON,LAT. `text` begins and ends with a blank, so that a word's beginning can be asked for."""

    __tablename__ = "search_entry"
    __table_args__ = (UniqueConstraint("kind", "ref", "label"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    district_id: Mapped[int | None] = mapped_column(ForeignKey("map_district.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    ref: Mapped[str] = mapped_column(String(80), index=True)
    label: Mapped[str] = mapped_column(String(300))
    detail: Mapped[str] = mapped_column(String(300))
    text: Mapped[str] = mapped_column(Text)
    keys: Mapped[str] = mapped_column(Text)
    lon: Mapped[float | None]
    lat: Mapped[float | None]
    weight: Mapped[float] = mapped_column(default=1.0)


class SearchKey(MapBase):
    """One exact key (parcel number, meter serial, phone ...) of an entry, upper-case letters and digits only."""

    __tablename__ = "search_key"
    __table_args__ = (UniqueConstraint("entry_id", "key"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("search_entry.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(ByteOrdered, index=True)


class SearchWord(MapBase):
    """A word that stands in some entry; `length` lets a mistyped word be compared with words of like length only."""

    __tablename__ = "search_word"
    id: Mapped[int] = mapped_column(primary_key=True)
    word: Mapped[str] = mapped_column(ByteOrdered, unique=True)
    length: Mapped[int] = mapped_column(index=True)


class SearchStreet(MapBase):
    """A street that some address or corner stands on, in standard form (MASSACHUSETTS AVE)."""

    __tablename__ = "search_street"
    id: Mapped[int] = mapped_column(primary_key=True)
    street: Mapped[str] = mapped_column(ByteOrdered, unique=True)
