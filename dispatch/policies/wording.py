"""How a fact of a rule is written for people: dates, times, money and words, in English and Spanish."""

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Literal
from zoneinfo import ZoneInfo

Language = Literal["en", "es"]
Value = str | int | bool | date | datetime | time | None | tuple[str, ...]

_DAYS = {
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
    "es": ("lun", "mar", "mié", "jue", "vie", "sáb", "dom"),
}
_MONTHS = {
    "en": ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
    "es": ("ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sep", "oct", "nov", "dic"),
}

WORDS: Mapping[str, tuple[str, str]] = {
    # parts of a notice and of a call
    "name_address": ("name and address", "nombre y dirección"),
    "amount": ("the amount", "el monto"),
    "pay_by": ("the pay-by date", "la fecha límite de pago"),
    "extension": ("how to ask for more time", "cómo pedir más tiempo"),
    "appeal": ("how to appeal", "cómo apelar"),
    "payment_options": ("how to ask for a payment plan", "cómo pedir un plan de pagos"),
    "policy": ("the written policy", "la política por escrito"),
    "become_customer": ("how tenants can become customers", "cómo los inquilinos pueden abrir cuenta"),
    "title": ("the title TERMINATION NOTICE", "el título TERMINATION NOTICE"),
    "action_needed": ("what to do", "qué hacer"),
    "shutoff_on": ("the intended date", "la fecha prevista"),
    "office": ("office hours, phone and address", "horario, teléfono y dirección"),
    "reconnect_fees": ("all reconnect fees", "todos los cargos de reconexión"),
    # ways to serve and reach
    "PHONE": ("phone", "teléfono"),
    "VISIT": ("visit", "visita"),
    "MAIL": ("mail", "correo"),
    "POST": ("posted on the door", "fijado en la puerta"),
    "HAND": ("by hand", "en mano"),
    "EMAIL": ("e-mail", "correo electrónico"),
    # languages
    "en": ("English", "inglés"),
    "es": ("Spanish", "español"),
    "zh": ("Chinese", "chino"),
    "tl": ("Tagalog", "tagalo"),
    "vi": ("Vietnamese", "vietnamita"),
    "ko": ("Korean", "coreano"),
    # holds
    "DISPUTE": ("dispute", "reclamo"),
    "MEDICAL": ("medical", "médica"),
    "PLAN": ("payment plan", "plan de pagos"),
    "APPEAL": ("appeal", "apelación"),
    "BANKRUPTCY": ("bankruptcy", "bancarrota"),
    "OFFICE": ("office", "oficina"),
    # critical customers
    "DIALYSIS": ("dialysis", "diálisis"),
    "HOSPITAL": ("hospital", "hospital"),
    "SCHOOL": ("school", "escuela"),
    "DAY_CARE": ("day care", "guardería"),
    # medical parts
    "certificate": ("doctor's certificate", "certificado médico"),
    "need": ("proof of need", "prueba de necesidad"),
    "willing": ("agrees to a plan", "acepta un plan"),
    # reasons an office is closed
    "weekend": ("weekend", "fin de semana"),
    "hours": ("outside office hours", "fuera del horario de oficina"),
    # states of an account
    "NONE": ("no account", "sin cuenta"),
    "PENDING": ("pending", "pendiente"),
    "ACTIVE": ("active", "activa"),
    "SOFT_CLOSED": ("closed, water left on", "cerrada, con agua"),
    "CLOSED": ("closed", "cerrada"),
}


def word(*, code: str, language: Language) -> str:
    """The word for a code; a code that is not in the table (a holiday, an order number) is itself."""
    pair = WORDS.get(code)
    return code if pair is None else pair[0 if language == "en" else 1]


def day(*, on: date, language: Language, year: int | None = None) -> str:
    """ "Tue Aug 26" or "mar 26 ago"; the year only when it is not `year`."""
    name, month = _DAYS[language][on.weekday()], _MONTHS[language][on.month - 1]
    text = f"{name} {month} {on.day}" if language == "en" else f"{name} {on.day} {month}"
    if year is None or on.year == year:
        return text
    return f"{text}, {on.year}" if language == "en" else f"{text} {on.year}"


def clock(*, at: time, language: Language) -> str:
    """ "5:00 PM" or "17:00"."""
    if language == "es":
        return f"{at.hour}:{at.minute:02d}"
    return f"{(at.hour - 1) % 12 + 1}:{at.minute:02d} {'AM' if at.hour < 12 else 'PM'}"


def money(*, cents: int) -> str:
    """ "$1,243.10"; a negative amount keeps its sign before the currency."""
    sign = "-" if cents < 0 else ""
    return f"{sign}${abs(cents) // 100:,}.{abs(cents) % 100:02d}"


def write(*, template: str, values: Mapping[str, Value], language: Language, zone: ZoneInfo, year: int) -> str:
    """The template with every value in words. `_cents` values are money, days and instants are local."""
    return template.format(
        **{
            name: _text(name=name, value=value, language=language, zone=zone, year=year)
            for name, value in values.items()
        }
    )


def _text(*, name: str, value: Value, language: Language, zone: ZoneInfo, year: int) -> str:
    if value is None:
        return "?"
    if isinstance(value, tuple):
        return ", ".join(word(code=code, language=language) for code in value)
    if isinstance(value, datetime):
        local = value.astimezone(zone)
        return f"{day(on=local.date(), language=language, year=year)}, {clock(at=local.time(), language=language)}"
    if isinstance(value, date):
        return day(on=value, language=language, year=year)
    if isinstance(value, time):
        return clock(at=value, language=language)
    if isinstance(value, int) and name.endswith("_cents"):
        return money(cents=value)
    return word(code=value, language=language) if isinstance(value, str) else str(value)
