"""Behaviour that nobody has verified on real AWS: each switch changes exactly what it names."""

import pytest
from simulated import DOMAIN, OTHER_ROLE, ROLE, SPOKE, Refused, Services, SimMaker, profile

from simulator.errors import OperationRefusedError
from simulator.quirks import Quirks
from simulator.studio import AppKey


def assignment(sim: Services, user_id: str) -> dict[str, str]:
    arn = sim.services.studio.place(sim.place).application_arn
    assert arn is not None
    return {"ApplicationArn": arn, "PrincipalId": user_id, "PrincipalType": "USER"}


def test_a_profile_may_need_an_assignment(make_sim: SimMaker, refused: Refused) -> None:
    """Without an assignment the user is refused.

    An assignment through a group counts too.
    """
    with make_sim(Quirks(create_needs_assignment=True)) as sim:
        store, access = sim.services.identity_store, sim.services.application_access
        ada, bob = store.add_user("ada"), store.add_user("bob")
        group = store.add_group("ml")
        store.add_membership(bob.user_id, group.group_id)
        arn = assignment(sim, "")["ApplicationArn"]

        with refused("ValidationException", "not assigned"):
            sim.studio_client.create_user_profile(**profile())
        access.assign(arn, "USER", ada.user_id)
        access.assign(arn, "GROUP", group.group_id)
        sim.studio_client.create_user_profile(**profile())
        sim.studio_client.create_user_profile(**profile("bob"))


def test_the_opposite_change_waits_until_an_assignment_is_propagated(
    make_sim: SimMaker, refused: Refused
) -> None:
    """It is a conflict for so many seconds and changes nothing; the same change is no conflict."""
    with make_sim(Quirks(assignment_propagation=20, assign_twice="accept")) as sim:
        sso = sim.client("sso-admin")
        request = assignment(sim, sim.services.identity_store.add_user("ada").user_id)
        sso.create_application_assignment(**request)
        sso.create_application_assignment(**request)

        with refused("ConflictException"):
            sso.delete_application_assignment(**request)
        assert sso.describe_application_assignment(**request)["PrincipalType"] == "USER"
        sim.clock.shift(20)
        sso.delete_application_assignment(**request)
        sso.delete_application_assignment(**request)
        with refused("ConflictException"):
            sso.create_application_assignment(**request)
        with refused("ResourceNotFoundException"):
            sso.describe_application_assignment(**request)
        sim.clock.shift(20)
        sso.create_application_assignment(**request)


def test_an_application_may_require_no_assignment(make_sim: SimMaker) -> None:
    """The configuration says so, every user of the directory may sign in, and it can be changed."""
    with make_sim(Quirks(assignment_required=False)) as sim:
        access, sso = sim.services.application_access, sim.client("sso-admin", SPOKE)
        user_id = sim.services.identity_store.add_user("ada").user_id
        arn = assignment(sim, user_id)["ApplicationArn"]
        read = sso.get_application_assignment_configuration

        assert read(ApplicationArn=arn)["AssignmentRequired"] is False
        assert access.may_enter(arn, user_id)
        access.require_assignment(arn, required=True)
        assert read(ApplicationArn=arn)["AssignmentRequired"] is True
        assert not access.may_enter(arn, user_id)


def test_a_new_user_may_be_listed_before_reads_know_them(
    make_sim: SimMaker, refused: Refused
) -> None:
    """Listings of users and of members show them; reads by id do not, until the delay is over."""
    with make_sim(Quirks(user_readable_after=60)) as sim:
        store, client = sim.services.identity_store, sim.client("identitystore")
        ada, group = store.add_user("ada"), store.add_group("ml")
        store.add_membership(ada.user_id, group.group_id)
        by_id = {"IdentityStoreId": store.store_id, "UserId": ada.user_id}
        member = {"IdentityStoreId": store.store_id, "MemberId": {"UserId": ada.user_id}}

        members = client.list_group_memberships(
            IdentityStoreId=store.store_id, GroupId=group.group_id
        )
        assert [each["MemberId"]["UserId"] for each in members["GroupMemberships"]] == [ada.user_id]
        assert len(client.list_users(IdentityStoreId=store.store_id)["Users"]) == 1
        with refused("ResourceNotFoundException") as caught:
            client.describe_user(**by_id)
        assert caught.value.response["ResourceType"] == "USER"
        with refused("ResourceNotFoundException"):
            client.list_group_memberships_for_member(**member)
        with refused("ResourceNotFoundException"):
            client.is_member_in_groups(**member, GroupIds=[group.group_id])
        sim.clock.shift(60)
        assert client.describe_user(**by_id)["UserName"] == "ada"
        assert len(client.list_group_memberships_for_member(**member)["GroupMemberships"]) == 1
        store.hide(ada.user_id)
        with refused("ResourceNotFoundException"):
            client.describe_user(**by_id)


PROFILE, SPACE, APP = "CreateUserProfile", "CreateSpace", "CreateApp"


@pytest.mark.parametrize(
    ("operation", "before", "failed", "between", "then"),
    [
        (PROFILE, (), "Failed", ("DeleteUserProfile",), "InService"),
        ("UpdateUserProfile", (PROFILE,), "Update_Failed", (), "InService"),
        ("DeleteUserProfile", (PROFILE,), "Delete_Failed", (), "gone"),
        (SPACE, (PROFILE,), "Failed", ("DeleteSpace",), "InService"),
        ("DeleteSpace", (PROFILE, SPACE), "Delete_Failed", (), "gone"),
        (APP, (PROFILE, SPACE), "Failed", (), "InService"),
        ("DeleteApp", (PROFILE, SPACE, APP), "Failed", (APP,), "Deleted"),
    ],
)
def test_first_attempts_may_fail(
    make_sim: SimMaker,
    operation: str,
    before: tuple[str, ...],
    failed: str,
    between: tuple[str, ...],
    then: str,
) -> None:
    """The first attempt on each resource ends in its failed status, and the next succeeds."""
    with make_sim(Quirks(first_attempt_fails=frozenset({operation}))) as sim:
        sim.services.identity_store.add_user("ada")
        found = [_do(sim, each) for each in (*before, operation, *between, operation)]

        assert found[len(before)] == failed
        assert found[-1] == then


def _do(sim: Services, operation: str) -> str:
    """Run one operation on ada's profile, space or app; return the status that results."""
    space = {"DomainId": DOMAIN, "SpaceName": "lab"}
    app = {**space, "AppType": "JupyterLab", "AppName": "default"}
    name = {"DomainId": DOMAIN, "UserProfileName": "ada"}
    more: dict[str, dict[str, object]] = {
        PROFILE: {
            "SingleSignOnUserIdentifier": "UserName",
            "SingleSignOnUserValue": "ada",
        },
        "UpdateUserProfile": {"UserSettings": {"ExecutionRole": ROLE}},
        SPACE: {
            "OwnershipSettings": {"OwnerUserProfileName": "ada"},
            "SpaceSharingSettings": {"SharingType": "Private"},
        },
    }
    kind = operation.removeprefix("Create").removeprefix("Update").removeprefix("Delete")
    of_kind = {"UserProfile": name, "Space": space, "App": app}[kind]
    method = "".join(f"_{each.lower()}" if each.isupper() else each for each in operation)[1:]
    getattr(sim.studio_client, method)(**of_kind, **more.get(operation, {}))
    sim.clock.shift(200)
    domain = sim.services.studio.place(sim.place)
    key = AppKey(None, "lab", "JupyterLab", "default")
    thing = {
        "UserProfile": domain.profiles.get("ada"),
        "Space": domain.spaces.get("lab"),
        "App": domain.apps.get(key),
    }[kind]
    return thing.status if thing else "gone"


def test_a_role_that_does_not_exist_is_refused(sim: Services, refused: Refused) -> None:
    """Creating with it and changing to it fail until the role exists."""
    sim.services.studio.missing_roles.add(ROLE)
    sim.services.identity_store.add_user("ada")
    settings = {"UserSettings": {"ExecutionRole": ROLE}}

    with refused("ValidationException", "ensure that the role exists"):
        sim.studio_client.create_user_profile(**profile(), **settings)
    sim.create_profile("ada", UserSettings={"ExecutionRole": OTHER_ROLE})
    name = {"DomainId": DOMAIN, "UserProfileName": "ada"}
    with refused("ValidationException", "ensure that the role exists"):
        sim.studio_client.update_user_profile(**name, **settings)
    sim.services.studio.missing_roles.discard(ROLE)
    sim.studio_client.update_user_profile(**name, **settings)


def test_a_space_may_make_its_owners_profile(sim: Services, refused: Refused) -> None:
    """With SpaceManagedResources there is one afterwards, without tags; otherwise a refusal."""
    sim.services.identity_store.add_user("ada")
    request = {
        "DomainId": DOMAIN,
        "SpaceName": "lab",
        "OwnershipSettings": {"OwnerUserProfileName": "ada"},
        "SpaceSharingSettings": {"SharingType": "Private"},
    }

    with refused("ResourceNotFound"):
        sim.studio_client.create_space(**request)
    sim.studio_client.create_space(**request, SpaceSettings={"SpaceManagedResources": "ENABLED"})
    name = {"DomainId": DOMAIN, "UserProfileName": "ada"}
    made = sim.studio_client.describe_user_profile(**name)
    assert made["SingleSignOnUserValue"] == "ada"
    assert "UserSettings" not in made
    assert sim.studio_client.list_tags(ResourceArn=made["UserProfileArn"])["Tags"] == []


def test_nobody_signs_in_where_the_portal_is_disabled(sim: Services) -> None:
    """DescribeDomain shows the settings of Unified Studio, and sign-in is refused with them."""
    ada = sim.services.identity_store.add_user("ada")
    sim.services.application_access.assign(
        assignment(sim, "")["ApplicationArn"], "USER", ada.user_id
    )
    sim.services.studio.unify(sim.place, DomainId="dzd_1", StudioWebPortalAccess="DISABLED")

    told = sim.studio_client.describe_domain(DomainId=DOMAIN)["DomainSettings"]
    assert told["UnifiedStudioSettings"]["StudioWebPortalAccess"] == "DISABLED"
    with pytest.raises(OperationRefusedError, match="Unified Studio"):
        sim.services.studio.sign_in(sim.place, "ada")
    sim.services.studio.unify(sim.place, DomainId="dzd_1", StudioWebPortalAccess="ENABLED")
    assert sim.services.studio.sign_in(sim.place, "ada").name == "ada-001"
