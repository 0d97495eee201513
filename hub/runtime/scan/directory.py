"""Looks at the whole directory, once a day: who is disabled, gone or renamed, and which groups."""

from collections.abc import Iterable
from datetime import datetime

from hub.runtime import open_problems
from hub.runtime.decisions.desired import group_id
from hub.runtime.decisions.drift import Difference, Finding, KnownPeople, gone, of_people
from hub.runtime.decisions.protection import is_spared
from hub.runtime.decisions.removal_limit import Cut, CutKind
from hub.runtime.scan import reports
from hub.runtime.scan.admission import weigh
from hub.runtime.scan.enqueue import queue
from hub.runtime.scan.found import Found
from hub.runtime.scan.listing import Reading
from hub.runtime.scan.ports import ScanPorts
from shared.model import GroupId, Person, Target, Unresolved
from shared.requests import ScanRequest, Subject

_BARRED = "the user is disabled or gone in the directory"


def look_at_people(request: ScanRequest, world: ScanPorts, until: datetime) -> Found:
    """Queue who is not what the ledger says of them."""
    known, targets = KnownPeople(), set[Target]()
    for record in world.ledger.everybody():
        known.add(record)
        targets.add(record.target)
    reading: Reading[Person] = Reading(
        request,
        world.directory.people,
        lambda person: person.id,
        world,
        until,
        # The directory may have twenty times as many people as the ledger.
        remember=known.knows,
    )
    found = [each for page in reading.pages() for each in of_people(page, known)]
    if reading.is_complete:
        found += gone(reading.seen, known)
    _weigh_barred(found, known, request, world)
    count = queue(found, request, world)
    if reading.is_complete:
        _look_at_forgotten(targets, request, world)
    else:
        reading.go_on()
    return Found(count, reading.is_complete)


def _weigh_barred(
    found: Iterable[Difference], known: KnownPeople, request: ScanRequest, world: ScanPorts
) -> None:
    """Weigh together what all those lose who were found disabled or gone."""
    barred = {each.user_id for each in found if each.finding in (Finding.DISABLED, Finding.GONE)}
    cuts: dict[Target, list[Cut]] = {}
    state, now = world.memory.state(newer_than=request.enqueued_at), world.clock.now()
    for user in sorted(barred):
        for target, profile_name in known.profiles.get(user, ()):
            if is_spared(user, target, profile_name, state, now):
                continue
            cut = Cut(user, min(known.names[user]), profile_name, CutKind.REMOVAL, _BARRED)
            cuts.setdefault(target, []).append(cut)
    weigh(cuts, world)


def _look_at_forgotten(targets: Iterable[Target], request: ScanRequest, world: ScanPorts) -> None:
    """Have targets looked at that the ledger has records of, and no round knew."""
    known = world.memory.state(newer_than=request.enqueued_at).targets
    for target in sorted(set(targets) - known):
        world.memory.remember_target(target)
        world.looks.enqueue(
            ScanRequest(
                Subject.TARGET, str(target), world.clock.now(), request.event_id, request.event_at
            )
        )


def look_at_groups(request: ScanRequest, world: ScanPorts, until: datetime) -> Found:
    """Report mapped groups that have another name, and names that have another group."""
    table = world.mappings.table(newer_than=request.enqueued_at)
    ids = world.names.of(table, newer_than=request.enqueued_at)
    rows_of: dict[GroupId, list[str]] = {}
    for row in table.rows:
        id_ = group_id(row, ids)
        if not isinstance(id_, Unresolved):
            rows_of.setdefault(id_, []).append(row.group)
    reading: Reading[tuple[GroupId, str]] = Reading(
        request,
        world.directory.groups,
        lambda group: group[0],
        world,
        until,
        remember=lambda _: False,
    )
    for page in reading.pages():
        for id_, name in page:
            reports.renamed(id_, name, rows_of.get(id_, ()))
            known = ids.get(name, id_)
            if known != id_ and not isinstance(known, Unresolved):
                reports.recreated(name, known, id_)
    if not reading.is_complete:
        reading.go_on()
    elif not request.part:
        # A listing that went on by message was reported in parts.
        open_problems.judged_all("group-renamed", "group-recreated")
    return Found(0, reading.is_complete)
