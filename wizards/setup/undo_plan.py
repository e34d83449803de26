"""What an undo could take back, and what it does once the person has typed names: no cloud here."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace

from generators.language import _
from wizards.plan import Action, Change, FieldDiff, Plan
from wizards.setup.resource import Made, Resource
from wizards.setup.titles import title


@dataclass(frozen=True, slots=True, kw_only=True)
class Removal:
    """One thing that Tarmac made, as it is found now.

    ``diff`` is what goes back of something that others created; ``gone`` says why nothing is left
    to do, ``stays`` why Tarmac never takes it, whatever is typed. ``loses`` is the data that goes
    with it, ``foreign`` what other people keep inside or granted on it.
    """

    made: Made
    resource: Resource
    diff: tuple[FieldDiff, ...] = ()
    gone: str = ""
    stays: str = ""
    loses: str = ""
    foreign: tuple[str, ...] = ()
    busy: bool = False

    @property
    def id(self) -> str:
        """The resource's id."""
        return self.made.id

    @property
    def guarded(self) -> bool:
        """Whether its name must be typed."""
        return bool(self.loses or self.foreign)

    @property
    def whole(self) -> bool:
        """Whether the thing itself goes, not only something in it."""
        return self.made.created and self.resource.whole


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoPlan:
    """Everything that can be taken back in one project, in the order in which it is taken.

    ``needs`` is what needs what; ``others`` maps an API to what other people keep behind it;
    ``backups`` are the instances of which earlier undos left a final backup; ``elsewhere`` are
    other projects in which Tarmac made something; ``unread`` are ids whose record this version
    cannot read.
    """

    project: str
    removals: tuple[Removal, ...] = ()
    needs: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    others: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    backups: tuple[str, ...] = ()
    elsewhere: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    calls: int = 0

    def name_to_type(self, removal: Removal) -> str:
        """Return the name that confirms a removal: its own, or its id where two share a name."""
        name = removal.resource.name
        same = [part for part in self.removals if part.resource.name == name and part.guarded]
        return name if len(same) < 2 else removal.id

    @property
    def names_to_type(self) -> tuple[str, ...]:
        """Every name that something waits for as long as nothing is typed."""
        waiting = self.decided().changes
        own = (self.name_to_type(part) for part in self.removals if part.guarded)
        return tuple(dict.fromkeys((*(each.confirm for each in waiting if each.confirm), *own)))

    def knows(self, name: str) -> bool:
        """Say whether a typed name belongs to anything here."""
        names = {part.resource.name for part in self.removals} | {part.id for part in self.removals}
        payers = (part.made.diff for part in self.removals if part.resource.kind == "billing")
        return name in names | {str(each.after) for diff in payers for each in diff}

    def decided(self, confirmed: Collection[str] = (), *, keep_data: bool = False) -> Plan:
        """Return what happens when these names are typed; ``keep_data`` leaves all data alone.

        What stays keeps what it needs; what goes takes along what lives in it.
        """
        fates = _Fates(self, frozenset(confirmed), keep_data=keep_data)
        changes = [fates.change(removal) for removal in self.removals]
        return Plan(changes=tuple(changes), calls=self.calls)


class _Fates:
    """Who stays, who waits for a typed name, who goes along with another, and why."""

    def __init__(self, plan: UndoPlan, confirmed: frozenset[str], *, keep_data: bool) -> None:
        self.plan = plan
        self.confirmed = confirmed
        self.keep_data = keep_data
        self.here = {part.id: part for part in plan.removals if not part.gone}
        self.reach = _Reach(plan.needs, plan.removals)
        self.stays: dict[str, str] = {}
        self.waits: dict[str, str] = {}
        # What nobody can see because its API is off, and what stays for that alone: it goes with
        # a project whose name is typed.
        self.unseen: set[str] = set()
        self._settle()

    def _settle(self) -> None:
        """Let reasons spread until nothing changes: a set that only grows."""
        before = -1
        while before != len(self.stays) + len(self.waits):
            before = len(self.stays) + len(self.waits)
            for part in self.here.values():
                if part.id in self.remaining or self.within(part):
                    continue
                why = self._why_it_stays(part)
                name = self._to_type(part)
                if why:
                    self.stays[part.id] = why
                elif name:
                    self.waits[part.id] = name

    @property
    def remaining(self) -> set[str]:
        """The ids that this undo leaves where they are."""
        return {*self.stays, *self.waits}

    def within(self, part: Removal) -> str:
        """Return the id of what takes a removal along, or ""."""
        inside = _inside(part.resource)
        holder = self.here.get(inside)
        goes = holder is not None and holder.whole and inside not in self.remaining
        return inside if goes and self._settled(inside) else ""

    def _settled(self, holder: str) -> bool:
        """Say whether a holder goes on its own account; one that waits must not take others."""
        part = self.here[holder]
        return not self._why_it_stays(part) and not self._to_type(part)

    def _why_it_stays(self, part: Removal) -> str:
        if part.stays:
            self.unseen.add(part.id)
            return part.stays
        holder = self.here.get(part.resource.inside)
        if holder is not None and part.guarded and self._waits_with(holder, part):
            return _("it goes along with {what}, whose name is not typed").format(
                what=title(holder.resource)
            )
        if part.resource.kind == "apis":
            return "" if self.narrowed(part) else _("what stays, or other people, use them")
        if self.keep_data and part.loses:
            return _("it holds data, which was asked to be kept")
        if part.resource.kind == "billing" and self._all_others():
            return _("other people's things are paid by it: {things}").format(
                things=", ".join(self._all_others())
            )
        if part.resource.kind == "project" and self._all_others():
            return _("other people's things live in it: {things}").format(
                things=", ".join(self._all_others())
            )
        keepers = [other for other in self.here if self._keeps(other, part)]
        if keepers:
            if self.unseen.issuperset(keepers):
                self.unseen.add(part.id)
            waiting = [other for other in keepers if other in self.waits]
            keeper = self.here[(waiting or keepers)[-1]].resource
            return _("{what} stays and needs it").format(what=title(keeper))
        return ""

    def _waits_with(self, holder: Removal, part: Removal) -> bool:
        waiting = holder.whole and bool(self._to_type(holder)) and not self._why_it_stays(holder)
        return waiting and not self._typed(self.plan.name_to_type(part), part)

    def _keeps(self, other: str, part: Removal) -> bool:
        if other == part.id or other not in self.remaining:
            return False
        if part.resource.kind == "project" and other in self.unseen:
            return False
        keeper = self.here[other].resource
        if keeper.kind == "apis" or part.id in keeper.stays_with or part.id == _inside(keeper):
            return False
        return self.reach.needs(other, part.id) or other in part.resource.stays_with

    def _all_others(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(word for words in self.plan.others.values() for word in words))

    def _to_type(self, part: Removal) -> str:
        """Return the name that is still to be typed, or ""."""
        if part.resource.kind == "billing":
            name = str(part.made.diff[0].after) if part.made.diff else ""
            return "" if not self._backed_up() or self._typed(name, part) else name
        name = self.plan.name_to_type(part)
        return "" if not part.guarded or self._typed(name, part) else name

    def _typed(self, name: str, part: Removal) -> bool:
        return bool({name, part.id} & self.confirmed)

    def _backed_up(self) -> bool:
        """Say whether this undo leaves a backup behind, which somebody has to pay for."""
        kinds = ("sql.instance", "sql.database")
        return bool(self.plan.backups) or any(
            part.resource.kind in kinds and part.whole and part.id not in self.remaining
            for part in self.here.values()
        )

    def narrowed(self, part: Removal) -> tuple[FieldDiff, ...]:
        """Return the APIs that neither what stays nor other people need."""
        needed = {
            api
            for key in self.remaining
            for api in (self.here[key].resource.api, self.here[key].resource.reads_through)
        }
        if "sqladmin.googleapis.com" in needed:
            needed.add("sql-component.googleapis.com")
        return tuple(each for each in part.diff if each.field not in needed | set(self.plan.others))

    def change(self, part: Removal) -> Change:
        """Return a removal as a row of a plan."""
        resource = part.resource
        row = Change(id=part.id, kind=resource.kind, action=Action.NONE, title=title(resource))
        if part.gone:
            return replace(row, stays=part.gone)
        within = self.within(part)
        why = "" if within else self.stays.get(part.id, "")
        if why:
            return replace(row, stays=why)
        diff = self.narrowed(part) if resource.kind == "apis" else part.diff
        made = part.made if part.whole else replace(part.made, diff=diff)
        back = () if part.whole else tuple(_back(each) for each in diff)
        ends = resource.ends() if part.whole else resource.interrupts(back)
        losses = (part.loses, *part.foreign, ends)
        if resource.kind == "billing" and self._backed_up():
            losses = (_("the backups that are left: without payment Google deletes them"),)
        return replace(
            row,
            action=Action.UPDATE if resource.whole and not part.whole else Action.DELETE,
            diff=back,
            command=resource.undo_command(made),
            cost_delta_usd=-resource.cost() if part.whole else 0.0,
            needs=() if within else self._before(part),
            seconds_estimate=resource.seconds,
            breaks="; ".join(word for word in losses if word),
            confirm="" if within else self.waits.get(part.id, ""),
            within=within,
        )

    def _before(self, part: Removal) -> tuple[str, ...]:
        """Return the ids that must be gone before this one."""
        found: list[str] = []
        for other in self.here.values():
            if other.id == part.id or other.id in self.remaining:
                continue
            holder = self.within(other)
            if self._goes_first(other, part) and holder != part.id:
                found.append(holder or other.id)
        return tuple(dict.fromkeys(each for each in found if each != part.id))

    def _goes_first(self, other: Removal, part: Removal) -> bool:
        if other.id in part.resource.stays_with:
            return True
        if part.id in other.resource.stays_with:
            return False
        return self.reach.needs(other.id, part.id)


def _inside(resource: Resource) -> str:
    """Return what takes a resource along: a project its billing link and its APIs too."""
    if resource.kind in ("apis", "billing"):
        return f"project:{resource.project}"
    return resource.inside


class _Reach:
    """What needs what, however long the chain; the stems of a project are needed by everything."""

    def __init__(self, needs: Mapping[str, tuple[str, ...]], removals: Iterable[Removal]) -> None:
        self._needs = dict(needs)
        for part in removals:
            known = self._needs.get(part.id, ())
            self._needs[part.id] = tuple(dict.fromkeys((*known, *part.resource.needs)))
        self._known: dict[str, frozenset[str]] = {}

    def needs(self, one: str, other: str) -> bool:
        """Say whether one thing needs another, directly or not."""
        ranks = (_rank(one), _rank(other))
        return ranks[0] < ranks[1] or (ranks[0] == ranks[1] and other in self._all(one))

    def _all(self, key: str) -> frozenset[str]:
        if key not in self._known:
            self._known[key] = frozenset()
            direct = self._needs.get(key, ())
            far = frozenset[str]().union(*(self._all(each) for each in direct))
            self._known[key] = far | frozenset(direct)
        return self._known[key]


_STEMS = {"apis": 1, "billing": 2, "project": 3}


def _rank(key: str) -> int:
    return _STEMS.get(key.partition(":")[0], 0)


def _back(part: FieldDiff) -> FieldDiff:
    return replace(part, before=part.after, after=part.before)


def in_order(removals: Iterable[Removal], needs: Mapping[str, tuple[str, ...]]) -> list[Removal]:
    """Return removals so that whatever needs another comes before it."""
    left = list(removals)
    reach = _Reach(needs, left)
    found: list[Removal] = []
    while left:
        first = next(
            (
                part
                for part in reversed(left)
                if not any(_first(other, part, reach) for other in left if other is not part)
            ),
            left[-1],
        )
        left.remove(first)
        found.append(first)
    return found


def _first(other: Removal, part: Removal, reach: _Reach) -> bool:
    if other.id in part.resource.stays_with:
        return True
    return part.id not in other.resource.stays_with and reach.needs(other.id, part.id)
