"""The words of the demo: companies, people, places, what is sold and what is said about it, English and Russian."""

from __future__ import annotations

from dataclasses import dataclass

from models.pipeline.templates import LOSS_REASONS


@dataclass(frozen=True)
class Place:
    """`dial` is the phone prefix with country and area."""

    city: str
    country: str
    postcode: str
    dial: str


@dataclass(frozen=True)
class Words:
    company: str
    currency: str
    timezone: str
    unit: int  # minor units that amounts are rounded to
    scale: int  # a typical amount, in minor units
    teams: tuple[str, str]
    firms: tuple[str, ...]
    trades: tuple[str, ...]
    forms: tuple[str, ...]
    places: tuple[Place, ...]
    streets: tuple[str, ...]
    women: tuple[tuple[str, ...], tuple[str, ...]]
    men: tuple[tuple[str, ...], tuple[str, ...]]
    positions: tuple[str, ...]
    goods: tuple[str, ...]
    details: tuple[str, ...]
    sources: tuple[str, ...]
    lost: tuple[str, ...]
    held: tuple[str, ...]
    returned: tuple[str, ...]
    reopened: tuple[str, ...]
    asked: tuple[str, ...]
    custom: dict[str, tuple[str, ...]]  # name of a custom field: what deals hold in it
    plans: dict[str, tuple[str, ...]]  # kind of activity: what is to be done
    results: tuple[str, ...]
    notes: tuple[str, ...]
    entries: tuple[str, ...]


EN = Words(
    company="Brightwater Logistics",
    currency="EUR",
    timezone="Europe/Berlin",
    unit=5_000,
    scale=480_000,
    teams=("North", "South"),
    firms=(
        "Orion", "Halden", "Meridian", "Castor", "Vellmar", "Tarn", "Albion", "Kestrel", "Lindqvist", "Marlow",
        "Sandberg", "Novara", "Pellworm", "Rosenau", "Stour", "Thalberg", "Ulverston", "Verdant", "Westerholm", "Yarrow",
        "Ashdown", "Birken", "Corvina", "Dunmore", "Eiderstedt", "Fairmont", "Glenmore", "Hartwig", "Isarco", "Juniper",
        "Kranich", "Lorient", "Moorgate", "Norrland", "Oakhurst", "Perrin", "Quarry Hill", "Redwell", "Solvang", "Tiber",
        "Umbria", "Valk", "Wexford", "Zeeland", "Amber", "Borealis", "Cedar", "Delft", "Elm Street", "Foxglove",
        "Gannet", "Heron", "Ivory", "Jasper", "Kingfisher", "Larch", "Magnolia", "Nordhavn", "Ostrava", "Pine Ridge",
    ),
    trades=(
        "Trading", "Foods", "Textiles", "Instruments", "Printing", "Timber", "Ceramics", "Pharma", "Machinery", "Books",
        "Optics", "Packaging", "Furniture", "Wines", "Electronics", "Paper", "Cycles", "Gardens", "Tools", "Glass",
        "Chemicals", "Dairy", "Bakeries", "Sports", "Lighting", "Metals", "Plastics", "Seeds", "Medical", "Kitchens",
    ),
    forms=("Ltd", "GmbH", "B.V.", "S.A.", "AB", "ApS", "s.r.o.", "Sp. z o.o."),
    places=(
        Place("Berlin", "DE", "10", "+49 30"), Place("Hamburg", "DE", "20", "+49 40"), Place("München", "DE", "80", "+49 89"),
        Place("Leipzig", "DE", "04", "+49 341"), Place("Amsterdam", "NL", "10", "+31 20"), Place("Rotterdam", "NL", "30", "+31 10"),
        Place("Antwerp", "BE", "20", "+32 3"), Place("Lyon", "FR", "69", "+33 4"), Place("Paris", "FR", "75", "+33 1"),
        Place("Vienna", "AT", "10", "+43 1"), Place("Gdańsk", "PL", "80", "+48 58"), Place("Kraków", "PL", "30", "+48 12"),
        Place("Brno", "CZ", "60", "+420 5"), Place("Malmö", "SE", "21", "+46 40"), Place("Aarhus", "DK", "80", "+45 86"),
        Place("Milan", "IT", "20", "+39 02"),
    ),
    streets=(
        "Harbour Road", "Station Street", "Mill Lane", "Market Square", "Canal Street", "Church Hill", "Long Acre",
        "Garden Row", "Foundry Way", "Weavers' Yard", "Linden Avenue", "Bridge Street",
    ),
    women=(
        (
            "Anna", "Clara", "Elena", "Greta", "Hanna", "Ingrid", "Julia", "Katrin", "Laura", "Maria", "Nina", "Petra",
            "Sofie", "Teresa", "Vera", "Agnieszka",
        ),
        (
            "Keller", "Brandt", "Novak", "Larsen", "de Vries", "Moreau", "Rossi", "Kowalska", "Fischer", "Lindgren",
            "Baker", "Winter", "Peeters", "Hoffmann", "Shaw", "Dvořáková",
        ),
    ),
    men=(
        (
            "Adam", "Bruno", "Daniel", "Erik", "Felix", "Georg", "Henrik", "Ivan", "Jan", "Lukas", "Marco", "Oskar",
            "Pavel", "Stefan", "Thomas", "Willem",
        ),
        (
            "Keller", "Brandt", "Novák", "Larsen", "de Vries", "Moreau", "Rossi", "Kowalski", "Fischer", "Lindgren",
            "Baker", "Winter", "Peeters", "Hoffmann", "Shaw", "Marsh",
        ),
    ),
    positions=(
        "Managing director", "Head of purchasing", "Buyer", "Logistics manager", "Accountant", "Head of warehouse",
        "Assistant", "Head of operations",
    ),
    goods=(
        "Pallets to Lyon", "Weekly groupage", "Cold chain, dairy", "Container from Gdańsk", "Express parcels",
        "Warehouse space", "Customs clearance", "Trade fair transport", "Machine transport", "Return logistics",
        "Route planning", "Packaging service", "Relocation of a depot", "Spare parts overnight", "Bulk goods by rail",
        "Stock-taking", "Fleet hire", "Dangerous goods", "Furniture delivery", "Fulfilment of a web shop",
    ),
    details=("trial", "one year", "spring", "autumn", "second site", "extension", "12 pallets", "40 pallets", "3 lorries", ""),
    sources=("website", "referral", "trade fair", "cold call", "existing client", "advertisement"),
    lost=LOSS_REASONS["en"][:6],
    held=("Budget decided next month", "Contact on leave", "Waiting for their tender", "Merger under way", "Seasonal, starts later"),
    returned=("Wants another demonstration", "Terms changed", "New decision maker", "Scope has grown", "Papers were incomplete"),
    reopened=("Client called back", "Competitor could not deliver", "Budget released after all", "Closed by mistake"),
    asked=("The client has signed the order", "Vehicle is free from Monday", "Terms agreed by phone", "Urgent, loading this week"),
    custom={
        "Contract no": ("C-{number}", "2026/{number}"),
        "Days planned": ("5", "8", "12", "20", "35"),
        "Cargo": ("24 pallets of tiles", "Machine parts in crates", "Furniture", "Paint in drums", "Bottled water", "Paper rolls"),
        "Weight in t": ("1.5", "4", "7.5", "12", "18", "22"),
        "Loading place": ("Hamburg", "Leipzig", "Gdansk", "Rotterdam", "Vienna"),
        "Unloading place": ("Munich", "Lyon", "Milan", "Prague", "Warsaw"),
    },
    plans={
        "call": ("Ask about the offer", "Call back", "Clear up volumes", "Agree on a date", "Ask who decides"),
        "meeting": ("Visit the warehouse", "Demonstration on site", "Go through the contract", "Meet the new buyer"),
        "mail": ("Send the price list", "Send the offer", "Send references", "Confirm the dates"),
        "task": ("Calculate the route", "Prepare the contract", "Check credit", "Ask the carrier for a slot"),
    },
    results=("Reached, interested", "Sent", "Done as agreed", "Wants to think about it", "Asked for a discount", "Will answer next week", ""),
    notes=(
        "Prefers calls before ten.", "Compares us with two others.", "Decides together with the head of finance.",
        "Present contract ends in spring.", "Very particular about delivery windows.", "Asked for payment in 30 days.",
        "Came by recommendation.", "Loading ramp only on the yard side.",
    ),
    entries=(
        "Call with purchasing", "Offer calculated", "Preparing the demonstration", "Demonstration", "Route checked",
        "Contract drafted", "Questions answered by mail", "Meeting on site", "Documents checked", "",
    ),
)

RU = Words(
    company="Северный путь",
    currency="RUB",
    timezone="Europe/Moscow",
    unit=100_000,
    scale=42_000_000,
    teams=("Север", "Юг"),
    firms=(
        "Вектор", "Орион", "Меридиан", "Заря", "Прогресс", "Атлант", "Балтика", "Волна", "Гранит", "Данко", "Енисей",
        "Жемчужина", "Звезда", "Искра", "Кедр", "Лидер", "Маяк", "Нева", "Омега", "Парус", "Рубин", "Сириус", "Тайга",
        "Урал", "Форум", "Циркон", "Чайка", "Эталон", "Юпитер", "Янтарь", "Альянс", "Берег", "Вершина", "Горизонт",
        "Дельта", "Каскад", "Ладога", "Магистраль", "Новатор", "Основа", "Полюс", "Родник", "Союз", "Темп", "Фаворит",
        "Азимут", "Бастион", "Восход", "Факел", "Стрела", "Импульс", "Квант", "Люкс", "Монолит", "Олимп", "Пион",
        "Ракурс", "Сатурн", "Триумф", "Ёлка",
    ),
    trades=(
        "Торг", "Строй", "Пром", "Мебель", "Текстиль", "Фарм", "Лес", "Металл", "Сервис", "Снаб", "Агро", "Пласт",
        "Электро", "Свет", "Продукт", "Принт", "Химия", "Керамика", "Авто", "Оптика", "Бумага", "Стекло", "Инструмент",
        "Молоко", "Хлеб", "Спорт", "Книга", "Сад", "Кухни", "Мед",
    ),
    forms=("ООО", "АО", "ТД", "ГК", "ПК", "НПО", "ЗАО", "ПАО"),
    places=(
        Place("Москва", "RU", "10", "+7 495"), Place("Санкт-Петербург", "RU", "19", "+7 812"),
        Place("Новосибирск", "RU", "63", "+7 383"), Place("Екатеринбург", "RU", "62", "+7 343"),
        Place("Казань", "RU", "42", "+7 843"), Place("Нижний Новгород", "RU", "60", "+7 831"),
        Place("Самара", "RU", "44", "+7 846"), Place("Ростов-на-Дону", "RU", "34", "+7 863"),
        Place("Краснодар", "RU", "35", "+7 861"), Place("Воронеж", "RU", "39", "+7 473"),
        Place("Пермь", "RU", "61", "+7 342"), Place("Ярославль", "RU", "15", "+7 4852"),
        Place("Тверь", "RU", "17", "+7 4822"), Place("Королёв", "RU", "14", "+7 495"),
    ),
    streets=(
        "ул. Ленина", "ул. Мира", "Заводская ул.", "Садовая ул.", "пр. Победы", "Портовая ул.", "ул. Гагарина",
        "Вокзальная ул.", "Лесная ул.", "наб. Реки", "Школьная ул.", "ул. Чехова",
    ),
    women=(
        (
            "Анна", "Вера", "Галина", "Дарья", "Елена", "Жанна", "Ирина", "Ксения", "Людмила", "Мария", "Наталья",
            "Ольга", "Полина", "Светлана", "Татьяна", "Юлия",
        ),
        (
            "Иванова", "Петрова", "Соколова", "Морозова", "Волкова", "Лебедева", "Козлова", "Новикова", "Фёдорова",
            "Орлова", "Зайцева", "Белова", "Громова", "Киселёва", "Воробьёва", "Щукина",
        ),
    ),
    men=(
        (
            "Алексей", "Борис", "Виктор", "Григорий", "Дмитрий", "Евгений", "Игорь", "Кирилл", "Леонид", "Михаил",
            "Николай", "Олег", "Павел", "Сергей", "Фёдор", "Юрий",
        ),
        (
            "Иванов", "Петров", "Соколов", "Морозов", "Волков", "Лебедев", "Козлов", "Новиков", "Фёдоров", "Орлов",
            "Зайцев", "Белов", "Громов", "Киселёв", "Воробьёв", "Щукин",
        ),
    ),
    positions=(
        "Генеральный директор", "Начальник снабжения", "Закупщик", "Логист", "Главный бухгалтер", "Начальник склада",
        "Помощник директора", "Коммерческий директор",
    ),
    goods=(
        "Паллеты в Казань", "Сборный груз", "Рефрижератор, молоко", "Контейнер из порта", "Экспресс-доставка",
        "Складские места", "Таможенное оформление", "Перевозка на выставку", "Перевозка станков", "Возврат тары",
        "Расчёт маршрутов", "Упаковка", "Переезд склада", "Запчасти за ночь", "Вагоны под зерно", "Инвентаризация",
        "Аренда машин", "Опасный груз", "Доставка мебели", "Склад интернет-магазина",
    ),
    details=("проба", "на год", "весна", "осень", "второй склад", "продление", "12 паллет", "40 паллет", "3 фуры", ""),
    sources=("сайт", "рекомендация", "выставка", "холодный звонок", "постоянный клиент", "реклама"),
    lost=LOSS_REASONS["ru"][:6],
    held=("Бюджет решат в следующем месяце", "Контакт в отпуске", "Ждут своего тендера", "Идёт слияние", "Сезонно, начнут позже"),
    returned=("Нужен ещё один показ", "Изменились условия", "Новый руководитель", "Объём вырос", "Документы неполные"),
    reopened=("Клиент перезвонил", "Конкурент не справился", "Бюджет всё же дали", "Закрыто по ошибке"),
    asked=("Клиент подписал заявку", "Машина свободна с понедельника", "Условия согласованы по телефону", "Срочно, погрузка на этой неделе"),
    custom={
        "Номер договора": ("Д-{number}", "2026/{number}"),
        "План в днях": ("5", "8", "12", "20", "35"),
        "Груз": ("24 паллеты плитки", "Запчасти в ящиках", "Мебель", "Краска в бочках", "Вода в бутылках", "Бумага в рулонах"),
        "Вес в т": ("1.5", "4", "7.5", "12", "18", "20"),
        "Место погрузки": ("Казань", "Тверь", "Ростов-на-Дону", "Пермь", "Тула"),
        "Место выгрузки": ("Москва", "Самара", "Екатеринбург", "Воронеж", "Тюмень"),
    },
    plans={
        "call": ("Спросить о предложении", "Перезвонить", "Уточнить объёмы", "Согласовать дату", "Узнать, кто решает"),
        "meeting": ("Осмотреть склад", "Показ на месте", "Обсудить договор", "Познакомиться с новым закупщиком"),
        "mail": ("Отправить прайс-лист", "Отправить предложение", "Отправить отзывы", "Подтвердить даты"),
        "task": ("Рассчитать маршрут", "Подготовить договор", "Проверить платёжеспособность", "Запросить слот у перевозчика"),
    },
    results=("Дозвонился, интересно", "Отправлено", "Сделано, как договорились", "Думают", "Просят скидку", "Ответят на следующей неделе", ""),
    notes=(
        "Звонить до десяти.", "Сравнивают нас с двумя другими.", "Решает вместе с финансовым директором.",
        "Нынешний договор до весны.", "Строго к окнам доставки.", "Просят отсрочку 30 дней.", "Пришли по рекомендации.",
        "Рампа только со двора.",
    ),
    entries=(
        "Звонок закупщику", "Расчёт предложения", "Подготовка показа", "Показ", "Проверка маршрута", "Черновик договора",
        "Ответы на вопросы", "Встреча на месте", "Проверка документов", "",
    ),
)

WORDS = {"en": EN, "ru": RU}

LATIN = str.maketrans(
    {
        "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ё": "e", "ж": "zh", "з": "z", "и": "i", "й": "y",
        "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ф": "f",
        "х": "h", "ц": "c", "ч": "ch", "ш": "sh", "щ": "sch", "ъ": "", "ы": "y", "ь": "", "э": "e", "ю": "yu", "я": "ya",
        "á": "a", "ä": "a", "ö": "o", "ü": "u", "ń": "n", "ó": "o", "ř": "r", " ": "-", ".": "", "'": "", "’": "",
    }
)
