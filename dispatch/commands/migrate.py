"""`curbstop migrate`: bring the database to this version."""

import argparse
from typing import Any

from dispatch.config import Settings
from dispatch.db import migrating


def add(commands: Any, folder: argparse.ArgumentParser, *, words: str) -> None:
    """Declare the command; `words` say what it does."""
    commands.add_parser("migrate", help=words, description=words, parents=[folder]).set_defaults(act=act)


def act(_args: argparse.Namespace, settings: Settings) -> int:
    """Run every migration that is missing."""
    if not settings.database_url:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
    before, after = migrating.upgrade(url=settings.database)
    print(
        f"The database is at {after}." if before == after else f"The database went from {before or 'empty'} to {after}."
    )
    return 0
