"""Deal types to begin with, as data: each with its stages in English and Russian, norms and set percentages."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class StageTemplate:
    """`norm` in days, `probability` in percent."""

    en: str
    ru: str
    norm: int
    probability: int

    def name(self, language: str) -> str:
        return self.ru if language == "ru" else self.en


@dataclass(frozen=True)
class TypeTemplate:
    key: str
    en: str
    ru: str
    mode: str
    returns: bool
    stages: tuple[StageTemplate, ...]

    def name(self, language: str) -> str:
        return self.ru if language == "ru" else self.en


QUICK_SALES = "quick-sales"

TEMPLATES: dict[str, TypeTemplate] = {
    template.key: template
    for template in (
        TypeTemplate(
            QUICK_SALES, "Quick Sales", "Быстрые продажи", "free", True,
            (
                StageTemplate("Initiating interest", "Инициирование интереса", 7, 15),
                StageTemplate("Demonstration", "Демонстрация", 10, 40),
                StageTemplate("Closing the deal", "Заключение сделки", 7, 70),
            ),
        ),
        TypeTemplate(
            "advertising", "Advertising", "Реклама", "free", True,
            (
                StageTemplate("Briefing", "Бриф", 5, 10),
                StageTemplate("Sending the offer", "Отправка предложения", 7, 25),
                StageTemplate("Agreeing terms", "Согласование условий", 10, 45),
                StageTemplate("Making the design", "Разработка дизайна", 14, 65),
                StageTemplate("Approving the layout", "Утверждение макета", 7, 75),
                StageTemplate("Awaiting payment", "Ожидание оплаты", 10, 85),
                StageTemplate("Signing the acts", "Подписание актов", 7, 95),
            ),
        ),
        TypeTemplate(
            "consulting", "Consulting", "Консалтинг", "semi-strict", True,
            (
                StageTemplate("First conversation", "Первая беседа", 7, 15),
                StageTemplate("Writing the specification", "Составление технического задания", 14, 35),
                StageTemplate("Sending the offer", "Отправка предложения", 7, 50),
                StageTemplate("Agreeing terms", "Согласование условий", 10, 70),
                StageTemplate("Awaiting payment", "Ожидание оплаты", 14, 90),
            ),
        ),
        TypeTemplate(
            "windows", "Window installation", "Установка окон", "strict", True,
            (
                StageTemplate("Request", "Заявка", 2, 20),
                StageTemplate("Measuring", "Замер", 5, 40),
                StageTemplate("Agreeing terms", "Согласование условий", 7, 55),
                StageTemplate("Awaiting payment", "Ожидание оплаты", 5, 75),
                StageTemplate("Manufacture", "Изготовление", 21, 90),
                StageTemplate("Installation", "Монтаж", 5, 95),
                StageTemplate("Signing the acts", "Подписание актов", 3, 98),
            ),
        ),
        TypeTemplate(
            "legal", "Legal matter", "Юридическое дело", "strict", True,
            (
                StageTemplate("Enquiry", "Обращение", 3, 20),
                StageTemplate("Conflict check", "Проверка конфликта интересов", 2, 35),
                StageTemplate("Agreeing terms", "Согласование условий", 7, 55),
                StageTemplate("Awaiting payment", "Ожидание оплаты", 10, 75),
                StageTemplate("Work on the matter", "Работа по делу", 60, 90),
                StageTemplate("Signing the acts", "Подписание актов", 7, 97),
            ),
        ),
        TypeTemplate(
            "real-estate", "Real estate", "Недвижимость", "strict", True,
            (
                StageTemplate("Enquiry", "Обращение", 3, 10),
                StageTemplate("Choosing objects", "Подбор объектов", 14, 20),
                StageTemplate("Viewing", "Просмотр", 14, 35),
                StageTemplate("Agreeing terms", "Согласование условий", 10, 60),
                StageTemplate("Checking the title", "Проверка прав", 10, 75),
                StageTemplate("Signing the contract", "Подписание договора", 5, 90),
                StageTemplate("Registration", "Регистрация", 14, 97),
            ),
        ),
        TypeTemplate(
            "freight", "Freight", "Грузоперевозки", "strict", True,
            (
                StageTemplate("Request", "Заявка", 2, 20),
                StageTemplate("Sending the offer", "Отправка предложения", 3, 35),
                StageTemplate("Agreeing terms", "Согласование условий", 5, 60),
                StageTemplate("Carriage", "Перевозка", 10, 90),
                StageTemplate("Signing the acts", "Подписание актов", 5, 95),
                StageTemplate("Awaiting payment", "Ожидание оплаты", 14, 97),
            ),
        ),
    )
}
