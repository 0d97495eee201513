"""All rights of the hub's functions: a right more or less fails here."""

from typing import Any

Resources = dict[str, dict[str, Any]]

STORES = [
    "arn:aws:identitystore::111111111111:identitystore/d-1234567890",
    "arn:aws:identitystore::333333333333:identitystore/d-1234567890",
]
GROUPS = "arn:aws:identitystore:::group/*"
MEMBERSHIPS = "arn:aws:identitystore:::membership/*"
USERS = "arn:aws:identitystore:::user/*"
LEDGER = "<Tables/Ledger.Arn>"
READ_QUEUE = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]


def allow(sid: str, action: str | list[str], resource: str | list[str]) -> dict[str, Any]:
    return {"Sid": sid, "Effect": "Allow", "Action": action, "Resource": resource}


def of_ledger(sid: str, action: str | list[str], *keys: str) -> dict[str, Any]:
    limit = {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": list(keys)}}
    return allow(sid, action, LEDGER) | {"Condition": limit}


READ_MAPPINGS = allow("ReadTheMappings", "dynamodb:Scan", "<Tables/Mappings.Arn>")
ASSUME = ["sts:AssumeRole", "sts:SetSourceIdentity"]
OF_THE_ORGANIZATION = {
    "Condition": {"StringEquals": {"aws:ResourceOrgID": "o-exampleorgid"}},
}
ENTER_SPOKES = (
    allow("AssumeSpokeRoles", ASSUME, "arn:aws:iam::*:role/studio-hub-system/StudioHubSpoke-*")
    | OF_THE_ORGANIZATION
)
READ_SPOKES = (
    allow("ReadTheSpokes", ASSUME, "arn:aws:iam::*:role/studio-hub-system/StudioHubSpokeReader-*")
    | OF_THE_ORGANIZATION
)
APPLICATIONS = "arn:aws:sso::*:application/*"


def of_identity_center(sid: str, action: str | list[str]) -> dict[str, Any]:
    limit = {"StringEqualsIfExists": {"sso:PrimaryRegion": "eu-west-1"}}
    return allow(sid, action, APPLICATIONS) | {"Condition": limit}


def function_role(name: str, path: str, *needs: dict[str, Any]) -> dict[str, Any]:
    """Return the role of one function: assumed by Lambda alone; its needs, its log, its trace."""
    own_log = allow(
        "WriteItsOwnLog", ["logs:CreateLogStream", "logs:PutLogEvents"], f"<{path}/Log.Arn>"
    )
    trust = {
        "Effect": "Allow",
        "Principal": {"Service": "lambda.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }
    tracing = allow("TraceItsWay", ["xray:PutTraceSegments", "xray:PutTelemetryRecords"], "*")
    document = {"Version": "2012-10-17", "Statement": [*needs, own_log, tracing]}
    return {
        "RoleName": name,
        "Path": "/studio-hub-system/",
        "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [trust]},
        "Policies": [{"PolicyName": "Needs", "PolicyDocument": document}],
    }


def test_reconcile_may_do_exactly_this(hub: Resources) -> None:
    """`reconcile` reads directory and rows, writes the ledger, and assumes the spoke roles."""
    path = "Reconciler/Reconcile"

    assert hub[f"{path}/Role"]["Properties"] == function_role(
        "StudioHub-Reconcile-eu-west-1",
        path,
        allow("ReadReconcileRequests", READ_QUEUE, "<Reconciler/Requests/Queue.Arn>"),
        allow(
            "RedeliverWhoCannotWait",
            "sqs:ChangeMessageVisibility",
            "<Reconciler/Requests/Queue.Arn>",
        ),
        allow("RequeueReconcileRequests", "sqs:SendMessage", "<Reconciler/Delayed/Queue.Arn>"),
        READ_MAPPINGS,
        allow("ReadTheLedger", "dynamodb:Query", LEDGER),
        allow("CountOurProfiles", "dynamodb:Query", f"{LEDGER}/index/by-target"),
        of_ledger(
            "KeepTheLedger",
            "dynamodb:PutItem",
            "user#*",
            "group#*",
            "hub",
            "limit#*",
            "hold#*",
        ),
        of_ledger("KeepOpenProblems", "dynamodb:UpdateItem", "hub"),
        of_ledger("ForgetWhatIsOver", "dynamodb:DeleteItem", "group#*", "limit#*"),
        allow(
            "ReadThePerson",
            ["identitystore:DescribeUser", "identitystore:ListGroupMembershipsForMember"],
            [*STORES, USERS, MEMBERSHIPS],
        ),
        allow(
            "ReadTheMappedGroups",
            ["identitystore:GetGroupId", "identitystore:ListGroupMemberships"],
            [*STORES, GROUPS, MEMBERSHIPS],
        ),
        ENTER_SPOKES,
        of_identity_center(
            "ManageAssignments",
            [
                "sso:CreateApplicationAssignment",
                "sso:DeleteApplicationAssignment",
                "sso:DescribeApplicationAssignment",
            ],
        ),
        allow("PublishProfileEvents", "events:PutEvents", "<Bus.Arn>")
        | {
            "Condition": {
                "ForAllValues:StringEquals": {"events:source": "studio-hub"},
                "Null": {"events:source": "false"},
            }
        },
    )


def test_intake_may_do_exactly_this(hub: Resources) -> None:
    """Intake turns events into requests; it assumes no spoke role and writes no record."""
    path = "Ingress/Intake"

    assert hub[f"{path}/Role"]["Properties"] == function_role(
        "StudioHub-Intake-eu-west-1",
        path,
        allow(
            "ReadEventsAndWhatWaited",
            READ_QUEUE,
            ["<Ingress/Events/Queue.Arn>", "<Reconciler/Delayed/Queue.Arn>"],
        ),
        allow(
            "QueueRequests",
            "sqs:SendMessage",
            ["<Reconciler/Requests/Queue.Arn>", "<Scanner/Requests/Queue.Arn>"],
        ),
        allow("LookAtEverythingInTime", "sqs:SendMessage", "<Reconciler/Delayed/Queue.Arn>"),
        READ_MAPPINGS,
        of_ledger("ReadWhetherUsersAreKnown", "dynamodb:Query", "user#*", "hub"),
        allow(
            "ReadMembershipIndex",
            "dynamodb:Query",
            "<Tables/Ledger.Arn>/index/by-membership",
        ),
        of_ledger("RememberWhatHoldsForAll", ["dynamodb:PutItem", "dynamodb:UpdateItem"], "hub"),
        allow("FindTheMappedGroups", "identitystore:GetGroupId", [*STORES, GROUPS]),
    )


def test_scan_may_do_exactly_this(hub: Resources) -> None:
    """`scan` lists groups, users and targets, stores its snapshots, and describes nobody itself."""
    path = "Scanner/Scan"

    assert hub[f"{path}/Role"]["Properties"] == function_role(
        "StudioHub-Scan-eu-west-1",
        path,
        allow("ReadScanRequests", READ_QUEUE, "<Scanner/Requests/Queue.Arn>"),
        allow(
            "RedeliverWhatCannotWait", "sqs:ChangeMessageVisibility", "<Scanner/Requests/Queue.Arn>"
        ),
        allow("QueueWhoDiffers", "sqs:SendMessage", "<Reconciler/Requests/Queue.Arn>"),
        allow("QueueFurtherScans", "sqs:SendMessage", "<Scanner/Requests/Queue.Arn>"),
        allow("RequeueScanRequests", "sqs:SendMessage", "<Reconciler/Delayed/Queue.Arn>"),
        READ_MAPPINGS,
        allow("ReadTheLedger", ["dynamodb:Query", "dynamodb:Scan"], LEDGER),
        allow("ReadWhoIsInATarget", "dynamodb:Query", f"{LEDGER}/index/by-target"),
        of_ledger(
            "WriteScanFindings",
            "dynamodb:PutItem",
            "user#*",
            "group#*",
            "target#*",
            "hub",
            "limit#*",
            "scan#*",
            "hold#*",
        ),
        of_ledger("KeepOpenProblems", "dynamodb:UpdateItem", "hub"),
        of_ledger("CopyMembers", "dynamodb:BatchWriteItem", "group#*"),
        of_ledger("ForgetWhatIsGone", "dynamodb:DeleteItem", "target#*", "limit#*"),
        allow("ListMembers", "identitystore:ListGroupMemberships", [*STORES, GROUPS, MEMBERSHIPS]),
        allow("ListPeople", "identitystore:ListUsers", [*STORES, USERS]),
        allow(
            "ReadGroups",
            [
                "identitystore:GetGroupId",
                "identitystore:DescribeGroup",
                "identitystore:ListGroups",
            ],
            [*STORES, GROUPS],
        ),
        READ_SPOKES,
        of_identity_center(
            "ListAssignments",
            ["sso:ListApplicationAssignments", "sso:GetApplicationAssignmentConfiguration"],
        ),
    )


def test_another_account_grants_access_by_its_own_role(hub_elsewhere: Resources) -> None:
    """Where Identity Center is not the hub's, each function has one role there."""
    roles = "arn:aws:iam::333333333333:role/studio-hub-system"
    assigner, reader = f"{roles}/StudioHubAssigner-eu-west-1", f"{roles}/StudioHubAssignmentReader"
    found = {
        path: [
            statement
            for statement in hub_elsewhere[f"{path}/Role"]["Properties"]["Policies"][0][
                "PolicyDocument"
            ]["Statement"]
            if "sso:" in str(statement["Action"])
            or str(statement["Resource"]).startswith("arn:aws:iam::333333333333:")
        ]
        for path in ("Reconciler/Reconcile", "Scanner/Scan", "Ingress/Intake")
    }

    assert found == {
        "Reconciler/Reconcile": [allow("ManageAssignments", ASSUME, assigner)],
        "Scanner/Scan": [allow("ListAssignments", ASSUME, f"{reader}-eu-west-1")],
        "Ingress/Intake": [],
    }


def test_a_key_of_the_company_is_used_through_identity_center_alone(
    hub_elsewhere: Resources,
) -> None:
    """Every function that reads the directory may decrypt it, and nothing else with that key."""
    services = ["identitystore.eu-west-1.amazonaws.com", "sso.eu-west-1.amazonaws.com"]
    key = "arn:aws:kms:eu-west-1:333333333333:key/0a1b2c3d-0000-4000-8000-0a1b2c3d4e5f"
    found = {
        path: [
            statement
            for statement in hub_elsewhere[f"{path}/Role"]["Properties"]["Policies"][0][
                "PolicyDocument"
            ]["Statement"]
            if "kms:" in str(statement["Action"])
        ]
        for path in (
            "Reconciler/Reconcile",
            "Scanner/Scan",
            "Ingress/Intake",
            "MappingStream/MappingStream",
        )
    }

    decrypt = allow("DecryptTheDirectory", "kms:Decrypt", key)
    limit = {"StringEquals": {"kms:ViaService": services}}

    assert list(found.values()) == [[decrypt | {"Condition": limit}]] * 4


def test_mapping_stream_may_do_exactly_this(hub: Resources) -> None:
    """`mapping_stream` reads row changes, neither the table of rows nor any user's record."""
    path = "MappingStream/MappingStream"

    assert hub[f"{path}/Role"]["Properties"] == function_role(
        "StudioHub-MappingStream-eu-west-1",
        path,
        allow(
            "ReadTheStream",
            ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"],
            "<Tables/Mappings.StreamArn>",
        ),
        allow("FindTheStream", "dynamodb:ListStreams", "*"),
        allow("KeepWhatFailed", "sqs:SendMessage", "<MappingStream/DeadLetters.Arn>"),
        allow("QueueScanRequests", "sqs:SendMessage", "<Scanner/Requests/Queue.Arn>"),
        of_ledger(
            "RememberGroupNames",
            ["dynamodb:Query", "dynamodb:PutItem", "dynamodb:UpdateItem"],
            "hub",
        ),
        allow("FindTheMappedGroups", "identitystore:GetGroupId", [*STORES, GROUPS]),
    )


def test_no_other_identity_has_rights(hub: Resources) -> None:
    """The hub has a role for each function and no policy beside theirs."""
    identities = {
        path for path, resource in hub.items() if resource["Type"].startswith("AWS::IAM::")
    }

    assert identities == {
        "Reconciler/Reconcile/Role",
        "Ingress/Intake/Role",
        "Scanner/Scan/Role",
        "MappingStream/MappingStream/Role",
    }
