"""What the CSV exports of other CRMs call their columns, by field; where a program has several names, all of them.

`--map` goes before these, and these before the names that `import deals` knows by itself. A column that serves two fields
stands twice: the close date of HubSpot and Salesforce is the expected one until the deal is closed.
"""

from __future__ import annotations

Columns = dict[str, tuple[str, ...]]

_PIPEDRIVE: Columns = {
    "deal_id": ("ID",),
    "title": ("Title",),
    "client": ("Organization", "Contact person"),
    "rep": ("Owner",),
    "deal_type": ("Pipeline",),
    "stage": ("Stage",),
    "outcome": ("Status",),
    "entered_at": ("Deal created", "Add time"),
    "stage_since": ("Last stage change", "Stage change time"),
    "closed_at": ("Deal closed on", "Close time"),
    "won_at": ("Won time",),
    "lost_at": ("Lost time",),
    "amount": ("Value",),
    "currency": ("Currency of Value", "Currency"),
    "expected_close": ("Expected close date",),
    "reason": ("Lost reason",),
}

PRESETS: dict[str, Columns] = {
    # List views export "Deal - Title"; exports of all data and of old lists "Title".
    "pipedrive": {
        field: tuple(f"Deal - {name}" for name in names) + names for field, names in _PIPEDRIVE.items()
    },
    "hubspot": {
        "deal_id": ("Record ID", "Deal ID"),
        "title": ("Deal Name",),
        "client": (
            "Associated Company (Primary)", "Primary Associated Company", "Associated Company", "Company name",
            "Associated Contact",
        ),
        "rep": ("Deal owner", "HubSpot Owner"),
        "deal_type": ("Pipeline",),
        "stage": ("Deal Stage",),
        "entered_at": ("Create Date", "Created Date"),
        "stage_since": ("Date entered current stage",),
        "closed_at": ("Close Date",),
        "expected_close": ("Close Date",),
        "amount": ("Amount",),
        "currency": ("Currency", "Deal currency code"),
        "reason": ("Closed Lost Reason",),
    },
    "salesforce": {
        "deal_id": ("Opportunity ID", "Id"),
        "title": ("Opportunity Name", "Name"),
        "client": ("Account Name", "Account.Name"),
        "rep": ("Opportunity Owner", "Owner Full Name", "Owner.Name"),
        "deal_type": ("Opportunity Record Type", "RecordType.Name"),
        "stage": ("Stage", "StageName"),
        "entered_at": ("Created Date", "CreatedDate"),
        "stage_since": ("Last Stage Change Date", "LastStageChangeDate"),
        "closed_at": ("Close Date", "CloseDate"),
        "expected_close": ("Close Date", "CloseDate"),
        "amount": ("Amount",),
        "currency": ("Amount Currency", "Opportunity Currency", "CurrencyIsoCode"),
        "reason": ("Loss Reason", "Closed Lost Reason"),
    },
    "bitrix24": {
        "deal_id": ("ID",),
        "title": ("Название сделки", "Название", "Deal name", "Name"),
        "client": ("Компания", "Компания: Название компании", "Company", "Контакт", "Contact"),
        "rep": ("Ответственный", "Responsible person", "Responsible"),
        "deal_type": ("Воронка", "Направление", "Pipeline"),
        "stage": ("Стадия сделки", "Стадия", "Deal stage", "Stage"),
        "entered_at": ("Дата создания", "Created on", "Created"),
        "stage_since": ("Дата изменения стадии", "Stage change date", "Stage changed on"),
        "closed_at": ("Дата завершения", "Дата закрытия", "End date", "Close date"),
        "expected_close": (
            "Предполагаемая дата закрытия", "Дата завершения", "Expected close date", "End date",
        ),
        "amount": ("Сумма", "Amount", "Total"),
        "currency": ("Валюта", "Currency"),
        "reason": ("Причина провала", "Причина отказа", "Reason for loss"),
    },
    "amocrm": {
        "deal_id": ("ID", "ID сделки", "Lead ID"),
        "title": ("Название сделки", "Lead title", "Lead name", "Name"),
        "client": (
            "Компания", "Компания контакта", "Company", "Contact's company", "Основной контакт", "Main contact",
        ),
        "rep": ("Ответственный", "Ответственный за сделку", "Responsible user", "Lead responsible user"),
        "deal_type": ("Воронка", "Pipeline"),
        "stage": ("Этап сделки", "Статус сделки", "Статус", "Lead stage", "Lead status", "Stage"),
        "entered_at": ("Дата создания сделки", "Дата создания", "Created at", "Lead created at"),
        "closed_at": ("Дата закрытия", "Дата закрытия сделки", "Closed at", "Close date"),
        "amount": ("Бюджет", "Бюджет сделки", "Lead value", "Sale", "Budget"),
        "reason": ("Причина отказа", "Причина отказа (сделка)", "Loss reason"),
    },
}

# What a stage or a status says when it means the end of a deal, as `search_key` writes it.
ENDINGS = {
    "won": "won",
    "closed won": "won",
    "closed - won": "won",
    "closedwon": "won",
    "deal won": "won",
    "выиграна": "won",
    "выигран": "won",
    "сделка успешна": "won",
    "успешно реализовано": "won",
    "lost": "lost",
    "closed lost": "lost",
    "closed - lost": "lost",
    "closedlost": "lost",
    "deal lost": "lost",
    "проиграна": "lost",
    "проигран": "lost",
    "сделка провалена": "lost",
    "сделка проиграна": "lost",
    "закрыто и не реализовано": "lost",
}
OPEN = ("", "open", "открыта", "в работе")
