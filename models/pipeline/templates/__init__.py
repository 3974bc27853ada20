"""Deal types to begin with: type files beside this one, each in English and Russian."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from models.pipeline.setup import TypeText

QUICK_SALES = "quick-sales"
TEMPLATES = (QUICK_SALES, "advertising", "consulting", "windows", "legal", "real-estate", "freight")

# What companies lose deals for, to begin with.
LOSS_REASONS = {
    "en": (
        "Too expensive", "Chose a competitor", "Project cancelled", "No budget this year", "No answer for weeks",
        "Needs a service that we do not offer", "Bad timing", "Not a fit for us",
    ),
    "ru": (
        "Дорого", "Выбрали конкурента", "Проект закрыт", "Нет бюджета в этом году", "Не отвечают несколько недель",
        "Нужна услуга, которой у нас нет", "Неподходящее время", "Не наш клиент",
    ),
}  # fmt: skip


def template(key: str, language: str) -> TypeText:
    """The deal type of a template."""
    from importlib.resources import files

    from models.pipeline.setup import read_type

    return read_type(files(__name__).joinpath(f"{key}.{language}.toml").read_bytes(), "toml")
