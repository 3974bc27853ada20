"""A deal type as text: the same after every way round, and wrong text refused at its place with nothing written."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.overview.founding import found_store
from models.people import commands as people
from models.people.views import acting
from models.pipeline import commands, facts, setup, views
from models.pipeline.setup import TypeText
from models.pipeline.setup.typefile.reading import LARGEST_FILE
from models.pipeline.setup.typefile.texts import ActionText, FieldText, StageText
from models.session import Session
from models.storage.store import open_store
from models.values.durations import LONGEST
from models.values.errors import ChangedMeanwhile, NotFound, Refused
from models.values.text import STEERING, look_alike_key
from tests.conftest import ROOT

WHOLE = """
name = "Tenders"
mode = "semi-strict"
returns = true
forbidden = [["Reading", "Signing"]]
allowed = [["Signing", "Reading"]]

[[fields]]
name = "Lot"
kind = "choice"
choices = ["A", "B"]

[[stages]]
name = "Reading"
norm = "2d12h"
probability = 20
responsible = "manager"
requires_to_leave = ["lot", "expected"]

[[stages.actions]]
text = "Read the papers"
required = true
kind = "task"
who = "anna"
due = "1d"
guidance = "All of them."

[[stages]]
name = "Signing"
enter = ["anna", "admin", "manager"]
requires = ["amount"]
"""


def session_of(folder: str | Path, name: str = "new.db") -> Session:
    store = found_store(
        Path(folder) / name, language="en", currency="EUR", admin="root", admin_name="Root", timezone="UTC"
    )
    session = Session(store, acting("root", ""))
    people.add_employee(session, "anna", name="Anna Berg", role="rep", team="North")
    return session


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Session]:
    session = session_of(tmp_path)
    yield session
    session.store.close()


def exported(session: Session, name: str = "Tenders", form: str = "toml") -> bytes:
    return setup.write_type(setup.type_text(views.type_card(session, facts.find_type(name))), form)


def take(session: Session, text: str) -> list[tuple[str, str, str]]:
    _id, found = setup.import_type(session, setup.read_type(text.encode(), "toml"))
    return [(one.kind, one.name, one.change) for one in found]


def rows(session: Session) -> list[list[tuple[object, ...]]]:
    names = ("deal_type", "stage", "stage_action", "stage_authority", "stage_field", "custom_field", "transition", "journal")
    return [list(session.store.database.execute_sql(f"SELECT * FROM {name} ORDER BY id").fetchall()) for name in names]


def test_a_type_is_taken_over_whole(office: Session) -> None:
    assert take(office, WHOLE) == [("type", "Tenders", "added")]
    card = views.type_card(office, facts.find_type("Tenders"))
    assert (card.mode, card.returns, card.forbidden, card.allowed) == (
        "semi-strict", True, (("Reading", "Signing"),), (("Signing", "Reading"),),
    )  # fmt: skip
    reading, signing = card.stages
    assert (reading.norm, reading.probability, reading.responsible) == (216_000, 20, "manager")
    assert (reading.leave_fields, signing.enter_fields, signing.enter) == (("expected", "Lot"), ("amount",), ("manager", "admin", "anna"))
    [action] = reading.actions
    assert (action.text, action.required, action.who, action.due_after, action.guidance) == (
        "Read the papers", True, "anna", 86_400, "All of them.",
    )  # fmt: skip
    assert [(field.name, field.kind, field.choices) for field in card.fields] == [("Lot", "choice", ("A", "B"))]


def test_the_same_file_twice_changes_nothing(office: Session) -> None:
    take(office, WHOLE)
    before = rows(office)
    assert take(office, WHOLE) == []
    assert take(office, exported(office).decode()) == []
    assert rows(office) == before


def test_people_are_named_by_name_too(office: Session) -> None:
    take(office, WHOLE.replace('"anna"', '"Anna Berg"'))
    assert b'who = "anna"' in exported(office)
    assert setup.compare_type(office, setup.read_type(WHOLE.encode(), "toml"))[2] == []


def test_what_only_the_store_has_stays_and_is_told(office: Session) -> None:
    take(office, WHOLE)
    type_id = facts.find_type("Tenders")
    between = setup.add_stage(office, type_id, "Questions", position=2)
    setup.add_field(office, type_id, "Bond", kind="money")
    setup.set_transition(office, between, facts.type_facts(type_id).stages[2].id, "forbidden")
    found = take(office, WHOLE.replace("probability = 20", "probability = 30"))
    assert found == [("field", "Bond", "left"), ("stage", "Reading", "changed"), ("stage", "Questions", "left")]
    card = views.type_card(office, type_id)
    assert [(stage.name, stage.probability) for stage in card.stages] == [("Reading", 30), ("Questions", None), ("Signing", None)]
    assert [field.name for field in card.fields] == ["Lot", "Bond"]
    assert ("Questions", "Signing") in card.forbidden


def test_an_action_that_the_file_does_not_have_is_archived_and_its_ticks_stay(office: Session) -> None:
    text = WHOLE.replace('who = "anna"\n', "")
    take(office, text)
    type_id = facts.find_type("Tenders")
    deal = commands.new_deal(office, "Orion", type_id=type_id).deal_id
    commands.tick_action(office, deal, views.deal(office, deal).stage_actions[0].id)
    assert take(office, text.replace("Read the papers", "Ask")) == [("stage", "Reading", "changed")]
    assert [line.text for line in views.deal(office, deal).stage_actions] == ["Ask"]
    assert list(office.store.database.execute_sql("SELECT count(*) FROM tick").fetchall()) == [(1,)]


def test_stages_are_put_in_the_order_of_the_file(office: Session) -> None:
    head, reading, signing = WHOLE.split("[[stages]]")
    take(office, WHOLE)
    assert take(office, "[[stages]]".join([head, signing, reading])) == [("stage", "the order", "changed")]
    assert [stage.name for stage in facts.type_facts(facts.find_type("Tenders")).stages] == ["Signing", "Reading"]


def test_a_change_since_the_comparison_is_noticed(office: Session) -> None:
    take(office, WHOLE)
    wanted = setup.read_type(WHOLE.replace("20", "40").encode(), "toml")
    _id, version, found = setup.compare_type(office, wanted)
    assert [one.change for one in found] == ["changed"]
    setup.add_stage(office, facts.find_type("Tenders"), "More")
    with pytest.raises(ChangedMeanwhile):
        setup.import_type(office, wanted, version=version)


def test_only_an_administrator_takes_a_type_over(office: Session) -> None:
    with pytest.raises(NotFound):
        setup.import_type(Session(office.store, acting("anna", "")), setup.read_type(WHOLE.encode(), "toml"))


STAGE = '[[stages]]\nname = "Reading"\n'


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ('name = "Tenders"', "", "name"),
        ('name = "Tenders"', "name = 7", "name"),
        ('name = "Tenders"', 'name = " "', "name"),
        ('mode = "semi-strict"', 'mode = "loose"', "mode"),
        ("returns = true", "returns = 1", "returns"),
        ("returns = true", "returns = true\ncolour = 1", "colour"),
        ('["Reading", "Signing"]', '["Reading", "Nowhere"]', "forbidden[0]"),
        ('["Reading", "Signing"]', '["Reading"]', "forbidden[0]"),
        ('["Reading", "Signing"]', '["Reading", "reading"]', "forbidden[0]"),
        ('[["Signing", "Reading"]]', '[["Reading", "Signing"]]', "allowed"),
        ('name = "Lot"', 'name = "amount"', "fields[0].name"),
        ('name = "Lot"', 'name = "a=b"', "fields[0].name"),
        ('kind = "choice"', 'kind = "list"', "fields[0].kind"),
        ('choices = ["A", "B"]', "", "fields[0].choices"),
        ('choices = ["A", "B"]', 'choices = ["A", "a"]', "fields[0].choices[1]"),
        ('choices = ["A", "B"]', "choices = [1]", "fields[0].choices[0]"),
        ('name = "Reading"', 'name = ""', "stages[0].name"),
        ('name = "Signing"', 'name = "READING"', "stages[1].name"),
        ('name = "Signing"', 'name = "R\u0435ading"', "stages[1].name"),
        ('name = "Signing"', 'name = "S\\u0007"', "stages[1].name"),
        ('norm = "2d12h"', 'norm = "soon"', "stages[0].norm"),
        ('norm = "2d12h"', 'norm = "0d"', "stages[0].norm"),
        ('norm = "2d12h"', "norm = 5", "stages[0].norm"),
        ("probability = 20", "probability = 101", "stages[0].probability"),
        ("probability = 20", "probability = 20.5", "stages[0].probability"),
        ('responsible = "manager"', 'responsible = "bob"', "stages[0].responsible"),
        ('requires_to_leave = ["lot", "expected"]', 'requires_to_leave = ["lot", "size"]', "stages[0].requires_to_leave[1]"),
        ('text = "Read the papers"', "", "stages[0].actions[0].text"),
        ('kind = "task"', 'kind = "note"', "stages[0].actions[0].kind"),
        ('who = "anna"', 'who = "bob"', "stages[0].actions[0].who"),
        ('due = "1d"', 'due = "11000d"', "stages[0].actions[0].due"),
        ('guidance = "All of them."', 'guidance = "\\u0000"', "stages[0].actions[0].guidance"),
        ('"anna", "admin"', '"owner"', "stages[1].enter[0]"),
        ('"anna", "admin"', '"admin", "bob"', "stages[1].enter"),
        ('enter = ["anna"', 'enter = [["anna"]', "stages[1].enter[0]"),
    ],
)
def test_what_is_wrong_is_told_with_its_place_and_nothing_is_written(office: Session, old: str, new: str, place: str) -> None:
    assert old in WHOLE
    text = WHOLE.replace(old, new, 1)
    before = rows(office)
    with pytest.raises(Refused) as refusal:
        take(office, text)
    assert refusal.value.code == "bad_file"
    assert [detail["place"] for detail in refusal.value.details] == [place], refusal.value.message
    assert refusal.value.message.startswith(f"{place}: ")
    assert rows(office) == before


@pytest.mark.parametrize(
    ("content", "form"),
    [
        (b"", "json"), (b"[]", "json"), (b"[" * 200_000, "json"), (b"x = [" * 100_000, "toml"), (b"\xff\xfe", "toml"),
        (b"name = ", "toml"), (b'{"name": "A", "name": "B"}', "json"), (b'{"name": ' + b"1" * 9_000 + b"}", "json"),
        (b"#" * (LARGEST_FILE + 1), "toml"), (b"\x00", "toml"),
    ],
    ids=range(10),
)  # fmt: skip
def test_what_is_no_type_file_is_refused(content: bytes, form: str) -> None:
    with pytest.raises(Refused) as refusal:
        setup.read_type(content, form)
    assert refusal.value.code == "bad_file"


@pytest.mark.parametrize(("count", "taken"), [(200, True), (201, False)])
def test_a_type_has_at_most_200_stages(office: Session, count: int, taken: bool) -> None:
    text = 'name = "Many"\nmode = "free"\n' + "".join(f'[[stages]]\nname = "s{number}"\n' for number in range(count))
    if taken:
        assert take(office, text) == [("type", "Many", "added")]
    else:
        with pytest.raises(Refused, match="stages: There are 201"):
            take(office, text)


def test_a_name_that_looks_like_one_in_the_store_is_refused(office: Session) -> None:
    take(office, WHOLE)
    before = rows(office)
    with pytest.raises(Refused, match=r"^name: "):
        take(office, WHOLE.replace('"Tenders"', '"T\u0435nders"'))
    with pytest.raises(Refused, match=r"^stages\[0\].name: "):
        take(office, WHOLE.replace('"Reading"', '"R\u0435ading"'))
    with pytest.raises(Refused, match=r"^fields\[0\].kind: "):
        take(office, WHOLE.replace('"choice"\nchoices = ["A", "B"]', '"text"'))
    assert rows(office) == before


def test_ways_that_lead_nowhere_are_warned_of(office: Session) -> None:
    take(office, WHOLE.replace("allowed = [[", "allowed = []\n#").replace('[["Reading", "Signing"]]', '[["Reading", "Signing"], ["Signing", "Reading"]]'))
    [warning] = views.type_card(office, facts.find_type("Tenders")).warnings
    assert "Reading" in warning and "Signing" in warning


NAMES = st.text(st.characters(codec="utf-8", exclude_categories=["C", "M", "Z"], exclude_characters="=:"), min_size=1, max_size=12)
WHO = st.sampled_from([None, "rep", "manager", "accountant", "admin", "anna", "root"])
WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc", "Cn", "M"], include_characters="\n\t\u200b\u202e\U000e0041"), max_size=40).map(str.strip)


def unlike(names: list[str]) -> bool:
    return len({look_alike_key(name) for name in names}) == len(names)


@st.composite
def type_texts(draw: st.DrawFn) -> TypeText:
    fields = tuple(
        FieldText(f"f{number}{draw(NAMES)}", kind, ("A", "B", draw(NAMES) + "x") if kind == "choice" else ())
        for number, kind in enumerate(draw(st.lists(st.sampled_from(["text", "number", "money", "date", "choice", "yes/no"]), max_size=3)))
    )
    known = ["amount", "expected", "contact", *(one.name for one in fields)]
    asked = st.lists(st.sampled_from(known), unique=True, max_size=3).map(lambda some: tuple(n for n in known if n in some))
    order = ["rep", "manager", "accountant", "admin", "anna", "root"]
    who = st.lists(st.sampled_from(order), unique=True, max_size=3).map(lambda some: tuple(n for n in order if n in some))
    actions = st.lists(
        st.builds(
            ActionText, NAMES, st.booleans(), WHO, st.sampled_from(["call", "meeting", "mail", "task"]),
            st.none() | st.integers(0, 3650 * 86_400), WORDS,
        ), max_size=3,
    ).filter(lambda some: unlike([one.text for one in some]))  # fmt: skip
    names = draw(st.lists(NAMES, max_size=5).filter(unlike))
    stages = tuple(
        StageText(
            name, draw(st.none() | st.integers(1, LONGEST)), draw(st.none() | st.integers(0, 100)), draw(st.booleans()),
            draw(WHO), draw(who), draw(who), draw(asked), draw(asked), tuple(draw(actions)),
        )
        for name in names
    )  # fmt: skip
    pairs = [(start, end) for start in names for end in names if start != end]
    kinds = draw(st.lists(st.sampled_from(["", "forbidden", "allowed"]), min_size=len(pairs), max_size=len(pairs)))
    forbidden, allowed = (
        tuple(pair for pair, kind in zip(pairs, kinds, strict=True) if kind == wanted) for wanted in ("forbidden", "allowed")
    )
    mode = draw(st.sampled_from(["strict", "semi-strict", "free"]))
    return TypeText("T" + draw(NAMES), mode, draw(st.booleans()), forbidden, allowed, fields, stages)


@given(kept=type_texts(), form=st.sampled_from(["toml", "json"]))
def test_text_read_is_the_text_written(kept: TypeText, form: str) -> None:
    content = setup.write_type(kept, form)
    assert setup.read_type(content, form) == kept
    assert setup.write_type(setup.read_type(content, form), form) == content
    assert STEERING.search(content.decode()) is None
    if form == "json":
        json.loads(content)


@pytest.fixture(scope="module")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed store, to be copied."""
    folder = tmp_path_factory.mktemp("founded")
    session_of(folder).store.close()
    return folder / "new.db"


@settings(max_examples=25)
@given(first=type_texts(), second=type_texts())
def test_exported_and_taken_over_elsewhere_and_exported_again_it_is_the_same(
    founded: Path, first: TypeText, second: TypeText
) -> None:
    """Also over a type that is there: then all of the text stands in the store, beside what only the store had."""
    with TemporaryDirectory() as folder:
        def another(name: str) -> Session:
            shutil.copy(founded, Path(folder) / name)
            return Session(open_store(Path(folder) / name), acting("root", ""))

        session = another("one.db")
        type_id, _found = setup.import_type(session, first)
        content = exported(session, str(type_id))
        session.store.close()
        other = another("other.db")
        type_id, _found = setup.import_type(other, setup.read_type(content, "toml"))
        assert exported(other, str(type_id)) == content
        over = replace(second, name=first.name)
        try:
            setup.import_type(other, over)
        except Refused:  # a name of the one looks like a name of the other, or a field is of another kind
            assert exported(other, str(type_id)) == content
        else:
            before = rows(other)
            assert {one.change for one in setup.import_type(other, over)[1]} <= {"left"}
            assert rows(other) == before
        other.store.close()


def test_the_example_of_the_docs_is_taken(office: Session) -> None:
    [example] = re.findall(r"```toml\n(.*?)```", (ROOT / "docs" / "stages.md").read_text(encoding="utf-8"), re.S)
    assert take(office, example) == [("type", "Tenders", "added")]
