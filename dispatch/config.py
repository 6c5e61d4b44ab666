"""Settings: `CURBSTOP_*` environment variables, nothing else."""

from pathlib import Path

from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent


class Settings(BaseSettings):
    """All that differs from one installation to the next, apart from what stands in the database."""

    model_config = SettingsConfigDict(env_prefix="CURBSTOP_", extra="ignore")

    data_dir: Path = ROOT / "data" / "demo"
    """Database (embedded), attachments, map archives, sheets, logs."""
    database_url: str = ""
    """Empty: SQLite in the data folder. `postgresql://...` for PostgreSQL (with PostGIS where it is installed)."""
    redis_url: str = ""
    """Empty: the bundled server, started by the supervisor on a private socket in the data folder."""
    host: str = "127.0.0.1"
    port: int = 8340
    tls_cert: Path | None = None
    tls_key: Path | None = None
    web_threads: int = 160
    """Blocking threads of the web server: expected live streams + 32 at least."""
    behind_proxy: bool = False
    """True: trust X-Forwarded-For/-Proto of one reverse proxy."""
    secure_cookies: bool = False
    """True: cookies only over HTTPS (set it behind a TLS proxy; set by itself with TLS_CERT)."""
    front_dir: Path = ROOT / "pwa" / "dist"
    max_request_bytes: int = 12 * 1024 * 1024
    max_sheet_bytes: int = 200 * 1024 * 1024
    """Largest file that is taken as a drawing."""
    login_tries_per_minute: int = 10
    trail_days: int = 30
    """How long the trail of crew positions is kept."""
    log_level: str = "INFO"

    @property
    def database(self) -> str:
        """SQLAlchemy address of the database in force."""
        return self.database_url or f"sqlite:///{(self.data_dir / 'curbstop.db').resolve()}"

    @property
    def redis(self) -> str:
        """redis-py address of the bus in force."""
        return self.redis_url or f"unix://{self.broker_socket}"

    @property
    def broker(self) -> str:
        """Celery's address of the same bus."""
        return self.redis_url or f"redis+socket://{self.broker_socket}?virtual_host=0"

    @property
    def broker_socket(self) -> Path:
        """Socket of the bundled server. Socket paths are limited to about 100 bytes, so a deep data folder uses /tmp."""
        path = (self.data_dir / "broker" / "v.sock").resolve()
        if len(str(path)) < 96:
            return path
        import hashlib
        import os
        import tempfile

        digest = hashlib.sha256(str(path).encode()).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"curbstop-{os.getuid()}-{digest}" / "v.sock"

    @property
    def attachments_dir(self) -> Path:
        return self.data_dir / "attachments"

    @property
    def tiles_dir(self) -> Path:
        return self.data_dir / "tiles"

    @property
    def sheets_dir(self) -> Path:
        return self.data_dir / "sheets"
