"""No text of the store reaches a widget except through the door; the rule tried on examples first."""

from __future__ import annotations

import textwrap

import pytest

from tests.conftest import ROOT
from tests.house.store_text import check, read


def found_in(source: str, path: str = "tui/board/screen.py") -> list[str]:
    return [str(item) for item in check({path: textwrap.dedent(source)})]


CAUGHT = {
    "an attribute": "Static(deal.client)",
    "a name": "Label(name)",
    "an f-string": 'Label(f"{deal.title}!")',
    "a formatted text": 'Label(_("{deal} is won").format(deal=deal.title))',
    "a percent format": 'Label(_("%s is won") % name)',
    "a sum of text": 'Label(_("Client ") + name)',
    "one branch": "Label(plain(a) if a else b)",
    "a fallback": 'Label(note or _("no note"))',
    "a translated f-string": '_(f"x"); Label(_(f"{name}"))',
    "a qualified widget": "widgets.Static(name)",
    "a renamed widget": "from textual.widgets import Static as S\nS(name)",
    "markup switched off": "Static(name, markup=False)",
    "a keyword": "Button(label=name)",
    "a tooltip": "Input(tooltip=deal.title)",
    "a placeholder": "Input(placeholder=deal.title)",
    "an argument list": "Static(*parts)",
    "a button": "Button(deal.title, id='x')",
    "an option": "OptionList(Option(service.name, id='1'))",
    "a plain option": "OptionList(name)",
    "an option added": "self.query_one(OptionList).add_option(name)",
    "options added": "self.list.add_options([service.name for service in services])",
    "options by name": "self.list.add_options(names)",
    "an option list built up": "def f():\n  rows = []\n  rows.append(name)\n  self.list.add_options(rows)",
    "a select": "Select([(stage.name, stage.id) for stage in stages])",
    "select options set": "self.query_one(Select).set_options([(name, 1)])",
    "a selection": "SelectionList(Selection(name, 1))",
    "a selection as a tuple": "SelectionList((name, 1))",
    "a radio set": "RadioSet(name)",
    "a checkbox": "Checkbox(name)",
    "a collapsible": "Collapsible(title=name)",
    "a tab": "TabPane(stage.name)",
    "a placeholder widget": "Placeholder(name)",
    "a notification": "self.app.notify(refusal.message)",
    "a notification's title": "self.notify(_('Done'), title=deal.title)",
    "an update": "self.query_one('#pane', Static).update(text)",
    "a border title": "self.border_title = deal.title",
    "a border subtitle": 'pane.border_subtitle = f"{count}"',
    "a tooltip set": "self.tooltip = deal.note",
    "a placeholder set": "def f():\n  entry = Input()\n  entry.placeholder = deal.title",
    "the placeholder of a text area": "def f():\n  area = TextArea()\n  area.placeholder = plain(name).plain",
    "the characters of a Content as a title": "self.border_title = plain(name).plain",
    "the characters of a Content": "Label(plain(name).plain)",
    "a class's border title": "class Pane(Widget):\n  BORDER_TITLE = NAME",
    "a widget of ours": "class Heading(Static):\n  pass\nHeading(name)",
    "a widget of ours with its own start": (
        "class Heading(Static):\n  def __init__(self, name):\n    super().__init__(name)"
    ),
    "a widget drawn as text": "class Pane(Widget):\n  def render(self) -> str:\n    return self.deal.title",
    "a mapped widget": "list(map(Static, names))",
    "a partial widget": "partial(Label, name)",
    "markup made": "Content.from_markup(name)",
    "markup with variables": "Content.from_markup('$name', name=name)",
    "text that may be markup": "Content.from_text(name)",
    "a Content round the door": "Content(name)",
    "an assembled Content round the door": "Label(Content.assemble(('Client ', 'b'), name))",
    "a Content with a name appended": "Label(plain(a).append(name))",
    "a method of a text": 'Label(_("{x}").replace("{x}", name))',
    "a local name bound twice": "def f(self):\n  text = _('no')\n  text = deal.title\n  Label(text)",
    "a loop's name": "def f(self):\n  for text in names:\n    Label(text)",
    "a loop's name, bound before": "def f(self):\n  text = ''\n  for text in names:\n    Label(text)",
    "a parameter": "def f(self, text: str):\n  Label(text)",
    "a lambda's parameter": "def f(self):\n  text = ''\n  return lambda text: Label(text)",
    "an error's text": "def f(self):\n  try:\n    g()\n  except Refused as no:\n    Label(no)",
    "a function that gives text": "def head(deal) -> str:\n  return deal.title\nLabel(head(deal))",
    "a function said to give both": "def head(deal) -> Content | str: ...\nLabel(head(deal))",
    "a data table": "from textual.widgets import DataTable",
    "a tree": "from textual.widgets import Tree",
    "Markdown": "import textual.widgets\ntextual.widgets.Markdown('x')",
    "a rich log": "from textual.widgets import RichLog as Log",
}

PASSED = {
    "nothing": "Static()",
    "a literal": 'Label("Stagewatch")',
    "our own text": 'Label(_("Clients"), id=name)',
    "our own text in the plural": 'self.notify(ngettext("{n} deal", "{n} deals", n))',
    "the door": "Label(plain(deal.client))",
    "the door by its room": "Label(words.plain(f'{deal.client}: {n}'))",
    "the door with a style": 'self.border_title = styled(deal.title, "bold")',
    "the door around a formatted text": 'self.notify(plain(_("{deal} is won").format(deal=name)))',
    "a branch each safe": 'Label(plain(a) if a else _("none"))',
    "an assembled Content": 'Label(Content.assemble((_("Client "), "dim"), plain(name), "."))',
    "a Content of our own text": 'Label(Content(_("Client ")).append(plain(name)))',
    "Contents joined": "Label(Content(' ').join([plain(name) for name in names]))",
    "a styled Content": "Label(plain(name).stylize('bold'))",
    "a local name": "def f(self):\n  text = plain(name)\n  Label(text)",
    "a local name bound twice": "def f():\n  text = ''\n  if a:\n    text = plain(a)\n  Label(text)",
    "a local name that grows": "def f(self):\n  text = plain(a)\n  text += plain(b)\n  Label(text)",
    "a function that gives a Content": "def head(deal) -> Content: ...\nLabel(head(deal))",
    "a parameter that is a Content": "def f(self, head: Content | None):\n  Label(head)",
    "options": "OptionList(*[Option(plain(s.name), id=s.key) for s in services])",
    "options added": "self.list.add_options([Option(plain(s.name)) for s in services])",
    "options built up": (
        "def f(self):\n  rows = []\n  for s in services:\n    rows.append(Option(plain(s.name)))\n"
        "  self.list.add_options(rows)"
    ),
    "a select": "Select([(plain(s.name), s.id) for s in stages], prompt=_('Stage'))",
    "an input's value": "Input(deal.title, placeholder=_('Title'), id='title')",
    "an input's placeholder": "def f():\n  entry = Input()\n  entry.placeholder = plain(field.hint).plain",
    "a widget of ours with its own start": "class Head(Static):\n  def __init__(self, deal): ...\nHead(deal)",
    "a mapping": "self.known.update({deal.id: deal})",
    "a drawn Content": "class Pane(Widget):\n  def render(self):\n    return plain(self.deal.title)",
    "a text drawn elsewhere": "def render(deal):\n  return deal.title",
    "a class as an argument": "self.query_one('#pane', Static).display = False",
}


@pytest.mark.parametrize("name", CAUGHT)
def test_text_that_may_come_from_the_store_is_caught(name: str) -> None:
    assert found_in(CAUGHT[name]), CAUGHT[name]


@pytest.mark.parametrize("name", PASSED)
def test_text_of_our_own_and_text_through_the_door_pass(name: str) -> None:
    assert found_in(PASSED[name]) == []


def test_a_finding_names_file_and_line() -> None:
    (found,) = found_in("\n\nLabel(name)\n")
    assert found.startswith("tui/board/screen.py:3: Label(… name …)")


def test_widgets_of_ours_are_known_across_files() -> None:
    sources = {"tui/widgets/pane.py": "class Pane(Static): ...", "tui/board/screen.py": "Pane(deal.title)"}
    assert [item.path for item in check(sources)] == ["tui/board/screen.py"]


def test_the_door_alone_builds_a_content_of_any_text() -> None:
    door = "def plain(text: str) -> Content:\n    return Content(shown(text))\n"
    assert found_in(door, "tui/widgets/words.py") == []
    assert found_in(door)


def test_no_text_of_the_store_goes_round_the_door() -> None:
    sources = read(ROOT / "tui")
    assert sources, "tui/ has no sources"
    assert [str(item) for item in check(sources)] == []
