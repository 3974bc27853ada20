"""Reading the text of a deal type from a file; each mistake is told with its place."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from models.people.rules import ROLES
from models.pipeline.fields import KINDS, field_of_every_deal
from models.pipeline.rules import MODES
from models.pipeline.setup.demands import ACTION_KINDS, LONGEST_DUE, MOST_ACTIONS, MOST_FIELDS
from models.pipeline.setup.stages import LARGEST_TYPE
from models.pipeline.setup.typefile.texts import (
    ActionText,
    FieldText,
    StageText,
    TypeText,
    fields_in_order,
    pairs_in_order,
    people_in_order,
)
from models.pipeline.setup.types import check_free, named
from models.values.durations import LONGEST, parse_duration
from models.values.errors import Refused, StagewatchError
from models.values.language import _
from models.values.text import clean_text, quoted, search_key, shown

LARGEST_FILE = 2**20  # bytes

Thing = TypeVar("Thing")


def read_type(content: bytes, form: str) -> TypeText:
    """The type that a file holds. Raises Refused `bad_file`, which names the place: `stages[2].actions[0].due` (counted
    from 0)."""
    whole = _Part("", _parsed(content, form))
    name = whole.name("name", _("Deal type"))
    mode = whole.one_of("mode", MODES)
    custom = _unlike(
        [(part.at("name"), _field(part)) for part in whole.parts("fields", MOST_FIELDS)], lambda one: one.name
    )
    stages = _unlike(
        [(part.at("name"), _stage(part, custom)) for part in whole.parts("stages", LARGEST_TYPE)], lambda one: one.name
    )
    forbidden, allowed = (_pairs(whole, kind, stages) for kind in ("forbidden", "allowed"))
    both = set(forbidden) & set(allowed)
    if both:
        raise wrong_at("allowed", _("{start} to {end} is forbidden as well.").format(**_ends(min(both))))
    returns = whole.flag("returns")
    whole.close()
    return TypeText(name, mode, returns, forbidden, allowed, tuple(custom), tuple(stages))


def _parsed(content: bytes, form: str) -> dict[str, Any]:
    if len(content) > LARGEST_FILE:
        raise wrong_at("", _("The file is larger than {size} KiB.").format(size=LARGEST_FILE // 1024))
    try:
        text = content.decode("utf-8-sig")
        if form == "json":
            import json

            found = json.loads(text, object_pairs_hook=_no_twins)
        else:
            import tomllib

            found = tomllib.loads(text)
    except UnicodeDecodeError:
        raise wrong_at("", _("The file is not UTF-8 text.")) from None
    except (ValueError, RecursionError) as error:
        why = shown(str(error)) if isinstance(error, ValueError) else _("nested too deeply")
        raise wrong_at("", _("The file is no {form}: {why}.").format(form=form.upper(), why=why)) from None
    if not isinstance(found, dict):
        raise wrong_at("", _("The file holds no deal type."))
    return found


def _no_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(f"the key {key!r} stands there twice")
        found[key] = value
    return found


class _Part:
    """A table of the file at `place`; each key is taken once, and `close` refuses what nobody took."""

    def __init__(self, place: str, held: dict[str, Any]) -> None:
        self.place, self.held = place, dict(held)

    def at(self, key: str) -> str:
        return f"{self.place}.{key}" if self.place else key

    def close(self) -> None:
        for key in self.held:
            raise wrong_at(self.at(shown(key)), _("There is no such key here."))

    def take(self, key: str, kind: type, words: str) -> Any:
        """The value of a key, None where it is not there."""
        value = self.held.pop(key, None)
        if value is not None and type(value) is not kind:
            raise wrong_at(self.at(key), words)
        return value

    def text(self, key: str) -> str | None:
        value: str | None = self.take(key, str, _("Here stands a text, in quotation marks."))
        return value

    def flag(self, key: str) -> bool:
        return bool(self.take(key, bool, _("Here stands true or false.")))

    def items(self, key: str) -> list[Any]:
        return self.take(key, list, _("Here stands a list.")) or []

    def name(self, key: str, words: str) -> str:
        text = self.text(key) or ""
        return placed(self.at(key), named, text, words)

    def one_of(self, key: str, known: Sequence[str], default: str | None = None) -> str:
        value = self.text(key)
        if value is None and default is not None:
            return default
        if value is None or value not in known:
            raise wrong_at(self.at(key), _("Here stands one of {known}.").format(known=", ".join(known)))
        return value

    def percent(self, key: str) -> int | None:
        words = _("Here stands a whole percentage from 0 to 100.")
        value: int | None = self.take(key, int, words)
        if value is not None and not 0 <= value <= 100:
            raise wrong_at(self.at(key), words)
        return value

    def duration(self, key: str, least: int, most: int) -> int | None:
        text = self.text(key)
        if text is None:
            return None
        seconds = placed(self.at(key), parse_duration, text)
        if not least <= seconds <= most:
            raise wrong_at(self.at(key), _("{text} is too short or too long.").format(text=quoted(text)))
        return seconds

    def who(self, key: str) -> str | None:
        return _person(self.text(key), self.at(key))

    def texts(self, key: str) -> list[tuple[str, str]]:
        """The texts of a list, each with its place."""
        found = []
        for number, value in enumerate(self.items(key)):
            place = f"{self.at(key)}[{number}]"
            if not isinstance(value, str):
                raise wrong_at(place, _("Here stands a text, in quotation marks."))
            found.append((place, value))
        return found

    def parts(self, key: str, most: int) -> list[_Part]:
        held = self.items(key)
        if len(held) > most:
            raise wrong_at(self.at(key), _("There are {count}; {most} are allowed.").format(count=len(held), most=most))
        for number, value in enumerate(held):
            if not isinstance(value, dict):
                raise wrong_at(f"{self.at(key)}[{number}]", _("Here stands a table."))
        return [_Part(f"{self.at(key)}[{number}]", value) for number, value in enumerate(held)]


def _field(part: _Part) -> FieldText:
    name = part.name("name", _("Field"))
    if field_of_every_deal(name) or "=" in name or ":" in name:
        raise wrong_at(part.at("name"), _("A field has another name than those of every deal, without = and colon."))
    kind = part.one_of("kind", KINDS)
    choices = [(place, placed(place, named, text, _("Choice"))) for place, text in part.texts("choices")]
    _unlike(choices, lambda one: one)
    if bool(choices) != (kind == "choice"):
        words = _("Say what there is to choose from.") if kind == "choice" else _("Only a choice has choices.")
        raise wrong_at(part.at("choices"), words)
    part.close()
    return FieldText(name, kind, tuple(choice for _place, choice in choices))


def _stage(part: _Part, custom: Sequence[FieldText]) -> StageText:
    names = [one.name for one in custom]
    found = StageText(
        name=part.name("name", _("Stage")),
        norm=part.duration("norm", 1, LONGEST),
        probability=part.percent("probability"),
        required_of_all=part.flag("required_of_all"),
        responsible=part.who("responsible"),
        enter=_people(part, "enter"),
        leave=_people(part, "leave"),
        requires=_fields_asked(part, "requires", names),
        requires_to_leave=_fields_asked(part, "requires_to_leave", names),
        actions=tuple(
            _unlike([(one.at("text"), _action(one)) for one in part.parts("actions", MOST_ACTIONS)], lambda one: one.text)
        ),
    )
    part.close()
    return found


def _action(part: _Part) -> ActionText:
    guidance = part.text("guidance") or ""
    found = ActionText(
        text=part.name("text", _("Stage action")),
        required=part.flag("required"),
        who=part.who("who"),
        kind=part.one_of("kind", ACTION_KINDS, "task"),
        due=part.duration("due", 0, LONGEST_DUE),
        guidance=placed(part.at("guidance"), clean_text, guidance, _("Guidance"), 2000),
    )
    part.close()
    return found


def _person(text: str | None, place: str) -> str | None:
    """A role or a login as it stands, None for the deal's owner."""
    if text is None or search_key(text) in ("owner", search_key(_("owner"))):
        return None
    return placed(place, named, text, _("Login"))


def _people(part: _Part, key: str) -> tuple[str, ...]:
    found = []
    for place, text in part.texts(key):
        who = _person(text, place)
        if who is None:
            raise wrong_at(place, _("Authority goes to roles ({roles}) or employees.").format(roles=", ".join(ROLES)))
        found.append(who)
    return people_in_order(found)


def _fields_asked(part: _Part, key: str, custom: Sequence[str]) -> tuple[str, ...]:
    known = {search_key(name): name for name in custom}
    found = []
    for place, text in part.texts(key):
        name = field_of_every_deal(text) or known.get(search_key(text))
        if name is None:
            raise wrong_at(place, _("There is no field {name}.").format(name=quoted(text)))
        found.append(name)
    return fields_in_order(found, custom)


def _pairs(whole: _Part, key: str, stages: Sequence[StageText]) -> tuple[tuple[str, str], ...]:
    known = {search_key(stage.name): stage.name for stage in stages}
    found = []
    for number, pair in enumerate(whole.items(key)):
        place = f"{whole.at(key)}[{number}]"
        if not isinstance(pair, list) or len(pair) != 2 or not all(isinstance(name, str) for name in pair):
            raise wrong_at(place, _("Here stand two stages: from and to."))
        for name in pair:
            if search_key(name) not in known:
                raise wrong_at(place, _("There is no stage {name}.").format(name=quoted(name)))
        start, end = (known[search_key(name)] for name in pair)
        if start == end:
            raise wrong_at(place, _("A transition leads to another stage."))
        found.append((start, end))
    return pairs_in_order(found, [stage.name for stage in stages])


def _unlike(found: Sequence[tuple[str, Thing]], name: Callable[[Thing], str]) -> list[Thing]:
    """The things of these places, none of which a person could take for another."""
    taken: list[tuple[int, str]] = []
    for place, one in found:
        placed(place, check_free, name(one), taken)
        taken.append((len(taken), name(one)))
    return [one for _place, one in found]


def placed(place: str, call: Callable[..., Thing], *given: Any) -> Thing:
    """What the call gives; what it refuses is told as a mistake at a place of the file."""
    try:
        return call(*given)
    except StagewatchError as error:
        raise wrong_at(place, error.message) from None


def wrong_at(place: str, why: str) -> Refused:
    """The error that something at a place of the file cannot be taken."""
    words = f"{place}: {why}" if place else why
    return Refused("bad_file", words, [{"place": place, "message": why}] if place else [])


def _ends(pair: tuple[str, str]) -> dict[str, str]:
    return {"start": quoted(pair[0]), "end": quoted(pair[1])}
