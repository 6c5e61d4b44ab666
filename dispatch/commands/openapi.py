"""`curbstop openapi`: the OpenAPI 3.1 document, made from the routes."""

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from dispatch.config import Settings


def add(commands: Any, _folder: argparse.ArgumentParser, *, words: str) -> None:
    """Declare the command; `words` say what it does."""
    parser = commands.add_parser("openapi", help=words, description=words)
    parser.add_argument("file", nargs="?", type=Path, help="where to (default: standard output)")
    parser.set_defaults(act=act)


def act(args: argparse.Namespace, settings: Settings) -> int:
    """Build the app, so that every slice has declared its routes, and write the document."""
    from dispatch import app, endpoint

    with tempfile.TemporaryDirectory() as folder:
        app.create_app(settings.model_copy(update={"data_dir": Path(folder), "database_url": ""}))
        text = json.dumps(endpoint.openapi(), indent=2, ensure_ascii=False) + "\n"
    if args.file is None:
        sys.stdout.write(text)
    else:
        args.file.write_text(text, encoding="utf-8")
    return 0
