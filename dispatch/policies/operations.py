"""Writes of the utility itself."""

from dispatch import errors
from dispatch.policies import clearances, loader, models, queries
from dispatch.transaction import Tx

MOST_SHUTOFFS_AN_HOUR = 1000


class AlreadyFounded(errors.Refusal):
    """One installation serves one utility, and this one has it."""

    code = "already_founded"
    status = 409


def found_utility(
    tx: Tx, *, name: str, pack: str, time_zone: str, office_phone: str, yard_lon: float, yard_lat: float
) -> models.Utility:
    """Make the utility of this installation, with a fresh key for clearances. Refuses a second one and unknown packs."""
    there = tx.session.get(models.Utility, 1)
    if there is not None:
        raise AlreadyFounded(f"This database already serves {there.name}. Another utility needs another data folder.")
    if pack not in loader.names():
        raise errors.Refusal(f"There is no agency type {pack!r}. There are: {', '.join(loader.names())}.")
    utility = models.Utility(
        id=1, name=name, pack=pack, time_zone=time_zone, office_phone=office_phone, closed_days=[], half_days={},
        clearance_key_pem=clearances.new_keypair().private_pem, yard_lon=yard_lon, yard_lat=yard_lat, demo=False,
    )  # fmt: skip
    tx.session.add(utility)
    tx.session.flush()
    return utility


def limit_shutoffs(tx: Tx, *, an_hour: int | None) -> None:
    """Let so many shutoffs begin within each hour of the clock, None for any number. The next plan keeps to it."""
    if an_hour is not None and not 1 <= an_hour <= MOST_SHUTOFFS_AN_HOUR:
        text = (
            f"Between 1 and {MOST_SHUTOFFS_AN_HOUR}, or any number.",
            f"Entre 1 y {MOST_SHUTOFFS_AN_HOUR}, o sin límite.",
        )
        raise errors.Refusal(text[0], reasons=[errors.Reason("shutoffs_an_hour", *text, "shutoffs_an_hour")])
    tx.command("limit_shutoffs", {"an_hour": an_hour})
    queries.get_utility(tx.session).shutoffs_an_hour = an_hour
    tx.session.flush()
