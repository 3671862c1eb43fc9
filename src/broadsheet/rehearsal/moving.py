"""Moving in a rehearsal: the two processors give a map of a part of the cards, and the staff moves pledges by it."""

from __future__ import annotations

import csv
import io

from broadsheet.funding.actions import MovedRow, move_methods
from broadsheet.funding.choices import PledgeState
from broadsheet.funding.models import PaymentMethod, Pledge, ProcessorAccount
from broadsheet.funding.rules.moving import NEEDED, Mapped, read_map
from broadsheet.kit.models import AuditEntry
from broadsheet.rehearsal.banks import SECOND, Banks
from broadsheet.rehearsal.plan import Plan
from broadsheet.rehearsal.stage import Stage

BY = "rehearsal"

WAITS = 5
"""So many days after the first account began to drain the map comes."""

SHARE = 600
"""Of a thousand cards, how many are in the map; those of the others get a link once the first account is closed."""


class Moving:
    """The one move of a rehearsal: tried dry first, then for real, and again where the program crashed midway."""

    def __init__(self, plan: Plan, stage: Stage, banks: Banks) -> None:
        self.plan = plan
        self.stage = stage
        self.banks = banks
        self.chance = plan.chance("map")
        self.rows: list[Mapped] = []
        self.is_done = False
        self._wrong: list[str] = []

    def live(self, day: int) -> bool:
        """What is moved on day `day`; whether anything was to be."""
        closing = self.plan.closing
        is_early = closing is None or day < closing + WAITS
        if is_early or self.is_done or self.stage.is_down:
            return False
        source, target = (
            ProcessorAccount.objects.earliest("pk"),
            ProcessorAccount.objects.get(slug=SECOND),
        )
        planned = None
        if not self.rows:
            self.rows = read_map(self._map_of(source))
            planned = self._try_out(source, target)
        done = self._move(source, target)
        if done is not None and planned not in (None, done):
            self._wrong.append("the dry run of the move said what did not come true")
        return True

    def wrong(self) -> list[str]:
        """What is wrong with the move, as sentences."""
        if not self.is_done:
            return self._wrong
        source = ProcessorAccount.objects.earliest("pk")
        names = {row.old for row in self.rows}
        staying = Pledge.objects.filter(method__account=source).exclude(state=PledgeState.CANCELED)
        left = [
            pledge.key
            for pledge in staying.select_related("method")
            if pledge.method and (pledge.method.customer, pledge.method.method) in names
        ]
        return [*self._wrong, *(f"pledge {key} is in the map and did not move" for key in left)]

    def _map_of(self, source: ProcessorAccount) -> str:
        """What the processors say: cards by their old and their new names; one is of nobody here."""
        living = Pledge.objects.exclude(state=PledgeState.CANCELED)
        methods = PaymentMethod.objects.filter(account=source, pledges__in=living).distinct()
        text = io.StringIO()
        table = csv.writer(text)
        table.writerow(NEEDED)
        table.writerow(["cus_nobody", "pm_nobody", "cus_nobody_2", "pm_nobody_2"])
        for method in methods.order_by("pk"):
            if self.chance.happens(SHARE):
                new = self.stage.sandbox.sandbox.processor.keep_method(SECOND)
                self.banks.carry_card(method.method, new["method"])
                table.writerow([method.customer, method.method, new["customer"], new["method"]])
        return text.getvalue()

    def _try_out(self, source: ProcessorAccount, target: ProcessorAccount) -> list[MovedRow]:
        """What a dry run says, which changes nothing."""
        before = _taken_from()
        planned = move_methods(rows=self.rows, source=source, target=target, by=BY, dry_run=True)
        if _taken_from() != before:
            self._wrong.append("the dry run of the move changed something")
        return planned

    def _move(self, source: ProcessorAccount, target: ProcessorAccount) -> list[MovedRow] | None:
        """Move for real; what became of each row, None where the program crashed before it could say."""
        note, before, done = self.stage.diary.note, _moves(), None
        with self.stage.crashes.perhaps(lambda where: note(f"crashes: {where}")):
            done = move_methods(rows=self.rows, source=source, target=target, by=BY)
            self.is_done = True
        if moved := _moves() - before:
            note("pledges: moved by the map", moved)
        return done


def _taken_from() -> list[tuple[int, int | None]]:
    """Which method each pledge is taken from."""
    return list(Pledge.objects.order_by("pk").values_list("pk", "method"))


def _moves() -> int:
    return AuditEntry.objects.filter(action="pledge.moved").count()
