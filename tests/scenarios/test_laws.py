"""Laws 4, 6 and 10: crashes, reads that fail, and accounts that are down."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache

import pytest
from branches import branch, ending
from membership_oracle import NO_SPOKE, ONE, TWO, USERS, MembershipStep, RandomCompany

from cli.simulation.deployment import cold_start, deployed_hub
from shared.model import Target
from simulator.faults import Call, Fault
from simulator.lambda_service import Crash

PARTS = 4
# `make check` tries every call and every read; `make test` each fourth, as it plays fewer stories.
EACH = 1 if int(os.environ.get("STORIES", "20")) > 20 else 4
# So too with pattern rows instead of the rows of groups.
ARE_PATTERNS = (False, True) if EACH == 1 else (False,)
# By every kind of route: one that names both, one that names the group, one that names the
# membership. One that names nothing is found by the sweep.
STORY = [
    MembershipStep("join", 0, "ants", "console"),
    MembershipStep("join", 0, "bees", "scim"),
    MembershipStep("leave", 0, "bees", "api"),
    MembershipStep("join", 1, "ants", "none"),
    MembershipStep("sweep"),
    MembershipStep("leave", 0, "ants", "native"),
]


@pytest.mark.parametrize("are_patterns", ARE_PATTERNS)
@pytest.mark.parametrize("part", range(PARTS))
def test_a_crash_between_any_two_calls_loses_nothing(part: int, *, are_patterns: bool) -> None:
    """Law 4: a function killed at any call leaves nothing that redelivery does not finish."""
    with deployed_hub() as aws:
        random_company, seen, crashed = RandomCompany(aws, are_patterns), [0], [False]

        def strike(_: Call) -> None:
            seen[0] += 1
            if not crashed[0] and seen[0] % (PARTS * EACH) == part and branch():
                crashed[0] = True
                cold_start()
                raise Crash

        aws.gateway.before = strike
        for step in STORY:
            random_company.do(step)
            aws.wait(60)
        if not crashed[0]:
            assert seen[0] > 100
            assert random_company.roles() == random_company.desired()
            return
        with ending():
            aws.gateway.before = None
            random_company.settle()

            assert (seen, random_company.roles()) == (seen, random_company.desired())
            assert aws.lambdas.crashes == 1
            assert aws.dead_letters() == 0


def test_a_profile_that_a_crash_left_behind_is_known() -> None:
    """Laws 4 and 9: killed after the creation, while the user left the group meanwhile."""
    with deployed_hub() as aws:
        random_company, made = RandomCompany(aws), [False]

        def strike(call: Call) -> None:
            if made[0] and not aws.lambdas.crashes:
                cold_start()
                raise Crash
            made[0] = call.operation == "CreateUserProfile"

        aws.gateway.before = strike
        random_company.do(MembershipStep("join", 0, "ants"))
        orphans = random_company.roles()
        random_company.do(MembershipStep("leave", 0, "ants", "none"))
        aws.wait(3600)

        assert orphans
        assert random_company.roles() == {}


def test_a_role_that_a_crash_left_behind_is_taken_back() -> None:
    """Law 4: killed after a role change that the ledger had not announced, and no sweep."""
    with deployed_hub() as aws:
        random_company, given = RandomCompany(aws), [False]
        random_company.do(MembershipStep("join", 0, "ants"))
        before = random_company.roles()

        def strike(call: Call) -> None:
            if given[0] and not aws.lambdas.crashes:
                cold_start()
                raise Crash
            given[0] = call.operation == "UpdateUserProfile"

        aws.gateway.before = strike
        random_company.do(MembershipStep("join", 0, "bees"))
        left_behind = random_company.roles()
        random_company.do(MembershipStep("leave", 0, "bees", "none"))
        aws.wait(3600)

        assert left_behind != before
        assert random_company.roles() == before


READS = ("Describe", "Get", "List", "Query", "Scan", "AssumeRole")


@dataclass(slots=True)
class FailedRead(Fault):
    """Fails the nth read from now on, and botocore's retries of it."""

    nth: int = 0
    reads: int = field(default=0, init=False)
    failed: int = field(default=0, init=False)

    def strikes(self, call: Call) -> bool:
        """Return whether this read fails."""
        if not call.operation.startswith(READS):
            return False
        self.reads += 1
        attempts = 3 if self.error == "ThrottlingException" else 1
        if self.reads == self.nth or 0 < self.failed < attempts:
            self.service = call.service
            self.failed += 1
            return True
        return False


@contextmanager
def about_to_sweep(*, are_patterns: bool = False) -> Iterator[RandomCompany]:
    """Let two users have profiles; then one leaves and a third joins, without an event.

    A page of the listings here holds one entry, so that each listing can end anywhere.
    """
    with deployed_hub(page_limit=1) as aws:
        random_company = RandomCompany(aws, are_patterns)
        if are_patterns:
            random_company.sweep()
        random_company.do(MembershipStep("join", 0, "ants"))
        random_company.do(MembershipStep("join", 1, "ants"))
        random_company.sweep()
        random_company.do(MembershipStep("leave", 1, "ants", "none"))
        random_company.do(MembershipStep("join", 2, "bees", "none"))
        yield random_company


@cache
def reads_of_a_sweep(*, are_patterns: bool) -> int:
    """Return how many reads there are to fail."""
    with about_to_sweep(are_patterns=are_patterns) as random_company:
        count = FailedRead("", "", "")
        random_company.aws.gateway.faults.append(count)
        random_company.sweep()
    return count.reads


@pytest.mark.parametrize("are_patterns", ARE_PATTERNS)
@pytest.mark.parametrize(
    ("error", "first", "step"),
    [("ThrottlingException", 2, 3)]
    + [("AccessDeniedException", 1 + part, PARTS) for part in range(PARTS)],
)
def test_no_read_that_fails_removes_anybody(
    error: str, first: int, step: int, *, are_patterns: bool
) -> None:
    """Law 6: whichever read of a sweep fails, desired users stay, and the next sweep repairs."""
    reads = reads_of_a_sweep(are_patterns=are_patterns)
    assert reads > 60
    with about_to_sweep(are_patterns=are_patterns) as random_company:
        before, leaver = random_company.roles(), random_company.people[1]
        for nth in range(first, reads + 1, step * EACH):
            if not branch():
                continue
            with ending():
                fault = FailedRead("", "", error, nth=nth)
                random_company.aws.gateway.faults.append(fault)
                random_company.sweep()
                gone = before.keys() - random_company.roles().keys()

                assert fault.failed
                assert gone <= {(ONE, leaver), (TWO, leaver)}
                random_company.sweep()
                assert (nth, random_company.roles()) == (nth, random_company.desired())
                assert random_company.aws.dead_letters() == 0
                assert random_company.aws.lambdas.crashes == 0


@pytest.mark.parametrize(
    ("down", "up"), [(ONE, TWO), (TWO, ONE), (NO_SPOKE, ONE)], ids=["one", "two", "no spoke"]
)
@pytest.mark.parametrize(
    ("service", "operation", "error"),
    [
        ("sts", "AssumeRole", "AccessDenied"),
        ("sts", "AssumeRole", "ServiceUnavailable"),
        ("sagemaker", "CreateUserProfile", "ThrottlingException"),
        ("sagemaker", "CreateUserProfile", "AccessDeniedException"),
        ("sagemaker", "DescribeUserProfile", "InternalFailure"),
        ("sagemaker", "ListUserProfiles", "AccessDeniedException"),
    ],
)
def test_isolation(down: Target, up: Target, service: str, operation: str, error: str) -> None:
    """Law 10: whatever one account answers, the others are in sync at once; nothing is lost."""
    with deployed_hub() as aws:
        random_company = RandomCompany(aws)
        ada = random_company.people[USERS.index("ada@example.com")]
        aws.gateway.faults.append(Fault(service, operation, error, account=down.account, every=1))
        random_company.do(MembershipStep("join", 0, "ants"))
        random_company.do(MembershipStep("join", 1, "bees", "none"))
        random_company.sweep()

        assert (up, ada) in random_company.roles()
        # A creation needs no read before it. Its profile lets nobody in before one after it.
        is_made = operation in {"ListUserProfiles", "DescribeUserProfile"}
        is_opened = operation == "ListUserProfiles"
        changes = {(each.operation, each.target) for each in aws.gateway.changes}
        assert is_made or (down, ada) not in random_company.roles()
        assert is_opened or ("CreateApplicationAssignment", str(down)) not in changes
        assert aws.dead_letters() == 0

        random_company.settle()
        random_company.sweep()
        assert random_company.roles() == random_company.desired()


def test_an_account_that_is_back_gets_what_it_missed() -> None:
    """An account that denies access is called only by its own scan, which finds it back."""
    with deployed_hub() as aws:
        random_company = RandomCompany(aws)
        down = Fault("sts", "AssumeRole", "AccessDenied", account=ONE.account, every=1)
        aws.gateway.faults.append(down)
        random_company.do(MembershipStep("join", 0, "ants"))
        asked = aws.gateway.calls["sts.AssumeRole"]
        random_company.do(MembershipStep("join", 2, "bees"))
        aws.wait(3600)

        assert aws.gateway.calls["sts.AssumeRole"] == asked
        aws.gateway.faults.clear()
        random_company.sweep()
        assert random_company.roles() == random_company.desired()
