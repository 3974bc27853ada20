"""A rule for tui/: no text of the store reaches a Textual widget except through one door.

Textual reads a `str` as markup, and markup can run actions: a client called `[@click=app.quit]X[/]` would.
So whatever a widget shows must be, by its very form in the source, one of

- a literal, or a text of our own from `_()`, `ngettext()` and their kin,
- a call of the door, `plain(…)` or `styled(…)` of `tui/widgets/words.py`: a `Content` made without markup,
- a `Content` assembled from these, or a call or parameter that is declared to be a `Content` or a `Strip`,
- a local name that is only ever bound to one of these.

f-strings, attributes, `.format()` and other names are refused: wrap them in the door.

    python -m tests.house.store_text [FOLDER]       # default: tui; exit status 1 if anything is found
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

DOOR = {"plain", "styled"}
OUR_OWN = {"_": 1, "gettext": 1, "ngettext": 2, "pgettext": 2, "npgettext": 3}  # how many literals come first
ANNOTATED = {"Content", "Strip"}
FORBIDDEN = {"DataTable", "Tree", "DirectoryTree", "Markdown", "MarkdownViewer", "RichLog"}
DOOR_FILE = "words.py"  # the door itself is the one place that may build a Content from any text

ALL = -1  # every positional argument


@dataclass(frozen=True, slots=True)
class Shows:
    """Which arguments of a call are shown: positions, keywords, and those that are lists of what is shown."""

    places: tuple[int, ...] = ()
    words: tuple[str, ...] = ()
    lists: tuple[int | str, ...] = ()


WIDGETS: dict[str, Shows] = {
    "Static": Shows((0,), ("content", "renderable")),
    "Label": Shows((0,), ("content", "renderable")),
    "Link": Shows((0,), ("text",)),
    "Button": Shows((0,), ("label",)),
    "Checkbox": Shows((0,), ("label",)),
    "RadioButton": Shows((0,), ("label",)),
    "RadioSet": Shows((ALL,)),
    "Option": Shows((0,), ("prompt",)),
    "Selection": Shows((0,), ("prompt",)),
    "OptionList": Shows((ALL,)),
    "SelectionList": Shows((ALL,)),
    "Select": Shows((), ("prompt",), (0, "options")),
    "Collapsible": Shows((), ("title",)),
    "TabPane": Shows((0,), ("title",)),
    "TabbedContent": Shows((ALL,)),
    "Tab": Shows((0,), ("label",)),
    "Tabs": Shows((ALL,)),
    "Placeholder": Shows((0,), ("label",)),
    "Input": Shows((1,), ("placeholder",)),
    "MaskedInput": Shows((), ("placeholder",)),
    "TextArea": Shows((), ("placeholder",)),
    "ListItem": Shows(),
}
METHODS: dict[str, Shows] = {
    "notify": Shows((0,), ("message", "title")),
    "update": Shows((0,), ("content",)),
    "show_text": Shows((0,), ("text",)),
    "add_option": Shows((0,), ("item",)),
    "add_options": Shows((), (), (0, "new_options", "items")),
    "set_options": Shows((), (), (0, "options")),
    "replace_option_prompt": Shows((1,), ("prompt",)),
    "replace_option_prompt_at_index": Shows((1,), ("prompt",)),
    "from_values": Shows((), ("prompt",), (0, "values")),
    "from_markup": Shows((ALL,)),
    "with_tooltip": Shows((0,), ("tooltip",)),
}
ATTRIBUTES = {"border_title", "border_subtitle", "tooltip", "placeholder", "label"}
CLASS_NAMES = {"BORDER_TITLE", "BORDER_SUBTITLE"}

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Found:
    path: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}"


@dataclass(frozen=True, slots=True)
class House:
    """What the sources together say: our own kinds of widget, and what is declared to give a Content."""

    widgets: Mapping[str, Shows]
    contents: frozenset[str]


def check(sources: Mapping[str, str]) -> list[Found]:
    """Judge sources, a text by its path; what is refused, in the order of the text."""
    trees = {path: ast.parse(text, path) for path, text in sources.items()}
    house = House(_own_widgets(trees.values()), _declared_contents(trees.values()))
    return [found for path, tree in trees.items() for found in _check_file(path, tree, house)]


def _own_widgets(trees: Iterable[ast.Module]) -> dict[str, Shows]:
    """Widgets of Textual and the classes of ours that hand their arguments through to one."""
    widgets = dict(WIDGETS)
    classes = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    grown = True
    while grown:
        grown = False
        for node in classes:
            parent = _parent(node, widgets)
            if parent and node.name not in widgets:
                widgets[node.name] = Shows() if _method(node, "__init__") else widgets[parent]
                grown = True
    return widgets


def _parent(node: ast.ClassDef, widgets: Mapping[str, Shows]) -> str | None:
    names = (_last_name(base.value if isinstance(base, ast.Subscript) else base) for base in node.bases)
    return next((name for name in names if name in widgets), None)


def _method(node: ast.ClassDef, name: str) -> Function | None:
    return next((item for item in node.body if isinstance(item, Function) and item.name == name), None)


def _declared_contents(trees: Iterable[ast.Module]) -> frozenset[str]:
    """Names of functions that everywhere say `-> Content` or `-> Strip`."""
    said: dict[str, bool] = {}
    for tree in trees:
        for node in ast.walk(tree):
            if isinstance(node, Function):
                said[node.name] = said.get(node.name, True) and _is_content(node.returns)
    return frozenset(name for name, always in said.items() if always)


def _is_content(annotation: ast.expr | None) -> bool:
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        annotation = ast.parse(annotation.value, mode="eval").body
    if isinstance(annotation, ast.BinOp):  # Content | None
        return all(_is_content(side) or _is_none(side) for side in (annotation.left, annotation.right))
    return annotation is not None and _last_name(annotation) in ANNOTATED


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _last_name(node: ast.expr) -> str:
    """`widgets.Static` and `Static` are both Static; anything else is the empty name."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _check_file(path: str, tree: ast.Module, house: House) -> Iterator[Found]:
    aliases = {
        alias.asname: alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if alias.asname
    }
    is_door = Path(path).name == DOOR_FILE
    for node, scope, owner in _walk(tree, None, None):
        for line, message in _judge(node, scope, owner, house, aliases, is_door):
            yield Found(path, line, message)


def _walk(
    node: ast.AST, scope: Function | None, owner: ast.ClassDef | None
) -> Iterator[tuple[ast.AST, Function | None, ast.ClassDef | None]]:
    """Every node with the function and the class that it stands in."""
    for child in ast.iter_child_nodes(node):
        yield child, scope, owner
        if isinstance(child, Function):
            yield from _walk(child, child, owner)
        elif isinstance(child, ast.ClassDef):
            yield from _walk(child, None, child)
        else:
            yield from _walk(child, scope, owner)


def _judge(
    node: ast.AST,
    scope: Function | None,
    owner: ast.ClassDef | None,
    house: House,
    aliases: Mapping[str, str],
    is_door: bool,
) -> Iterator[tuple[int, str]]:
    safe = _Safe(house, scope, aliases)
    match node:
        case ast.ImportFrom(module=str(module)) if module.startswith("textual"):
            for alias in node.names:
                if alias.name in FORBIDDEN:
                    yield node.lineno, f"{alias.name} reads markup of its own: draw lines or use OptionList"
        case ast.Call():
            yield from _judge_call(node, owner, house, aliases, is_door, safe)
        case ast.Assign(targets=targets, value=value):
            for target in targets:
                yield from _judge_assignment(target, value, owner, scope, safe)
        case ast.AugAssign(target=target, value=value):
            yield from _judge_assignment(target, value, owner, scope, safe)
        case ast.AnnAssign(target=target, value=value) if value is not None:
            yield from _judge_assignment(target, value, owner, scope, safe)
        case ast.Return(value=value) if value is not None and owner and scope and scope.name == "render":
            if not _is_content(scope.returns) and not safe.text(value):
                yield (
                    node.lineno,
                    f"render() returns {_short(value)}, read as markup: wrap it in plain()",
                )


def _judge_assignment(
    target: ast.expr, value: ast.expr, owner: ast.ClassDef | None, scope: Function | None, safe: _Safe
) -> Iterator[tuple[int, str]]:
    if isinstance(target, ast.Attribute):
        shown = target.attr in ATTRIBUTES
    else:
        shown = (
            isinstance(target, ast.Name) and owner is not None and scope is None and target.id in CLASS_NAMES
        )
    if shown and not safe.text(value) and not safe.placeholder(target, value):
        yield target.lineno, f"{_last_name(target)} = {_short(value)}: wrap it in plain()"


def _judge_call(
    call: ast.Call,
    owner: ast.ClassDef | None,
    house: House,
    aliases: Mapping[str, str],
    is_door: bool,
    safe: _Safe,
) -> Iterator[tuple[int, str]]:
    name = _last_name(call.func)
    name = aliases.get(name, name)
    if isinstance(call.func, ast.Attribute) and name in FORBIDDEN:
        yield call.lineno, f"{name} reads markup of its own: draw lines or use OptionList"
        return
    if name in ("map", "partial", "starmap") and call.args and _last_name(call.args[0]) in house.widgets:
        yield (
            call.lineno,
            f"{name}({_last_name(call.args[0])}, …) hides what is shown: call it plainly",
        )
        return
    if not is_door and _builds_content(call, name) and not safe.built(call, name):
        yield call.lineno, f"{_short(call)} goes round the door: use plain() or styled()"
        return
    shows = _shown_by(call, name, owner, house)
    if shows is not None and not (name == "update" and _is_of_a_dict(call)):
        for bad in _refused(call, shows, safe):
            yield (
                bad.lineno,
                f"{name}(… {_short(bad)} …) may be markup from the store: wrap it in plain()",
            )


def _shown_by(call: ast.Call, name: str, owner: ast.ClassDef | None, house: House) -> Shows | None:
    if name == "__init__" and owner is not None:  # super().__init__(…) of a widget of ours
        parent = _parent(owner, house.widgets)
        return house.widgets[parent] if parent else None
    if isinstance(call.func, ast.Attribute) and name in METHODS:
        return METHODS[name]
    return house.widgets.get(name)


def _builds_content(call: ast.Call, name: str) -> bool:
    return name == "Content" or (
        isinstance(call.func, ast.Attribute) and _last_name(call.func.value) == "Content"
    )


def _is_of_a_dict(call: ast.Call) -> bool:
    """`{…}.update` of a mapping or a set: recognised by a literal argument; for names `|=` is there."""
    return bool(call.args) and isinstance(call.args[0], ast.Dict | ast.DictComp | ast.Set | ast.SetComp)


def _refused(call: ast.Call, shows: Shows, safe: _Safe) -> Iterator[ast.expr]:
    for place, value in enumerate(call.args):
        if isinstance(value, ast.Starred):
            if not (shows.places or shows.lists):
                continue
            if not (ALL in shows.places and safe.texts(value.value)):
                yield value
        elif place in shows.lists:
            if not safe.texts(value):
                yield value
        elif (place in shows.places or ALL in shows.places) and not safe.text(value):
            yield value
    for keyword in call.keywords:
        if keyword.arg in shows.lists:
            if not safe.texts(keyword.value):
                yield keyword.value
        elif (
            keyword.arg is not None
            and keyword.arg in (*shows.words, "tooltip")
            and not safe.text(keyword.value)
        ):
            yield keyword.value


def _short(node: ast.expr) -> str:
    text = ast.unparse(node).splitlines()[0]
    return text if len(text) <= 50 else text[:49] + "…"


@dataclass(frozen=True, slots=True)
class _Safe:
    """What may be shown as it stands, judged by its form, in the function it stands in."""

    house: House
    scope: Function | None
    aliases: Mapping[str, str]

    def placeholder(self, target: ast.expr, value: ast.expr) -> bool:
        """`entry.placeholder = plain(…).plain` where `entry` is an Input: it takes a `str` only, and reads no markup."""
        match target, value:
            case (ast.Attribute(value=ast.Name(id=name), attr="placeholder"), ast.Attribute(value=built, attr="plain")):
                bindings, others = _bindings(self.scope, name) if self.scope else ([], True)
                made = [_last_name(item.func) for item in bindings if isinstance(item, ast.Call)]
                return not others and made == ["Input"] * len(bindings) != [] and self._is_built(built, frozenset())
            case _:
                return False

    def text(self, node: ast.expr, seen: frozenset[str] = frozenset()) -> bool:
        match node:
            case ast.Constant():
                return True
            case ast.IfExp(body=body, orelse=orelse):
                return self.text(body, seen) and self.text(orelse, seen)
            case ast.BoolOp(values=values):
                return all(self.text(value, seen) for value in values)
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                return self.text(left, seen) and self.text(right, seen)
            case ast.Tuple(elts=[first, *_rest]):  # (what is shown, value or style)
                return self.text(first, seen)
            case ast.NamedExpr(value=value):
                return self.text(value, seen)
            case ast.Name(id=name):
                return self._name(name, seen)
            case ast.Call():
                return self._call(node, seen)
            case _:
                return False

    def built(self, call: ast.Call, name: str) -> bool:
        """Whether `Content(…)`, `Content.assemble(…)`, `Content.from_markup(…)`… take safe texts only."""
        texts = call.args if name == "assemble" else call.args[:1]
        named = [
            keyword.value
            for keyword in call.keywords
            if name == "from_markup" or keyword.arg in ("text", "content")
        ]
        return all(
            self.texts(item.value) if isinstance(item, ast.Starred) else self.text(item)
            for item in (*texts, *named)
        )

    def texts(self, node: ast.expr, seen: frozenset[str] = frozenset()) -> bool:
        match node:
            case ast.List(elts=items) | ast.Tuple(elts=items):
                return all(
                    self.texts(item.value, seen) if isinstance(item, ast.Starred) else self.text(item, seen)
                    for item in items
                )
            case ast.ListComp(elt=item) | ast.GeneratorExp(elt=item):
                return self.text(item, seen)
            case ast.IfExp(body=body, orelse=orelse):
                return self.texts(body, seen) and self.texts(orelse, seen)
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                return self.texts(left, seen) and self.texts(right, seen)
            case ast.Name(id=name):
                return self._name(name, seen, several=True)
            case _:
                return False

    def _name(self, name: str, seen: frozenset[str], several: bool = False) -> bool:
        """A local name, each binding of which is safe, or a parameter declared to be a Content."""
        if self.scope is None or name in seen:
            return name in seen
        parameter = _parameter(self.scope, name)
        bindings, others = _bindings(self.scope, name)
        if others or (parameter is not None and not _is_content(parameter.annotation)):
            return False
        if parameter is None and not bindings:
            return False
        inside = seen | {name}
        added = all(self._added(call, inside) for call in _additions(self.scope, name)) if several else True
        judge = self.texts if several else self.text
        return added and all(judge(value, inside) for value in bindings)

    def _added(self, call: ast.Call, seen: frozenset[str]) -> bool:
        """What `rows.append(…)` and `rows.extend(…)` put into a list that is shown."""
        name = _last_name(call.func)
        place = 1 if name == "insert" else 0
        if len(call.args) <= place:
            return False
        return self.texts(call.args[0], seen) if name == "extend" else self.text(call.args[place], seen)

    def _call(self, call: ast.Call, seen: frozenset[str]) -> bool:
        name = _last_name(call.func)
        name = self.aliases.get(name, name)
        if name in OUR_OWN:
            literal = call.args[: OUR_OWN[name]]
            return bool(literal) and all(isinstance(item, ast.Constant) for item in literal)
        return self._content(call, name, seen)

    def _content(self, call: ast.Call, name: str, seen: frozenset[str]) -> bool:
        """Calls that give a Content, or a widget or option that is judged where it stands itself."""
        if name in DOOR or name in self.house.contents or name in self.house.widgets:
            return True
        if name in ("Separator", "Strip") or _builds_content(call, name):
            return True  # a Content of what is not safe is refused where it is built
        if not isinstance(call.func, ast.Attribute):
            return False
        if not self._is_built(call.func.value, seen):
            return False
        if name == "join":
            return all(self.texts(item, seen) for item in call.args)
        return all(self.text(item, seen) for item in call.args) if name.startswith("append") else True

    def _is_built(self, node: ast.expr, seen: frozenset[str]) -> bool:
        """A Content, not a str that is safe: the methods of a str give strings again."""
        if isinstance(node, ast.Name) and self.scope is not None and node.id not in seen:
            bindings, others = _bindings(self.scope, node.id)
            return (
                bool(bindings) and not others and all(self._is_built(v, seen | {node.id}) for v in bindings)
            )
        if not isinstance(node, ast.Call):
            return False
        name = _last_name(node.func)
        return name not in OUR_OWN and name not in self.house.widgets and self._content(node, name, seen)


def _parameter(scope: Function | ast.Lambda, name: str) -> ast.arg | None:
    arguments = scope.args
    given = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    given += [argument for argument in (arguments.vararg, arguments.kwarg) if argument]
    return next((argument for argument in given if argument.arg == name), None)


def _bindings(scope: Function, name: str) -> tuple[list[ast.expr], bool]:
    """Values that a name is bound to in a function, and whether it is bound in some other way too."""
    values: list[ast.expr] = []
    known: set[int] = set()
    for node in ast.walk(scope):
        match node:
            case ast.Assign(targets=targets, value=value):
                plain = [target for target in targets if isinstance(target, ast.Name) and target.id == name]
            case ast.AnnAssign(target=ast.Name(id=bound) as target, value=ast.expr() as value) if (
                bound == name
            ):
                plain = [target]
            case ast.AugAssign(target=ast.Name(id=bound) as target, value=value) if bound == name:
                plain = [target]
            case ast.NamedExpr(target=ast.Name(id=bound) as target, value=value) if bound == name:
                plain = [target]
            case _:
                continue
        if plain:
            values.append(value)
            known.update(id(target) for target in plain)
    return values, any(id(node) not in known and _binds(node, name) for node in ast.walk(scope))


def _binds(node: ast.AST, name: str) -> bool:
    """Loops, `with`, `except`, patterns, unpacking and lambdas bind names to what nobody judged."""
    match node:
        case ast.Name(id=bound, ctx=ast.Store()):
            return bound == name
        case ast.ExceptHandler(name=bound) | ast.MatchAs(name=bound) | ast.MatchStar(name=bound):
            return bound == name
        case ast.MatchMapping(rest=bound):
            return bound == name
        case ast.Lambda():
            return _parameter(node, name) is not None
        case _:
            return False


def _additions(scope: Function, name: str) -> Iterator[ast.Call]:
    for node in ast.walk(scope):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in ("append", "extend", "insert")
            and isinstance(node.func.value, ast.Name)
            and node.func.value.id == name
        ):
            yield node


def read(folder: Path) -> dict[str, str]:
    """The sources of a folder, by path."""
    return {str(path): path.read_text(encoding="utf-8") for path in sorted(folder.rglob("*.py"))}


def main(folder: str = "tui") -> int:
    found = check(read(Path(folder)))
    for item in found:
        print(item)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:2]))
