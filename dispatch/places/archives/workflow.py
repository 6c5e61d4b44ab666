"""Building the map archive: take it up (tx), cut it from the rows (no tx), say that it is there (tx)."""

import time
from pathlib import Path

import structlog

from dispatch.places.archives import operations, queries
from dispatch.transaction import Actor, reading, transaction
from maps import tiles

BUILDER = Actor("map builder")
TELL_S = 1.0
_log = structlog.get_logger()


def build(*, build_id: int, tiles_dir: Path, again: bool = False) -> bool:
    """Build what was asked for; True when this call did the work. A job that comes twice does it once. When it fails,
    the old archive stays and the build says so."""
    with transaction(actor=BUILDER) as tx:
        if not operations.begin(tx, build_id=build_id, again=again):
            return False
    told_s = 0.0

    def tell(share: float, stage: str) -> None:
        nonlocal told_s
        now_s = time.monotonic()
        if now_s - told_s >= TELL_S:
            told_s = now_s
            with transaction(actor=BUILDER) as tx:
                operations.tell(tx, build_id=build_id, progress=share, stage=stage)

    try:
        with reading() as session:
            district = queries.find_district(session)
            archive = None
            if district is not None:
                archive = tiles.build(session, district=district, out_dir=tiles_dir, progress=tell)
    except Exception as fault:
        _log.exception("the map archive could not be built", build_id=build_id)
        with transaction(actor=BUILDER) as tx:
            operations.fail(tx, build_id=build_id, words=f"{type(fault).__name__}: {fault}"[:2000])
        return True
    with transaction(actor=BUILDER) as tx:
        operations.finish(tx, build_id=build_id, archive=archive)
    return True
