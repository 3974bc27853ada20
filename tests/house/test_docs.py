"""What can be done is documented: every key stands in the guide, and every page that is linked is there."""

from __future__ import annotations

import re
from pathlib import Path

from tui import keymap

ROOT = Path(__file__).resolve().parents[2]


def test_every_key_stands_in_the_guide_under_its_name():
    guide = (ROOT / "docs" / "keys.md").read_text(encoding="utf-8")
    assert [act.id for act in keymap.table() if f"`{act.id}`" not in guide] == []


def test_every_page_that_the_readme_names_is_there():
    links = re.findall(r"\]\(([^)#]+)\)", (ROOT / "README.md").read_text(encoding="utf-8"))
    assert links and [link for link in links if not (ROOT / link).exists()] == []
