"""A real server and GDAL's own reader of feature services, as QGIS uses it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import geopandas
import pyogrio

from dispatch.config import Settings
from tests import given
from tests.sync.faults import Web


@contextmanager
def serving(settings: Settings) -> Iterator[str]:
    """The web process of this installation; answers its address. GDAL holds Python while it waits for an answer, so a
    server within the test would never give one."""
    web = Web(settings, settings.data_dir / "web.log")
    web.start()
    try:
        yield f"http://127.0.0.1:{web.port}"
    finally:
        web.kill()


def a_token(caller: given.Browser, *, name: str = "QGIS on the wall", days: int = 90) -> str:
    """A new access token of a logged-in person."""
    made = caller.post("/access-tokens", {"name": name, "days": days})
    assert made.status_code == 201, made.text
    return str(made.get_json()["token"])


@contextmanager
def as_gdal(*, login: str, token: str) -> Iterator[None]:
    """GDAL sends these with every question, as QGIS does with a stored login."""
    mine = {"GDAL_HTTP_AUTH": "BASIC", "GDAL_HTTP_USERPWD": f"{login}:{token}", "GDAL_HTTP_TIMEOUT": "60"}
    pyogrio.set_gdal_config_options(mine)
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options(dict.fromkeys(mine))


def layers(address: str) -> list[str]:
    """Names of the layers that GDAL finds in a feature service."""
    return [str(name) for name, _ in pyogrio.list_layers(f"OAPIF:{address}/api/v1/ogc")]


def read(address: str, layer: str, **how: Any) -> geopandas.GeoDataFrame:
    """A layer as GDAL reads it."""
    return pyogrio.read_dataframe(f"OAPIF:{address}/api/v1/ogc", layer=layer, **how)
