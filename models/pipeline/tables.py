"""Deal types and their stages, deals, and the visits that are a deal's history."""

from __future__ import annotations

from peewee import (
    SQL,
    BigIntegerField,
    BooleanField,
    Check,
    DateField,
    ForeignKeyField,
    IntegerField,
    TextField,
)

from models.clients.tables import Client
from models.people.tables import Employee
from models.storage.database import Row

ROLES = "('rep', 'manager', 'accountant', 'admin')"
ENTERED = "('start', 'advance', 'skip', 'return', 'reopen', 'retyped')"
LEFT = "('advance', 'skip', 'return', 'won', 'lost', 'retyped')"


class DealType(Row):
    """A way deals go. The store counts `version` up whenever anything of the type changes: its stages, what they ask
    for, its fields and transitions."""

    name = TextField()
    name_key = TextField(unique=True)
    mode = TextField(constraints=[Check("mode IN ('strict', 'semi-strict', 'free')")])
    returns = BooleanField(default=False)
    is_default = BooleanField(default=False)
    created_at = BigIntegerField()
    version = IntegerField(default=1)
    archived_at = BigIntegerField(null=True)


class Stage(Row):
    """A stage of a deal type. `probability` is the set percentage (0 to 100), `norm` seconds.

    A stage added later is required of deals entered before `created_at` only where `required_of_all` says so.
    Responsible for what happens there is the deal's owner, unless a role or an employee is named.
    """

    deal_type = ForeignKeyField(DealType, backref="stages", on_delete="RESTRICT")
    name = TextField()
    name_key = TextField()
    position = IntegerField()
    norm = BigIntegerField(null=True, constraints=[Check("norm > 0")])
    probability = IntegerField(null=True, constraints=[Check("probability BETWEEN 0 AND 100")])
    required_of_all = BooleanField(default=False)
    archived_at = BigIntegerField(null=True)
    created_at = BigIntegerField()
    responsible_role = TextField(null=True, constraints=[Check(f"responsible_role IN {ROLES}")])
    responsible = ForeignKeyField(Employee, null=True, on_delete="RESTRICT", backref="+", index=False)


class StageAction(Row):
    """An item of a stage's checklist, done by the deal's owner unless a role or an employee is named.

    With `due_after` (seconds from the entering) an activity of `kind` is planned when a deal enters the stage.
    `guidance` is what the rep reads.
    """

    stage = ForeignKeyField(Stage, backref="actions", on_delete="RESTRICT")
    position = IntegerField()
    text = TextField()
    required = BooleanField(default=False)
    role = TextField(null=True, constraints=[Check(f"role IN {ROLES}")])
    employee = ForeignKeyField(Employee, null=True, on_delete="RESTRICT", backref="+", index=False)
    kind = TextField(default="task", constraints=[Check("kind IN ('call', 'meeting', 'mail', 'task')")])
    due_after = BigIntegerField(null=True, constraints=[Check("due_after >= 0")])
    guidance = TextField(default="")
    archived_at = BigIntegerField(null=True)
    created_at = BigIntegerField()

    class Meta:
        constraints = [Check("role IS NULL OR employee_id IS NULL")]


class StageAuthority(Row):
    """One who may bring deals to a stage (`enter`) or take them out (`leave`); without rows everybody may."""

    stage = ForeignKeyField(Stage, on_delete="RESTRICT")
    direction = TextField(constraints=[Check("direction IN ('enter', 'leave')")])
    role = TextField(null=True, constraints=[Check(f"role IN {ROLES}")])
    employee = ForeignKeyField(Employee, null=True, on_delete="RESTRICT", backref="+", index=False)

    class Meta:
        constraints = [Check("(role IS NULL) <> (employee_id IS NULL)")]


class CustomField(Row):
    """A field that a company adds to the deals of a type; `choices` of a choice, one a line."""

    deal_type = ForeignKeyField(DealType, on_delete="RESTRICT")
    name = TextField()
    name_key = TextField()
    kind = TextField(constraints=[Check("kind IN ('text', 'number', 'money', 'date', 'choice', 'yes/no')")])
    choices = TextField(default="")
    position = IntegerField()
    archived_at = BigIntegerField(null=True)
    created_at = BigIntegerField()


class StageField(Row):
    """A field that must be filled to enter or to leave a stage: one of every deal by its name, or a custom one."""

    stage = ForeignKeyField(Stage, on_delete="RESTRICT")
    moment = TextField(constraints=[Check("moment IN ('enter', 'leave')")])
    field = TextField(null=True)
    custom_field = ForeignKeyField(CustomField, null=True, on_delete="RESTRICT", backref="+", index=False)

    class Meta:
        constraints = [Check("(field IS NULL) <> (custom_field_id IS NULL)")]


class LossReason(Row):
    """A reason for which deals are lost, from the list the company keeps."""

    name = TextField()
    name_key = TextField()
    archived_at = BigIntegerField(null=True)
    created_at = BigIntegerField()


class Transition(Row):
    """An exception to the mode: `forbidden` in every mode, `allowed` frees a semi-strict back move of its reason."""

    deal_type = ForeignKeyField(DealType, on_delete="RESTRICT")
    from_stage = ForeignKeyField(Stage, on_delete="CASCADE", backref="+", index=False)
    to_stage = ForeignKeyField(Stage, on_delete="CASCADE", backref="+")
    kind = TextField(constraints=[Check("kind IN ('forbidden', 'allowed')")])

    class Meta:
        indexes = ((("from_stage", "to_stage"), True),)


class Deal(Row):
    """A deal as it stands now. What lists and boards sort by stands here too: `entered_at` of the present visit,
    `held_at` while it is on hold, `next_due_at` of its next open activity, `title_key`.

    `external_id` is its number in the file it came from, unique within the type it was imported as.
    """

    client = ForeignKeyField(Client, backref="deals", on_delete="RESTRICT")
    deal_type = ForeignKeyField(DealType, on_delete="RESTRICT", index=False)
    stage = ForeignKeyField(Stage, null=True, on_delete="RESTRICT", index=False)
    owner = ForeignKeyField(Employee, on_delete="RESTRICT", index=False)
    title = TextField(default="")
    title_key = TextField()
    outcome = TextField(default="open", constraints=[Check("outcome IN ('open', 'won', 'lost')")])
    amount = BigIntegerField(null=True, constraints=[Check("amount >= 0")])
    currency = TextField()
    expected_close = DateField(null=True)
    probability = IntegerField(null=True, constraints=[Check("probability BETWEEN 0 AND 100")])
    source = TextField(default="")
    started_at = BigIntegerField()
    entered_at = BigIntegerField()
    closed_at = BigIntegerField(null=True)
    close_reason = TextField(default="")
    held_at = BigIntegerField(null=True)
    next_due_at = BigIntegerField(null=True)
    external_type = ForeignKeyField(DealType, null=True, on_delete="RESTRICT", backref="+", index=False)
    external_id = TextField(null=True)
    version = IntegerField(default=1)
    created_at = BigIntegerField()
    loss_reason = ForeignKeyField(LossReason, null=True, on_delete="RESTRICT", backref="+", index=False)

    class Meta:
        constraints = [
            Check("(outcome = 'open') = (closed_at IS NULL)"),
            Check("outcome <> 'open' OR stage_id IS NOT NULL"),
            Check("outcome = 'open' OR held_at IS NULL"),
        ]


class DealTerms(Row):
    """Owner, amount, expected close and own percentage of a deal from an instant on: the last row at or before it is in
    force."""

    deal = ForeignKeyField(Deal, backref="terms", on_delete="RESTRICT", index=False)
    at = BigIntegerField()
    owner = ForeignKeyField(Employee, on_delete="RESTRICT", backref="+", index=False)
    amount = BigIntegerField(null=True)
    currency = TextField()
    expected_close = DateField(null=True)
    probability = IntegerField(null=True, constraints=[Check("probability BETWEEN 0 AND 100")])


class Visit(Row):
    """One stay of a deal at a stage. `seq` numbers a deal's visits from 1; `left_at` is empty while it lasts.

    The instants of recording stand beside those at which it happened (late entries, imports).
    """

    deal = ForeignKeyField(Deal, backref="visits", on_delete="RESTRICT", index=False)
    seq = IntegerField(constraints=[Check("seq > 0")])
    deal_type = ForeignKeyField(DealType, on_delete="RESTRICT", backref="+", index=False)
    stage = ForeignKeyField(Stage, on_delete="RESTRICT", backref="+", index=False)
    entered_at = BigIntegerField()
    entered_as = TextField(constraints=[Check(f"entered_as IN {ENTERED}")])
    entered_by = ForeignKeyField(Employee, on_delete="RESTRICT", backref="+", index=False)
    entered_recorded_at = BigIntegerField()
    entered_reason = TextField(default="")
    begin_unknown = BooleanField(default=False)
    left_at = BigIntegerField(null=True)
    left_as = TextField(null=True, constraints=[Check(f"left_as IN {LEFT}")])
    left_by = ForeignKeyField(Employee, null=True, on_delete="RESTRICT", backref="+", index=False)
    left_recorded_at = BigIntegerField(null=True)
    left_reason = TextField(default="")
    marks = TextField(default="")

    class Meta:
        indexes = ((("deal", "seq"), True),)
        constraints = [
            Check("left_at >= entered_at"),
            Check("(left_at IS NULL) = (left_as IS NULL)"),
        ]


class Hold(Row):
    """An interval in which a deal waits; `ended_at` is empty while it does."""

    deal = ForeignKeyField(Deal, backref="holds", on_delete="RESTRICT")
    started_at = BigIntegerField()
    ended_at = BigIntegerField(null=True)
    reason = TextField()
    started_by = ForeignKeyField(Employee, on_delete="RESTRICT", backref="+", index=False)
    ended_by = ForeignKeyField(Employee, null=True, on_delete="RESTRICT", backref="+", index=False)

    class Meta:
        constraints = [Check("ended_at >= started_at")]


class CustomValue(Row):
    """What a custom field of a deal holds, as text: a decimal number, minor units and a currency, an ISO date, a
    choice, `yes` or `no`."""

    deal = ForeignKeyField(Deal, on_delete="RESTRICT", index=False)
    custom_field = ForeignKeyField(CustomField, on_delete="RESTRICT")
    value = TextField()

    class Meta:
        indexes = ((("deal", "custom_field"), True),)


class Tick(Row):
    """A stage action done during one visit: when and by whom."""

    visit = ForeignKeyField(Visit, on_delete="RESTRICT", index=False)
    stage_action = ForeignKeyField(StageAction, on_delete="RESTRICT")
    at = BigIntegerField()
    by = ForeignKeyField(Employee, on_delete="RESTRICT", backref="+", index=False)

    class Meta:
        indexes = ((("visit", "stage_action"), True),)


class MoveRequest(Row):
    """A rep asks somebody with authority to move a deal to `stage`, or to win it where there is none."""

    deal = ForeignKeyField(Deal, on_delete="RESTRICT")
    stage = ForeignKeyField(Stage, null=True, on_delete="RESTRICT", backref="+", index=False)
    reason = TextField(default="")
    asked_by = ForeignKeyField(Employee, on_delete="RESTRICT", backref="+", index=False)
    asked_at = BigIntegerField()
    state = TextField(default="open", constraints=[Check("state IN ('open', 'accepted', 'declined', 'withdrawn')")])
    answered_by = ForeignKeyField(Employee, null=True, on_delete="RESTRICT", backref="+", index=False)
    answered_at = BigIntegerField(null=True)
    answer = TextField(default="")

    class Meta:
        constraints = [Check("(state = 'open') = (answered_at IS NULL)")]


class StageMap(Row):
    """A stage of an earlier type that counts as visited in the present one, as the person who retyped the deal said."""

    deal = ForeignKeyField(Deal, on_delete="RESTRICT", index=False)
    from_stage = ForeignKeyField(Stage, on_delete="RESTRICT", backref="+", index=False)
    to_stage = ForeignKeyField(Stage, on_delete="RESTRICT", backref="+", index=False)

    class Meta:
        indexes = ((("deal", "from_stage", "to_stage"), True),)


def _index(on: type[Row], sql: str) -> None:
    on.add_index(SQL("CREATE " + sql))


_index(DealType, "UNIQUE INDEX IF NOT EXISTS deal_type_one_default ON deal_type (is_default) WHERE is_default")
_index(
    Stage,
    "UNIQUE INDEX IF NOT EXISTS stage_name_once ON stage (deal_type_id, name_key) WHERE archived_at IS NULL",
)
_index(
    CustomField,
    "UNIQUE INDEX IF NOT EXISTS custom_field_name_once ON custom_field (deal_type_id, name_key)"
    " WHERE archived_at IS NULL",
)
_index(LossReason, "UNIQUE INDEX IF NOT EXISTS loss_reason_name_once ON loss_reason (name_key) WHERE archived_at IS NULL")
_index(
    MoveRequest,
    "UNIQUE INDEX IF NOT EXISTS move_request_one_open ON move_request (deal_id, asked_by_id) WHERE state = 'open'",
)
_index(Visit, "UNIQUE INDEX IF NOT EXISTS visit_one_open ON visit (deal_id) WHERE left_at IS NULL")
_index(Hold, "UNIQUE INDEX IF NOT EXISTS hold_one_open ON hold (deal_id) WHERE ended_at IS NULL")
_index(
    Deal,
    "UNIQUE INDEX IF NOT EXISTS deal_external ON deal (external_type_id, external_id) WHERE external_id IS NOT NULL",
)
_index(DealTerms, "INDEX IF NOT EXISTS deal_terms_at ON deal_terms (deal_id, at, id)")
# One index an order of the board: a window of a column is read from it without sorting. `outcome` stands in these
# indexes because SQLite would otherwise look each row up to check it.
for _order in ("entered_at", "amount", "next_due_at", "title_key"):
    _index(
        Deal,
        f"INDEX IF NOT EXISTS deal_board_{_order} ON deal (stage_id, {_order}, id, outcome) WHERE outcome = 'open'",
    )
# Counts and sums of the columns come from this one alone, in its order; clients per stage by rep too.
_index(
    Deal,
    "INDEX IF NOT EXISTS deal_totals ON deal"
    " (deal_type_id, stage_id, currency, amount, held_at, owner_id, client_id, outcome) WHERE outcome = 'open'",
)
# Deals with a percentage of their own, for weighted sums.
_index(
    Deal,
    "INDEX IF NOT EXISTS deal_own_percentage ON deal"
    " (deal_type_id, stage_id, currency, amount, probability, owner_id, outcome)"
    " WHERE outcome = 'open' AND probability IS NOT NULL",
)
_index(Deal, "INDEX IF NOT EXISTS deal_of_owner ON deal (owner_id, stage_id) WHERE outcome = 'open'")
