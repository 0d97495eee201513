"""Plays a scenario on an embedded AWS, step by step."""

import json
from collections.abc import Callable
from typing import assert_never

from shared.conventions import iam_role_arn
from shared.model import Target
from simulator.delivery import Delivery
from simulator.directory_operations import DirectoryOperations, Sent
from simulator.embedded_aws import EmbeddedAws
from simulator.errors import OperationRefusedError, ServiceError
from simulator.expect_step import Expect
from simulator.expectations import unmet
from simulator.fault_steps import FaultStep
from simulator.faults import Fault
from simulator.hand_steps import CreateRole, ManualAction
from simulator.operator import Operator
from simulator.operator_steps import Approve, Keep, Operated, Pause, Protect, Reject, Resume
from simulator.scenario import Scenario, Spoke, SpokeProfile
from simulator.scenario_file import event_path
from simulator.scenario_schema import Row
from simulator.steps import (
    CreateGroup,
    CreateUser,
    DeleteGroup,
    DeleteUser,
    DirectoryStep,
    DisableUser,
    Duplicate,
    EnableUser,
    Event,
    InDirectory,
    Join,
    Leave,
    Lose,
    ProfileEvent,
    RenameGroup,
    RenameUser,
    RestartApp,
    Shuffle,
    StartApp,
    Step,
    Sweep,
    Unmap,
    Wait,
)
from simulator.studio import Place, by_hand


class Story:
    """A scenario in an embedded AWS.

    `refusals` are operations of users that Studio refused. `unmet` are the expectations that were
    not met, each with its step.
    """

    def __init__(
        self,
        scenario: Scenario,
        aws: EmbeddedAws,
        operator: Operator,
        *,
        begin: Callable[[EmbeddedAws], None] | None = None,
    ) -> None:
        """Create the initial state, without any event; `begin` creates another than the file's."""
        self._scenario = scenario
        self.aws = aws
        self._operator = operator
        store = aws.services.identity_store
        self._operations = DirectoryOperations(store, store.owner_account, aws.clock.now)
        self._delivery = Delivery(aws.deliver)
        self.refusals: list[str] = []
        self.unmet: list[str] = []
        if begin is None:
            self._begin()
        else:
            begin(aws)

    def _begin(self) -> None:
        """Create what stands under `directory`, `targets` and `mappings`."""
        frame, aws = self._scenario.frame, self.aws
        store = aws.services.identity_store
        for group in frame.directory.groups:
            store.add_group(group.name, group.id)
        for user in frame.directory.users:
            user_id = store.add_user(user.name, user.id, user.status).user_id
            for name in user.groups:
                group_found = store.find_group(name)
                if group_found:
                    store.add_membership(user_id, group_found.group_id)
        for spoke in frame.targets:
            aws.add_spoke(spoke.target, missing_roles=spoke.missing_roles)
            for profile in spoke.profiles:
                self._make_by_hand(spoke, profile)
        for row in frame.mappings:
            aws.put_mapping(row.item())
        aws.skip_row_changes()

    def play(self, seen: Callable[[str, Step], None] = lambda _word, _step: None) -> None:
        """Play every step; after each, deliver what is due and call `seen`."""
        for number, (word, step) in enumerate(self._scenario.steps, start=1):
            if isinstance(step, Expect):
                self._expect(number, step)
            else:
                self._do(step)
                self.aws.run()
            seen(word, step)
        self._delivery.arrive()
        self.aws.run()

    def _expect(self, number: int, step: Expect) -> None:
        user_id = self._operations.id_of(step.user) if step.user else None
        texts = unmet(step, self.aws, user_id, self._operator.holds(), self.refusals)
        self.unmet += [f"step {number}: {text}" for text in texts]

    def _do(self, step: ProfileEvent) -> None:  # noqa: C901, PLR0912 (one case a word)
        match step:
            case InDirectory():
                self._operations.send_late(step.late.total)
                self._delivery.send(self._act(step))
            case StartApp() | RestartApp():
                self._start_app(step)
            case ManualAction():
                self._by_hand(step)
            case CreateRole():
                target = Target.parse(step.target)
                role = iam_role_arn(target.account, target.region, step.role)
                self.aws.services.studio.missing_roles.discard(role)
            case Approve() | Reject() | Keep() | Protect() | Pause() | Resume():
                self._operate(step)
            case Row():
                self.aws.put_mapping(step.item())
            case Unmap():
                self.aws.delete_mapping(step.group, step.target)
            case Event():
                text = event_path(self._scenario.folder, step).read_text(encoding="utf-8")
                self._delivery.send([json.loads(text)])
            case FaultStep():
                fault = Fault(
                    step.service,
                    step.operation,
                    step.error,
                    step.account,
                    times=step.times,
                    every=step.every,
                    members={
                        name: value
                        for name, value in (
                            ("Reason", step.reason),
                            ("ResourceType", step.resource_type),
                        )
                        if value
                    },
                )
                self.aws.gateway.faults.append(fault)
            case Lose():
                self._delivery.lose(step.events)
            case Duplicate():
                self._delivery.duplicate(step.events)
            case Shuffle():
                self._delivery.shuffle(step.seed)
            case Sweep():
                self._delivery.arrive()
                self.aws.run()
                self.aws.sweep(hourly_only=step.hourly)
            case Wait():
                self._delivery.arrive()
                self.aws.wait(step.total)
            case _:
                assert_never(step)

    def _act(self, step: DirectoryStep) -> Sent:  # noqa: C901 (one case a word, each a line)
        """Change the directory; return the events that the change causes."""
        directory = self._operations
        match step:
            case Leave():
                return directory.leave(step.user, step.group, step.via)
            case Join():
                return directory.join(step.user, step.group, step.via)
            case CreateUser():
                return directory.create_user(step.name, step.id, step.groups, step.via)
            case DisableUser():
                return directory.set_status(step.user, "DISABLED", step.via)
            case EnableUser():
                return directory.set_status(step.user, "ENABLED", step.via)
            case RenameUser():
                return directory.rename_user(step.user, step.to, step.via)
            case DeleteUser():
                return directory.delete_user(step.user, step.via)
            case CreateGroup():
                return directory.create_group(step.group, step.id, step.users, step.via)
            case RenameGroup():
                return directory.rename_group(step.group, step.to, step.via)
            case DeleteGroup():
                return directory.delete_group(step.group, step.via)
            case _:
                assert_never(step)

    def _operate(self, step: Operated) -> None:
        match step:
            case Reject():
                self._operator.reject(_target(step))
            case Approve():
                self._operator.approve(_target(step))
            case Keep():
                self._operator.keep(step.user, step.days)
            case Protect():
                self._operator.protect(step.user)
            case Pause():
                self._operator.pause()
            case Resume():
                self._operator.resume()
            case _:
                assert_never(step)

    def _start_app(self, step: StartApp | RestartApp) -> None:
        target = Target.parse(step.target)
        place = Place(target.account, target.region, target.domain_id)
        studio = self.aws.services.studio
        what = step.type if isinstance(step, StartApp) else "their latest app again"
        try:
            if isinstance(step, StartApp):
                space = step.space or ("private" if step.needs_space else "none")
                studio.start_app(place, step.user, step.type, None if space == "none" else space)
            else:
                studio.restart_app(place, step.user)
        except (OperationRefusedError, ServiceError) as refused:
            self.refusals.append(f"{step.user} cannot start {what} in {target}: {refused}")

    def _by_hand(self, step: ManualAction) -> None:
        target, (operation, user) = Target.parse(step.target), step.operation
        place = Place(target.account, target.region, target.domain_id)
        studio = self.aws.services.studio
        try:
            match operation:
                case "delete":
                    by_hand.delete(studio, place, user)
                case "untag":
                    by_hand.untag(studio, place, user)
                case "recreate":
                    by_hand.recreate(studio, place, user)
                case "change_role":
                    role = iam_role_arn(target.account, target.region, step.role)
                    by_hand.change_role(studio, place, user, role)
                case _:
                    assert_never(operation)
        except OperationRefusedError as refused:
            what = operation.replace("_", " ")
            self.refusals.append(f"nobody can {what} by hand in {target}: {refused}")

    def _make_by_hand(self, spoke: Spoke, profile: SpokeProfile) -> None:
        role = profile.role and iam_role_arn(spoke.account, spoke.region, profile.role)
        self.aws.services.studio.make_profile_by_hand(
            Place(spoke.account, spoke.region, spoke.domain),
            name=profile.name,
            user_name=profile.user,
            role=role,
        )


def _target(step: Approve) -> Target | None:
    return Target.parse(step.target) if step.target else None
