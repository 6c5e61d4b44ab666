"""Engine and sessions. Flask-SQLAlchemy holds the engine; sessions are opened only by `dispatch.transaction`."""

from flask import Flask
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from dispatch.config import Settings
from dispatch.db import dialect
from dispatch.db.base import db


def init(app: Flask, settings: Settings) -> None:
    """Give the app its engine."""
    url = settings.database
    if url.startswith("sqlite"):
        settings.data_dir.mkdir(parents=True, exist_ok=True)
    app.config["SQLALCHEMY_DATABASE_URI"] = url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = dialect.engine_options(url)
    db.init_app(app)
    with app.app_context():
        dialect.prepare(db.engine)


def engine() -> Engine:
    """The engine of the current app."""
    return db.engine


def writing() -> Session:
    """A session that will write. Only `dispatch.transaction` calls this."""
    return Session(db.engine.execution_options(**{dialect.WRITE: True}), autoflush=True, expire_on_commit=False)


def reading() -> Session:
    """A session that only reads. Only `dispatch.transaction` calls this."""
    return Session(db.engine, autoflush=False)
