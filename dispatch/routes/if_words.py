"""What would give an order a stop, and why one is with its crew, in English and Spanish. Pure: facts in, sentences out."""

from collections.abc import Callable, Mapping

from dispatch.routes import wording

Facts = wording.Facts
Both = wording.Both


class IfWords:
    """Said of a day: its hours by `words`, crews by call sign, other orders by place."""

    def __init__(self, *, words: wording.Words, call_signs: Mapping[int, str], places: Mapping[int, str]) -> None:
        self._words = words
        self._signs = call_signs
        self._places = places

    def said(self, one: Mapping[str, object]) -> Both:
        """One counterfactual as it was written down (`Counterfactual.as_json`), as a sentence."""
        say: dict[str, Callable[[Facts], Both]] = {
            "WINDOW_TO": self._window_to,
            "WINDOW_FROM": self._window_from,
            "LAST_START_TO": self._last_start,
            "OVERTIME": self._overtime,
            "SKILL_FOR": self._skills,
            "PEOPLE_FOR": self._people,
            "OTHER_CREW": self._other_crew,
            "LOAD": self._load,
            "ONE_MORE_CREW": self._one_more_crew,
            "ONE_MORE_CUT": self._one_more_cut,
            "BEFORE_FIRST": self._before_first,
            "WITHOUT": self._without,
        }
        facts = one.get("facts")
        code = str(one.get("code"))
        if code not in say or not isinstance(facts, Mapping):
            return code, code
        en, es = say[code](facts)
        if one.get("ahead"):
            en += ", and it went before the others that wait"
            es += ", y pasara antes que las demás en espera"
        return f"Would fit {en}", f"Cabría {es}"

    def why_here(self, one: Mapping[str, object], *, order_id: int) -> Both:
        """Why an order is not with the crew that is nearer or had it, from what was written down (`why_here.Why`)."""
        facts, code = one.get("facts"), str(one.get("code"))
        if not isinstance(facts, Mapping):
            return code, code
        sign = self._sign(facts)
        head = (f"{sign} had it", f"{sign} la tenía") if facts.get("had") else (
            f"{sign} is nearer", f"{sign} está más cerca",
        )  # fmt: skip
        skills, late, over = _skill_names(facts), _minutes(facts, "late_s"), _minutes(facts, "over_s")
        where = facts.get("order_id")
        place = None if where in (None, order_id) else self._place(where)
        tails: dict[str, Both] = {
            "LACKS_SKILL": (f"is not trained for {skills[0]}", f"no está capacitada en {skills[1]}"),
            "TOO_FEW": (
                f"has {facts.get('people_in_crew')} of the {facts.get('people_needed')} people that it needs",
                f"tiene {facts.get('people_in_crew')} de las {facts.get('people_needed')} personas que requiere",
            ),
            "BARRED": ("is not to be sent there", "no debe ir ahí"),
            "FULL": ("its vehicle is full", "su vehículo va lleno"),
            "WOULD_BE_LATE": (
                f"would be {late} min late" + (f" at {place}" if place else ""),
                f"llegaría {late} min tarde" + (f" a {place}" if place else ""),
            ),
            "WOULD_RUN_OVER": (f"its shift would run {over} min over", f"su turno se pasaría {over} min"),
            "WOULD_MISS_LUNCH": (f"its lunch would begin {late} min late", f"su almuerzo empezaría {late} min tarde"),
        }
        if code not in tails:
            return code, code
        return f"{head[0]}, but {tails[code][0]}", f"{head[1]}, pero {tails[code][1]}"

    def _sign(self, facts: Facts) -> str:
        found = facts.get("crew_id")
        return self._signs.get(found, "?") if isinstance(found, int) else "?"

    def _place(self, order_id: object) -> str:
        return self._places.get(order_id, "?") if isinstance(order_id, int) else "?"

    def _window_to(self, facts: Facts) -> Both:
        until = self._words.time(facts.get("until_s"))
        return f"if its window ran to {until}", f"si su horario llegara hasta las {until}"

    def _window_from(self, facts: Facts) -> Both:
        since = self._words.time(facts.get("from_s"))
        return f"if its window began at {since}", f"si su horario empezara a las {since}"

    def _last_start(self, facts: Facts) -> Both:
        until = self._words.time(facts.get("until_s"))
        return f"if shutoffs could begin until {until}", f"si los cortes pudieran empezar hasta las {until}"

    def _overtime(self, facts: Facts) -> Both:
        sign, until = self._sign(facts), self._words.time(facts.get("until_s"))
        return f"if {sign} worked until {until}", f"si {sign} trabajara hasta las {until}"

    def _skills(self, facts: Facts) -> Both:
        sign, (en, es) = self._sign(facts), _skill_names(facts)
        return f"if {sign} were trained for {en}", f"si {sign} estuviera capacitada en {es}"

    def _people(self, facts: Facts) -> Both:
        sign, people = self._sign(facts), facts.get("people")
        return f"if {sign} had {people} people", f"si {sign} fuera de {people} personas"

    def _other_crew(self, facts: Facts) -> Both:
        sign = self._sign(facts)
        return f"if it could go to {sign}", f"si pudiera ir con {sign}"

    def _load(self, facts: Facts) -> Both:
        sign, load = self._sign(facts), facts.get("load")
        return f"if {sign} could carry a load of {load}", f"si {sign} pudiera llevar una carga de {load}"

    def _one_more_crew(self, facts: Facts) -> Both:
        since, until = self._words.time(facts.get("from_s")), self._words.time(facts.get("to_s"))
        en = f"if one more crew worked from {since} to {until}"
        es = f"si otra cuadrilla trabajara de {since} a {until}"
        skills_en, skills_es = _skill_names(facts)
        if skills_en:
            en, es = f"{en}, trained for {skills_en}", f"{es}, capacitada en {skills_es}"
        people = facts.get("people")
        if isinstance(people, int) and people > 1:
            en, es = f"{en}, of {people} people", f"{es}, de {people} personas"
        return en, es

    def _one_more_cut(self, facts: Facts) -> Both:
        hour_s = facts.get("hour_s")
        since = self._words.time(hour_s)
        until = self._words.time(hour_s + 3600 if isinstance(hour_s, int) else None)
        return (f"if one more shutoff could begin between {since} and {until}",
                f"si pudiera empezar un corte más entre {since} y {until}")  # fmt: skip

    def _before_first(self, facts: Facts) -> Both:
        found = facts.get("order_ids")
        places = [self._place(one) for one in found] if isinstance(found, list | tuple) else ["?"]
        return f"if {' and '.join(places)} were done first", f"si antes se hiciera {' y '.join(places)}"

    def _without(self, facts: Facts) -> Both:
        place = self._place(facts.get("order_id"))
        return f"if {place} waited", f"si {place} esperara"


def _minutes(facts: Facts, name: str) -> int:
    """Whole minutes, rounded up."""
    seconds = facts.get(name)
    return -(-seconds // 60) if isinstance(seconds, int) else 0


def _skill_names(facts: Facts) -> Both:
    found = facts.get("skills")
    names = (
        [wording.SKILLS.get(str(one), (str(one), str(one))) for one in found] if isinstance(found, list | tuple) else []
    )
    return " and ".join(en for en, _ in names), " y ".join(es for _, es in names)
