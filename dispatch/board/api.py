"""The board and the live feed over HTTP."""

from flask import Response, request, stream_with_context

from dispatch import clock
from dispatch.auth import guard
from dispatch.board import schemas, snapshot, stream
from dispatch.endpoint import endpoint
from dispatch.policies import queries as policies
from dispatch.routes.api import DayQuery, day_of
from dispatch.transaction import bus, reading


@endpoint("GET", "/board", needs="board.see", query=DayQuery, answer=schemas.BoardOut)
def show_board(*, query: DayQuery) -> schemas.BoardOut:
    """The board of a day: routes, crews, alerts, numbers."""
    public = not guard.may("board.names")
    with reading() as session:
        on = day_of(query.on) if query.on else clock.today(policies.zone(session))
        return snapshot.board(session, on=on, now=clock.now(), public=public)


@endpoint("GET", "/stream", needs="any", media="text/event-stream")
def live_stream() -> Response:
    """News by number since Last-Event-ID, positions and planning progress as they come."""
    last = request.headers.get("Last-Event-ID", request.args.get("last_event_id", ""))
    frames = stream.frames(
        bus=bus(), after=int(last) if last.isascii() and last.isdigit() else None, positions=guard.may("board.see")
    )
    return Response(
        stream_with_context(frames),
        mimetype="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )
