"""Plays a scenario on an embedded AWS, step by step."""

import json
from collections.abc import Callable
from typing import assert_never

from shared.conventions import execution_role_arn
from shared.model import Target
from simulator.directory_acts import DirectoryActs
from simulator.errors import ActRefusedError, ServiceError
from simulator.faults import Fault
from simulator.scenario import HandMade, Scenario, Spoke
from simulator.scenario_file import event_path
from simulator.steps import (
    CreateUser,
    Event,
    FaultStep,
    Join,
    Leave,
    StartApp,
    Step,
    Unmap,
    Via,
    Wait,
)
from simulator.studio import Place
from simulator.words import Row
from simulator.world import World


class Story:
    """A scenario in a world; `refusals` are acts of people that Studio did not let them do."""

    def __init__(self, scenario: Scenario, world: World) -> None:
        """Set up what is there before the hub looks; it causes no event."""
        self._scenario = scenario
        self._world = world
        store = world.services.identity_store
        self._acts = DirectoryActs(store, store.owner_account, world.clock.now)
        self.refusals: list[str] = []
        directory = scenario.frame.directory
        for group in directory.groups:
            store.add_group(group.name, group.id)
        for user in directory.users:
            user_id = store.add_user(user.name, user.id, user.status).user_id
            for name in user.groups:
                group_found = store.find_group(name)
                if group_found:
                    store.add_membership(user_id, group_found.group_id)
        for spoke in scenario.frame.targets:
            world.add_spoke(spoke.target)
            for profile in spoke.profiles:
                self._make_by_hand(spoke, profile)
        for row in scenario.frame.mappings:
            world.put_mapping(row.item())

    def play(self, seen: Callable[[str, Step], None] = lambda _word, _step: None) -> None:
        """Play every step; after each, whatever is due is delivered, and `seen` is called."""
        for word, step in self._scenario.steps:
            self._do(step)
            self._world.run()
            seen(word, step)

    def _do(self, step: Step) -> None:  # noqa: C901 (one case a word, each a line or two)
        match step:
            case Leave():
                self._tell(step.via, lambda via: self._acts.leave(step.user, step.group, via))
            case Join():
                self._join(step.user, step.group, step.via)
            case CreateUser():
                self._tell(step.via, lambda via: self._acts.create_user(step.name, step.id, via))
                for group in step.groups:
                    self._join(step.name, group, step.via)
            case StartApp():
                self._start_app(step)
            case Row():
                self._world.put_mapping(step.item())
            case Unmap():
                self._world.delete_mapping(step.group, step.target)
            case Event():
                text = event_path(self._scenario.folder, step).read_text(encoding="utf-8")
                self._world.deliver(json.loads(text))
            case FaultStep():
                fault = Fault(
                    step.service,
                    step.operation,
                    step.error,
                    step.account,
                    times=step.times,
                    every=step.every,
                )
                self._world.gateway.faults.append(fault)
            case Wait():
                self._world.wait(step.total)
            case _:
                assert_never(step)

    def _join(self, user: str, group: str, via: Via) -> None:
        self._tell(via, lambda told: self._acts.join(user, group, told))

    def _tell(self, via: Via, act: Callable[..., dict[str, object]]) -> None:
        """Do something in the directory; `none` leaves no event, as a sync from AD does."""
        event = act("console" if via == "none" else via)
        if via != "none":
            self._world.deliver(event)

    def _start_app(self, step: StartApp) -> None:
        target = Target.parse(step.target)
        space = step.space or ("private" if step.needs_space else "none")
        try:
            self._world.services.studio.start_app(
                Place(target.account, target.region, target.domain_id),
                step.user,
                step.type,
                None if space == "none" else space,
            )
        except (ActRefusedError, ServiceError) as refused:
            self.refusals.append(f"{step.user} cannot start {step.type} in {target}: {refused}")

    def _make_by_hand(self, spoke: Spoke, profile: HandMade) -> None:
        role = profile.role and execution_role_arn(spoke.account, spoke.region, profile.role)
        self._world.services.studio.make_profile_by_hand(
            Place(spoke.account, spoke.region, spoke.domain),
            name=profile.name,
            user_name=profile.user,
            role=role,
        )
