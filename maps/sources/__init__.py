"""Readers of county files, and what their columns mean (one TOML file a source)."""

from maps.sources.columns import LayerColumns, SourceDescription, columns_of, describe, names
from maps.sources.reading import Bounds, Hints, SourceFileError, SourceRow, SourceTable, checksum, read

__all__ = [
    "Bounds",
    "Hints",
    "LayerColumns",
    "SourceDescription",
    "SourceFileError",
    "SourceRow",
    "SourceTable",
    "checksum",
    "columns_of",
    "describe",
    "names",
    "read",
]
