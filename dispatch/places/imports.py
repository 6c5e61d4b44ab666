"""Bringing in maps and accounts: the work behind `curbstop maps import` and `curbstop accounts import`.

Every row read is kept or rejected with its reason, and the reasons stay in the database. Nothing here commits: the
caller's transaction holds a whole file or nothing of it.
"""

import csv
import hashlib
import io
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dispatch import errors
from dispatch.accounts import models as accounts
from dispatch.meters import models as meters
from dispatch.meters import units
from dispatch.places import account_file, pins, registry
from dispatch.policies import queries as policies
from maps import addresses, apn, sources, stores, tiles
from maps import imports as map_imports
from maps import parcels as map_parcels

Progress = Callable[[float, str], None]
LAYER = "accounts"


class FileRefused(errors.Refusal):
    """The file cannot be taken at all; nothing of it was written."""

    code = "file_refused"


def import_maps(
    session: Session, *, layer: str, file: Path, columns: sources.LayerColumns | Mapping[str, str], now: datetime,
    district: stores.District | None = None, apn_format: str | None = None, crs: str | None = None,
    encoding: str | None = None, progress: Progress | None = None,
) -> map_imports.Report:  # fmt: skip
    """One file into one layer of the district (the utility's where none is given). `columns`: our field -> the file's
    column. Refuses with FileRefused, naming what is wrong and what to do."""
    district = district or open_district(session, apn_format=apn_format)
    try:
        report = map_imports.load(
            session, district=district, layer=layer, file=file, columns=columns, now=now, crs=crs, encoding=encoding,
            progress=progress,
        )  # fmt: skip
    except (sources.SourceFileError, ValueError) as fault:
        raise FileRefused(str(fault)) from fault
    if layer in ("parcels", "addresses"):
        _tidy(session, district)
    return report


def import_town(
    session: Session, *, source: str, folder: Path, now: datetime, district: stores.District | None = None,
    progress: Progress | None = None,
) -> dict[str, map_imports.Report]:  # fmt: skip
    """All files of a town that this product knows the columns of (`maps.sources`), layer by layer."""
    tell = progress or _silent
    try:
        town = sources.describe(source)
    except (KeyError, ValueError, OSError) as fault:
        raise FileRefused(f"No town is described as {source!r}; there are: {', '.join(sources.names())}.") from fault
    district = district or open_district(session, apn_format=town.apn_format)
    if district.apn_format == apn.AUTO:
        district.apn_format = town.apn_format
    reports: dict[str, map_imports.Report] = {}
    named = [(layer, columns) for layer, columns in town.layers.items() if columns.file]
    for at, (layer, columns) in enumerate(named):
        start, share = at / len(named), 1 / len(named)
        try:
            reports[layer] = map_imports.load(
                session, district=district, layer=layer, file=folder / str(columns.file), columns=columns, now=now,
                progress=lambda done, stage, start=start, share=share: tell(start + share * done, stage),  # type: ignore[misc]
            )  # fmt: skip
        except (sources.SourceFileError, ValueError) as fault:
            raise FileRefused(f"{layer}: {fault}") from fault
    _tidy(session, district)
    return reports


def build_tiles(session: Session, *, out_dir: Path, progress: Progress | None = None) -> tiles.Archive | None:
    """The map archive of the utility's district; None where it has nothing to draw yet."""
    return tiles.build(session, district=_district(session), out_dir=out_dir, progress=progress)


def open_district(
    session: Session, *, apn_format: str | None, name: str | None = None, own: bool = False
) -> stores.District:
    """The map district, made on the first import: the utility's, or (`own`) the one that this store is for, by `name`.
    `apn_format`: how its county writes parcel numbers (`maps.apn.FORMATS`, in any spelling); found out from the first
    parcels where it is not given, and fixed once there are some."""
    try:
        code = apn.named(apn_format) if apn_format is not None else None
    except ValueError:
        known = ", ".join(sorted(apn.FORMATS))
        raise FileRefused(f"No parcel number format {apn_format!r}; there are: {known}.") from None
    utility = None if own else policies.get_utility(session)
    if utility is None:
        found = session.scalars(select(stores.District).order_by(stores.District.id)).first()
    else:
        found = session.get(stores.District, utility.district_id) if utility.district_id is not None else None
    if found is not None:
        if code is not None and found.apn_format == apn.AUTO:
            found.apn_format = code
        if code is not None and code != found.apn_format:
            raise FileRefused(f"The map of {found.name} writes parcel numbers as {found.apn_format}, not {code}.")
        return found
    title = utility.name if utility is not None else name or "district"
    short = apn.key_of(title)[:40].lower() or "district"
    zone = utility.time_zone if utility is not None else "UTC"
    found = stores.District(code=short, name=title[:200], time_zone=zone, apn_format=code or apn.AUTO)
    session.add(found)
    session.flush()
    if utility is not None:
        utility.district_id = found.id
    return found


def _tidy(session: Session, district: stores.District) -> None:
    """After land has changed: the utility's own places once, and the district's bounds."""
    if session.get_bind().dialect.has_table(session.connection(), "premise"):
        registry.drop_doubles(session)
    _measure(session, district)


def _district(session: Session) -> stores.District:
    district_id = policies.get_utility(session).district_id
    found = session.get(stores.District, district_id) if district_id is not None else None
    if found is None:
        raise FileRefused("There is no map yet. Bring one in first: curbstop maps import.")
    return found


def _measure(session: Session, district: stores.District) -> None:
    """The district's bounds: what the maps of every screen open with."""
    land = stores.Parcel
    box = session.execute(
        select(func.min(land.min_lon), func.min(land.min_lat), func.max(land.max_lon), func.max(land.max_lat)).where(
            land.district_id == district.id, land.retired_on.is_(None)
        )
    ).one()
    if box[0] is not None:
        district.min_lon, district.min_lat, district.max_lon, district.max_lat = box


@dataclass
class _Intake:
    session: Session
    district: stores.District
    file: str
    sha256: str
    remarks: list[tuple[int, str | None, account_file.Fault]] = field(default_factory=list)
    found: dict[str, tuple[accounts.Account, accounts.Customer, accounts.Premise]] = field(default_factory=dict)
    """Accounts of this file by number."""
    premises: dict[tuple[int | None, str], accounts.Premise] = field(default_factory=dict)
    serials: set[str] = field(default_factory=set)
    numbers: set[str] = field(default_factory=set)


def import_accounts(
    session: Session, *, file: Path, now: datetime, progress: Progress | None = None
) -> map_imports.Report:
    """Customers, premises, accounts, service points, meters, readings and bills from one CSV (`account_file.COLUMNS`).

    A premise is the parcel of its number, else of its address; its box is pinned at the street side of the parcel where
    the file gives no place. Accounts and meters that are here already are rejected, never overwritten. read = kept +
    rejected. Refuses with FileRefused when the file is no such CSV.
    """
    tell = progress or _silent
    data, rows = _read(file)
    intake = _Intake(
        session=session, district=_district(session), file=file.name, sha256=hashlib.sha256(data).hexdigest(),
        serials=set(session.scalars(select(meters.Meter.serial))),
        numbers=set(session.scalars(select(accounts.Account.number))),
    )  # fmt: skip
    for premise in session.scalars(select(accounts.Premise).order_by(accounts.Premise.id)):
        key = (premise.parcel_id, addresses.normalise(registry.address_line(premise)))
        intake.premises.setdefault(key, premise)
    for at, cells in enumerate(rows, start=1):
        if at % 200 == 1:
            tell(0.8 * at / max(1, len(rows)), "accounts")
        read = account_file.read_row(row=at, cells=cells)
        faults = _take(intake, read) if isinstance(read, account_file.AccountRow) else read
        key_ = cells.get("account_number") or None
        intake.remarks.extend((at, key_, fault) for fault in faults)
    session.flush()
    tell(0.85, "search index")
    touched = sorted({premise.id for _, _, premise in intake.found.values()})
    registry.index_premises(session, premise_ids=touched)
    report = _record(intake, read=len(rows), now=now)
    tell(1.0, f"{report.kept} of {report.read} rows kept")
    return report


def _read(file: Path) -> tuple[bytes, list[dict[str, str]]]:
    try:
        data = file.read_bytes()
        text = data.decode("utf-8-sig")
    except OSError as fault:
        raise FileRefused(f"{file}: cannot be read ({fault.strerror}).") from fault
    except UnicodeDecodeError as fault:
        raise FileRefused(f"{file.name}: is not UTF-8 (byte {fault.start}). Save it as CSV UTF-8.") from fault
    try:
        table = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as fault:
        raise FileRefused(f"{file.name}: is no CSV: {fault}.") from fault
    headings = [heading.strip().lower() for heading in table[0]] if table else []
    if not headings:
        raise FileRefused(f"{file.name}: is empty; it needs a heading: {', '.join(account_file.NEEDED)}, ...")
    unknown = [heading or "(blank)" for heading in headings if heading not in account_file.COLUMNS]
    missing = [column for column in account_file.NEEDED if column not in headings]
    twice = [heading for heading, count in Counter(headings).items() if count > 1]
    if unknown or missing or twice:
        said = [
            f"unknown columns: {', '.join(unknown)}" if unknown else "",
            f"missing columns: {', '.join(missing)}" if missing else "",
            f"columns that stand twice: {', '.join(twice)}" if twice else "",
        ]
        known = ", ".join(account_file.COLUMNS)
        raise FileRefused(f"{file.name}: {'; '.join(one for one in said if one)}. The columns are: {known}.")
    rows: list[dict[str, str]] = []
    for cells in table[1:]:
        if any(cell.strip() for cell in cells):
            if len(cells) > len(headings):
                raise FileRefused(
                    f"{file.name}: row {len(rows) + 1} has {len(cells)} cells under {len(headings)} headings; "
                    "a comma inside a cell needs quotes around it."
                )
            rows.append(dict(zip(headings, [*cells, *[""] * (len(headings) - len(cells))], strict=True)))
    return data, rows


def _take(intake: _Intake, row: account_file.AccountRow) -> Sequence[account_file.Fault]:
    """Writes one row, or says why not; a rejected row leaves nothing behind."""
    if row.meter is not None and row.meter.serial in intake.serials:
        return [account_file.Fault(code="meter_exists", detail=f"meter {row.meter.serial} is here already")]
    known = intake.found.get(row.number)
    if known is None and row.number in intake.numbers:
        return [account_file.Fault(code="account_exists", detail=f"account {row.number} is here already")]
    if known is not None and known[1].name != row.customer_name:
        said = f"account {row.number} is of {known[1].name} in an earlier row, here of {row.customer_name}"
        return [account_file.Fault(code="contradiction", detail=said)]
    if known is not None and row.meter is None:
        return [account_file.Fault(code="account_twice", detail=f"account {row.number} stands twice without a meter")]
    if known is None:
        place = _place(intake, row)
        if isinstance(place, account_file.Fault):
            return [place]
        known = intake.found[row.number] = _open(intake, row, place)
        _bills(intake, row, known[0])
    _service(intake, row, known[2])
    return ()


def _place(intake: _Intake, row: account_file.AccountRow) -> accounts.Premise | account_file.Fault:
    line = addresses.normalise(f"{row.address} {row.unit or ''}".strip()) if row.address else ""
    said = _listed(intake, row)
    # The same line on several parcels (two towns, a corner lot): a parcel number or a place decides, or nobody does.
    if len({one.parcel_id for one in said}) > 1 and row.parcel_number is None and row.lonlat is None:
        return account_file.Fault(
            code="address_unclear",
            detail=f"address {row.address!r} stands on several parcels; give parcel_number, zip, or lon and lat",
        )
    listed = said[0] if len({one.parcel_id for one in said}) == 1 else None
    parcel_id = listed.parcel_id if listed is not None else None
    parcel: stores.Parcel | None = None
    if row.parcel_number is not None:
        matches = [
            match
            for match in map_parcels.find_by_number(intake.session, district=intake.district, text=row.parcel_number)
            if match.how != "cut_off" and match.parcel.retired_on is None
        ]
        if len(matches) > 1:
            return account_file.Fault(
                code="parcel_unclear", detail=f"parcel_number {row.parcel_number} names {len(matches)} parcels"
            )
        parcel = matches[0].parcel if matches else None
        if parcel is None and listed is None and row.lonlat is None:
            return account_file.Fault(code="no_parcel", detail=f"no parcel {row.parcel_number} on the map")
    if parcel is None and parcel_id is not None:
        parcel = intake.session.get(stores.Parcel, parcel_id)
    key = (parcel.id if parcel is not None else None, line)
    if key in intake.premises:
        return intake.premises[key]
    lonlat = row.lonlat
    if parcel is not None:
        point = parcel.shape.representative_point()
        lonlat = (point.x, point.y)
    elif lonlat is None and listed is not None and listed.lon is not None and listed.lat is not None:
        lonlat = (listed.lon, listed.lat)
    if lonlat is None:
        return account_file.Fault(
            code="no_place", detail=f"address {row.address!r} is not on the map; give lon and lat"
        )
    premise = accounts.Premise(
        district_id=intake.district.id, parcel_id=parcel.id if parcel is not None else None, address=row.address,
        street=addresses.parse(row.address).street if row.address else "", unit=row.unit, city=row.city, zip=row.zip,
        zone=row.zone, cycle=row.cycle, customer_class=row.customer_class, units=row.units, critical=row.critical,
        lon=lonlat[0], lat=lonlat[1],
    )  # fmt: skip
    intake.session.add(premise)
    intake.session.flush()
    intake.premises[key] = premise
    return premise


def _listed(intake: _Intake, row: account_file.AccountRow) -> list[stores.Address]:
    """The map's addresses that this row names: with its unit, else the house without the unit."""
    if not row.address:
        return []
    whole = addresses.normalise(f"{row.address} {row.unit or ''}".strip())
    house = addresses.normalise(row.address)
    address = stores.Address
    there = intake.session.scalars(
        select(address)
        .where(address.district_id == intake.district.id, address.full_text.in_({whole, house}))
        .order_by(address.full_text != whole, address.id)
    ).all()
    if row.zip:
        there = [one for one in there if not one.zip or one.zip == row.zip]
    return [one for one in there if one.full_text == there[0].full_text]


def _open(
    intake: _Intake, row: account_file.AccountRow, premise: accounts.Premise
) -> tuple[accounts.Account, accounts.Customer, accounts.Premise]:
    customer = accounts.Customer(
        name=row.customer_name, phones=list(row.phones), email=row.email, language=row.language,
        ok_to_text=row.ok_to_text, low_income=row.low_income,
    )  # fmt: skip
    intake.session.add(customer)
    intake.session.flush()
    account = accounts.Account(
        number=row.number, customer_id=customer.id, premise_id=premise.id, status=row.status, relation=row.relation,
        tenants_at_premise=row.tenants_at_premise, opened_on=row.opened_on, closed_on=row.closed_on,
    )  # fmt: skip
    intake.session.add(account)
    intake.session.flush()
    return account, customer, premise


def _bills(intake: _Intake, row: account_file.AccountRow, account: accounts.Account) -> None:
    intake.session.add_all(
        accounts.Bill(
            account_id=account.id, mailed_on=bill.mailed_on, due_on=bill.due_on, amount_cents=bill.amount_cents,
            paid_cents=bill.paid_cents,
        )
        for bill in row.bills
    )  # fmt: skip


def _service(intake: _Intake, row: account_file.AccountRow, premise: accounts.Premise) -> None:
    session = intake.session
    pin = pins.Pin(lon=premise.lon, lat=premise.lat, accuracy_m=30.0, source="address", street=None)
    if row.lonlat is not None:
        pin = pins.Pin(lon=row.lonlat[0], lat=row.lonlat[1], accuracy_m=2.0, source="survey", street=None)
    elif premise.parcel_id is not None:
        parcel = session.get_one(stores.Parcel, premise.parcel_id)
        pin = pins.pin_at_street(session, parcel=parcel, address=row.address)
    point = meters.ServicePoint(
        premise_id=premise.id, kind=row.service_kind, lon=pin.lon, lat=pin.lat, accuracy_m=pin.accuracy_m,
        pin_source=pin.source, side_street=pin.street, position_text=row.position_text, valve_state=row.valve_state,
    )  # fmt: skip
    session.add(point)
    session.flush()
    if row.meter is None:
        return
    given = row.meter
    meter = meters.Meter(
        service_point_id=point.id, serial=given.serial, endpoint=given.endpoint, size_in=given.size_in, make=given.make,
        unit=given.register.unit, dials=given.register.dials, decimals=given.register.decimals,
        fixed_zeros=given.register.fixed_zeros, multiplier=given.register.multiplier, installed_on=given.installed_on,
    )  # fmt: skip
    session.add(meter)
    session.flush()
    intake.serials.add(given.serial)
    before: account_file.ReadRow | None = None
    for at, read in enumerate(given.readings):
        session.add(
            meters.Reading(
                meter_id=meter.id, read_on=read.read_on, read_type=read.read_type, digits=read.digits,
                usage_ccf=_usage(given.register, before, read), qualities=[], status="POSTED",
                source_key=f"cis:{intake.sha256[:16]}:{row.row}:{at}", bill_cents=read.bill_cents,
            )
        )  # fmt: skip
        before = read


def _usage(register: units.Register, before: account_file.ReadRow | None, read: account_file.ReadRow) -> str | None:
    """CCF since the reading before; blank where the register went backwards (nobody knows what was used)."""
    if before is None or int(read.digits) < int(before.digits):
        return None
    steps = int(read.digits) - int(before.digits)
    ccf = units.ccf(uccf=units.uccf_of_steps(register=register, steps=steps))
    return f"{ccf.normalize():f}"


def _record(intake: _Intake, *, read: int, now: datetime) -> map_imports.Report:
    rejected = {row for row, _, _ in intake.remarks}
    reasons = dict(sorted(Counter(fault.code for _, _, fault in intake.remarks).items()))
    stored = stores.Import(
        district_id=intake.district.id, layer=LAYER, file=intake.file, file_sha256=intake.sha256, started_at=now,
        finished_at=now, rows_read=read, rows_kept=read - len(rejected), rows_repaired=0, rows_rejected=len(rejected),
        retired=0, reasons=reasons,
    )  # fmt: skip
    intake.session.add(stored)
    intake.session.flush()
    intake.session.add_all(
        stores.RejectedRow(
            import_id=stored.id, row=row, key=key[:200] if key else None, outcome="rejected", reason=fault.code,
            detail=fault.detail[:1000],
        )
        for row, key, fault in intake.remarks
    )  # fmt: skip
    intake.session.flush()
    return map_imports.Report(
        read=read, kept=read - len(rejected), repaired=0, rejected=len(rejected), retired=0, reasons=reasons,
        import_id=stored.id,
    )  # fmt: skip


def _silent(_share: float, _stage: str) -> None:
    """Nobody watches."""
