from collections.abc import Sequence

import pytest
from e2e.accounts import HUB, SECOND
from e2e.cloud import Cloud
from e2e.evaluator import Decision
from e2e.roles import Roles

pytestmark = pytest.mark.e2e


def test_the_deployed_functions_do_the_main_job(played: Cloud) -> None:
    """Each under its own role alone: profiles are made, changed and removed, and none crashed."""
    sqs = played.aws.client("sqs", HUB)
    dead = {
        url.rsplit("/", 1)[-1]: count
        for url in sqs.list_queues()["QueueUrls"]
        if "DeadLetters" in url or "Undelivered" in url
        for count in sqs.get_queue_attributes(
            QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"]
        )["Attributes"].values()
        if count != "0"
    }

    assert not dead


def test_a_spoke_makes_a_domain_in_which_nobody_can_do_a_thing(played: Cloud) -> None:
    """Beside the hub's profiles: its default role is the suspended one; CloudTrail tells who."""
    outputs = played.outputs[f"{SECOND.account}/{SECOND.region}"]
    studio = played.aws.client("sagemaker", SECOND.account)
    told = studio.describe_domain(DomainId=outputs["Target"].rpartition("/")[2])

    assert outputs["Target"] == str(SECOND)
    assert outputs["ApplicationArn"] == told["SingleSignOnApplicationArn"]
    assert (told["AuthMode"], told["AppNetworkAccessType"]) == ("SSO", "VpcOnly")
    assert told["DefaultUserSettings"]["ExecutionRole"] == outputs["SuspendedRoleArn"]
    assert told["DomainSettings"] == {"ExecutionRoleIdentityConfig": "USER_PROFILE_NAME"}


def test_every_right_that_was_asked_for_is_given(decisions: Sequence[Decision]) -> None:
    """By the policies as they are deployed, to the role that asked, under its session policy."""
    assert len(decisions) > 100
    assert not [str(decision) for decision in decisions if not decision.allowed]


def test_no_condition_asks_for_what_the_action_does_not_know(decisions: Sequence[Decision]) -> None:
    """A key that IAM does not have for an action never holds, and so forbids it for ever."""
    assert not [(str(each), each.ignored) for each in decisions if each.ignored]


def test_each_right_is_needed(decisions: Sequence[Decision], roles: Roles) -> None:
    """Whatever statement is taken from a role, something that the run asked for is refused."""
    needed = {
        (each.request.role, each.allowed_by[0]) for each in decisions if len(each.allowed_by) == 1
    }
    given = {
        (role, sid)
        for role in roles.policies
        for sid, effect in roles.statements(role).items()
        if effect == "Allow"
    }

    assert not sorted(given - needed)
