"""Writes of the utility itself."""

from dispatch import errors
from dispatch.policies import clearances, loader, models
from dispatch.transaction import Tx


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
