"""`curbstop init`: an empty utility with its first admin."""

import argparse
import getpass
import os
import sys
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dispatch import errors, transaction
from dispatch.auth import operations as auth
from dispatch.commands import house
from dispatch.config import Settings
from dispatch.db import migrating
from dispatch.policies import loader
from dispatch.policies import operations as policies


def add(commands: Any, folder: argparse.ArgumentParser, *, words: str) -> None:
    """Declare the command; `words` say what it does."""
    parser = commands.add_parser("init", help=words, description=words, parents=[folder])
    parser.add_argument("--name", required=True, help="name of the utility, as letters carry it")
    parser.add_argument("--agency", required=True, choices=loader.names(), help="agency type: decides the rules")
    parser.add_argument("--time-zone", required=True, help="such as America/Los_Angeles")
    parser.add_argument("--yard", required=True, metavar="LON,LAT", help="where crews start, such as -122.08,37.66")
    parser.add_argument("--office-phone", default="", help="the number that crews and letters give")
    parser.add_argument("--admin", required=True, metavar="LOGIN", help="login of the first admin")
    parser.add_argument("--admin-name", help="name of the first admin (default: the login)")
    parser.epilog = "The admin's password is asked for, or read from CURBSTOP_ADMIN_PASSWORD."
    parser.set_defaults(act=act)


def act(args: argparse.Namespace, settings: Settings) -> int:
    """Check the input, make the tables, write utility and admin in one transaction."""
    lon, lat = _place(args.yard)
    try:
        ZoneInfo(args.time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        raise errors.Refusal(f"There is no time zone {args.time_zone!r}. One is America/Los_Angeles.") from None
    if house.is_there(settings) and not migrating.pending(url=settings.database):
        there = house.find_utility(settings)
        if there is not None:
            raise policies.AlreadyFounded(
                f"This database already serves {there.name}. Another utility needs another data folder (--data DIR)."
            )
    password = _password()
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    migrating.upgrade(url=settings.database)
    with house.opened(settings), transaction.transaction(actor=house.OPERATOR) as tx:
        policies.found_utility(
            tx, name=args.name, pack=args.agency, time_zone=args.time_zone, office_phone=args.office_phone,
            yard_lon=lon, yard_lat=lat,
        )  # fmt: skip
        auth.add_person(tx, login=args.admin, name=args.admin_name or args.admin, role="admin", password=password)
    print(
        f"{args.name} is ready in {settings.data_dir}. Next: curbstop maps import, curbstop accounts import, curbstop run"
    )
    return 0


def _place(text: str) -> tuple[float, float]:
    try:
        lon, lat = (float(part) for part in text.split(","))
    except ValueError:
        raise errors.Refusal(f"--yard reads LON,LAT such as -122.08,37.66, not {text!r}.") from None
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        raise errors.Refusal(f"--yard {text}: longitude comes first (-180 to 180), then latitude (-90 to 90).")
    return lon, lat


def _password() -> str:
    given = os.environ.get("CURBSTOP_ADMIN_PASSWORD")
    if given is None:
        if not sys.stdin.isatty():
            raise errors.Refusal("The admin needs a password: set CURBSTOP_ADMIN_PASSWORD, or run this on a terminal.")
        given = getpass.getpass("Password of the admin (ten characters or more): ")
        if given != getpass.getpass("Once more: "):
            raise errors.Refusal("The two passwords differ. Nothing was written.")
    if len(given) < 10:
        raise errors.Refusal("The password is too short: take ten characters or more. Nothing was written.")
    return given
