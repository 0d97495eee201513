"""Application assignments: one instance, direct and through groups, and who may call."""

import pytest
from simulated import Refused, Services, SimMaker

from simulator.quirks import Quirks

OWNER, SPOKE, STRANGER = "111111111111", "222222222222", "999999999999"
NOBODY = "00000000-0000-0000-0000-000000000000"


def assignment(sim: Services, principal: str, kind: str = "USER") -> dict[str, str]:
    arn = sim.services.studio.place(sim.place).application_arn
    assert arn is not None
    return {"ApplicationArn": arn, "PrincipalId": principal, "PrincipalType": kind}


def test_every_account_sees_the_one_instance(sim: Services) -> None:
    """ListInstances names the owner and the store in whichever account it is called."""
    for account, region in ((OWNER, "eu-west-1"), (SPOKE, "us-east-1")):
        client = sim.client("sso-admin", account, region)
        (instance,) = client.list_instances()["Instances"]
        assert instance["OwnerAccountId"] == OWNER
        assert instance["IdentityStoreId"] == "d-1234567890"
        described = client.describe_instance(InstanceArn=instance["InstanceArn"])
        assert described["PrimaryRegion"] == "eu-west-1"


def test_assigning_twice_is_a_conflict_and_revoking_twice_is_not(
    sim: Services, refused: Refused
) -> None:
    """Create reports that an assignment exists; Delete reports no error if it does not."""
    sso = sim.client("sso-admin")
    request = assignment(sim, sim.services.identity_store.add_user("ada").user_id)
    sso.create_application_assignment(**request)

    with refused("ConflictException"):
        sso.create_application_assignment(**request)
    assert sso.describe_application_assignment(**request)["PrincipalId"] == request["PrincipalId"]
    for _ in range(2):
        sso.delete_application_assignment(**request)
    with refused("ResourceNotFoundException"):
        sso.describe_application_assignment(**request)


def test_an_unknown_application_is_not_found(sim: Services, refused: Refused) -> None:
    """Every operation refuses an application that does not exist, Delete too."""
    sso = sim.client("sso-admin")
    request = assignment(sim, NOBODY)
    request["ApplicationArn"] = request["ApplicationArn"][:-4] + "ffff"

    for operation in ("create", "delete", "describe"):
        with refused("ResourceNotFoundException"):
            getattr(sso, f"{operation}_application_assignment")(**request)


def test_an_unknown_principal_is_a_quirk(make_sim: SimMaker, refused: Refused) -> None:
    """By default an unknown principal is not assigned."""
    with make_sim() as sim, refused("ResourceNotFoundException"):
        sim.client("sso-admin").create_application_assignment(**assignment(sim, NOBODY))
    with make_sim(Quirks(unknown_principal="accept")) as sim:
        sim.client("sso-admin").create_application_assignment(**assignment(sim, NOBODY))


def test_a_principals_listing_includes_its_groups(sim: Services) -> None:
    """ForPrincipal shows paths through groups, with the group's id; the others show direct ones."""
    store, sso = sim.services.identity_store, sim.client("sso-admin")
    user, group = store.add_user("ada"), store.add_group("ml")
    store.add_membership(user.user_id, group.group_id)
    by_group = assignment(sim, group.group_id, "GROUP")
    sso.create_application_assignment(**by_group)
    question = {
        "InstanceArn": sim.services.application_access.instance_arn,
        "PrincipalId": user.user_id,
        "PrincipalType": "USER",
    }

    found = sso.list_application_assignments_for_principal(**question)["ApplicationAssignments"]

    assert found == [by_group]
    direct = sso.list_application_assignments(ApplicationArn=by_group["ApplicationArn"])
    assert direct["ApplicationAssignments"] == [by_group]
    other = {"ApplicationArn": by_group["ApplicationArn"][:-4] + "ffff"}
    assert (
        sso.list_application_assignments_for_principal(**question, Filter=other)[
            "ApplicationAssignments"
        ]
        == []
    )


def test_a_member_account_asks_with_a_filter(sim: Services, refused: Refused) -> None:
    """Outside the owner account the two instance-wide listings need their filter."""
    sso = sim.client("sso-admin", SPOKE)
    instance = sim.services.application_access.instance_arn
    user = sim.services.identity_store.add_user("ada").user_id
    question = {"InstanceArn": instance, "PrincipalId": user, "PrincipalType": "USER"}
    arn = assignment(sim, user)["ApplicationArn"]

    with refused("AccessDeniedException"):
        sso.list_application_assignments_for_principal(**question)
    sso.list_application_assignments_for_principal(**question, Filter={"ApplicationArn": arn})
    with refused("AccessDeniedException"):
        sso.list_applications(InstanceArn=instance)
    own = sso.list_applications(InstanceArn=instance, Filter={"ApplicationAccount": SPOKE})
    assert [each["ApplicationArn"] for each in own["Applications"]] == [arn]


@pytest.mark.parametrize(
    ("account", "quirks", "administrators", "code"),
    [
        (OWNER, Quirks(), (), None),
        (SPOKE, Quirks(), (), None),
        (SPOKE, Quirks(member_account_assigns="refuse"), (), "AccessDeniedException"),
        (STRANGER, Quirks(), (), "AccessDeniedException"),
        (STRANGER, Quirks(), (STRANGER,), None),
    ],
)
def test_who_may_assign(
    make_sim: SimMaker,
    refused: Refused,
    account: str,
    quirks: Quirks,
    administrators: tuple[str, ...],
    code: str | None,
) -> None:
    """Owner and delegated administrators may, the application's account by quirk, others never."""
    with make_sim(quirks, administrators=frozenset(administrators)) as sim:
        request = assignment(sim, sim.services.identity_store.add_user("ada").user_id)
        sso = sim.client("sso-admin", account)
        if code is None:
            sso.create_application_assignment(**request)
            sso.delete_application_assignment(**request)
        else:
            with refused(code):
                sso.create_application_assignment(**request)


def test_an_assignment_outlives_its_user(sim: Services) -> None:
    """Deleting a user leaves their assignment, which can still be revoked."""
    store, sso = sim.services.identity_store, sim.client("sso-admin")
    request = assignment(sim, store.add_user("ada").user_id)
    sso.create_application_assignment(**request)
    store.delete_user(request["PrincipalId"])
    arn = {"ApplicationArn": request["ApplicationArn"]}

    assert sso.list_application_assignments(**arn)["ApplicationAssignments"] == [request]
    sso.delete_application_assignment(**request)
    assert sso.list_application_assignments(**arn)["ApplicationAssignments"] == []


def test_assignments_come_in_pages(make_sim: SimMaker) -> None:
    """Paging lists every assignment once."""
    with make_sim(page_limit=2) as sim:
        sso = sim.client("sso-admin")
        ids = [sim.services.identity_store.add_user(f"u{number}").user_id for number in range(5)]
        for id_ in ids:
            sso.create_application_assignment(**assignment(sim, id_))
        arn = assignment(sim, ids[0])["ApplicationArn"]

        pages = sso.get_paginator("list_application_assignments").paginate(ApplicationArn=arn)
        listed = [each["PrincipalId"] for page in pages for each in page["ApplicationAssignments"]]

    assert listed == ids


def test_applications_show_their_account_and_configuration(sim: Services, refused: Refused) -> None:
    """DescribeApplication names the owning account; other accounts may not read it."""
    request = {"ApplicationArn": assignment(sim, NOBODY)["ApplicationArn"]}
    sso = sim.client("sso-admin")

    assert sso.describe_application(**request)["ApplicationAccount"] == SPOKE
    assert sso.get_application_assignment_configuration(**request)["AssignmentRequired"] is True
    with refused("AccessDeniedException"):
        sim.client("sso-admin", STRANGER).describe_application(**request)
    with refused("ResourceNotFoundException"):
        sso.describe_instance(InstanceArn="arn:aws:sso:::instance/ssoins-0000000000000000")
