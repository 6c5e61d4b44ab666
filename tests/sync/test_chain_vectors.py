"""The chain of receipts is worked out by office and tablet alike: both are held against the same cases."""

import hashlib
import json
from pathlib import Path
from typing import Any

from dispatch.sync import operations, receipts

CASES = Path(__file__).parent.parent / "vectors" / "receipts.json"

OPERATIONS: tuple[str, ...] = (
    '{"op_id":"018f-1","seq":1,"kind":"break","payload":{"minutes":15},"after":null}',
    '{"seq":2,"op_id":"018f-2","kind":"note","payload":{"text":"Perro en el jardín — \\"Canelo\\"\\n50 % \\u007f 🐕"}}',
    '{"seq":3,"op_id":"018f-3","kind":"arrive","payload":{"lon":-121.9701234,"lat":37.53,"accuracy_m":4}}',
    '{"seq":4,"op_id":"018f-4","kind":"arrive","payload":{"lon":0.00001,"lat":-0.000000123,"accuracy_m":0.0001}}',
    '{"seq":5,"op_id":"018f-5","kind":"complete","payload":{"b":[],"a":{"z":true,"y":[1,2.5]},"contacted":false}}',
)
"""As they come over the wire."""


def cases() -> list[dict[str, Any]]:
    chain, found = "", []
    for number, text in enumerate(OPERATIONS, start=1):
        raw = json.loads(text)
        body = operations.canonical(raw)
        answer = "held" if number == 2 else "applied"
        chain = receipts.link(
            before=chain, number=number, op_id=raw["op_id"], seq=raw["seq"], answer=answer,
            body_sha256=hashlib.sha256(body.encode()).hexdigest(),
        )  # fmt: skip
        found.append({"sent": text, "canonical": body, "answer": answer, "receipt": number, "chain": chain})
    return found


def test_the_office_still_makes_the_links_that_tablets_check() -> None:
    assert json.loads(CASES.read_text(encoding="utf-8")) == cases()


if __name__ == "__main__":
    CASES.write_text(json.dumps(cases(), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
