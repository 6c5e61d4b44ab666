"""`curbstop migrate`: bring the database to this version."""

import argparse
from typing import Any

from dispatch.commands import house
from dispatch.config import Settings


def add(commands: Any, folder: argparse.ArgumentParser, *, words: str) -> None:
    """Declare the command; `words` say what it does."""
    commands.add_parser("migrate", help=words, description=words, parents=[folder]).set_defaults(act=act)


def act(_args: argparse.Namespace, settings: Settings) -> int:
    """Run every migration that is missing."""
    if not settings.database_url:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
    before, after = house.upgrade(settings)
    print(
        f"The database is at {after}." if before == after else f"The database went from {before or 'empty'} to {after}."
    )
    return 0
