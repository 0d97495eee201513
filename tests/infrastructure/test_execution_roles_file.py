"""The file of group-level execution roles: its allowed content, and all mistakes at once."""

import pytest

from spoke.infrastructure.execution_roles import ExecutionRolesError, read_execution_roles


def test_a_role_has_its_sets_before_its_own() -> None:
    """Statement sets are written once and included by name."""
    (role,) = read_execution_roles(
        """
        statement_sets:
          see:
            - {Sid: See, Effect: Allow, Action: "s3:GetObject", Resource: "arn:x"}
        roles:
          ml-scientists:
            description: Explores
            managed_policies: ["arn:${partition}:iam::aws:policy/AmazonAthenaFullAccess"]
            includes: [see]
            statements:
              - {Sid: Never, Effect: Deny, Action: "*", Resource: "*"}
        """
    )
    (shared,) = role.shared

    assert role.name == "ml-scientists"
    assert role.description == "Explores"
    assert role.managed_policies == ("arn:${partition}:iam::aws:policy/AmazonAthenaFullAccess",)
    assert (shared.name, [each["Sid"] for each in shared.statements]) == ("see", ["See"])
    assert [statement["Sid"] for statement in role.statements] == ["Never"]


def test_a_set_that_differs_by_role_is_in_the_role() -> None:
    """A set that names the role cannot be one policy for all; a prefix is in the role's tags."""
    (role,) = read_execution_roles(
        """
        statement_sets:
          own: [{Sid: Own, Effect: Allow, Action: "s3:GetObject", Resource: "${role_arn}"}]
          all: [{Sid: All, Effect: Allow, Action: "s3:GetObject", Resource: "arn:x/${prefix}/*"}]
        roles: {ML.Scientists: {description: d, includes: [own, all]}}
        """
    )

    assert (role.prefix, role.has_prefix) == ("ml-scientists", True)
    assert [each["Sid"] for each in role.statements] == ["Own"]
    assert [each.name for each in role.shared] == ["all"]


@pytest.mark.parametrize(
    ("names", "mistake"),
    [
        (
            "ml, ml-lead",
            (
                "ml: its names begin with ml-, as those of ml-lead do: "
                "each could use what the other made; rename one"
            ),
        ),
        (
            "a.b, a_b",
            (
                "a.b: its names begin with a-b-, as those of a_b do: "
                "each could use what the other made; rename one"
            ),
        ),
        (
            "Shared",
            (
                "Shared: its prefix 'shared' must have 1 to 24 characters and not be 'shared': "
                "rename the role"
            ),
        ),
        (
            "a" * 25,
            (
                f"{'a' * 25}: its prefix '{'a' * 25}' must have 1 to 24 characters and not be "
                "'shared': rename the role"
            ),
        ),
        (
            "+",
            "+: its prefix '' must have 1 to 24 characters and not be 'shared': rename the role",
        ),
    ],
)
def test_no_prefix_is_the_start_of_anothers(names: str, mistake: str) -> None:
    """A role's prefix belongs to that role alone, is short, and is not the shared one."""
    own = "{Sid: S, Effect: Allow, Action: 's3:GetObject', Resource: 'arn:x/${prefix}/*'}"
    other = "{Sid: S, Effect: Allow, Action: 's3:GetObject', Resource: 'arn:x'}"
    roles = [f"{name}: {{description: d, statements: [%s]}}" for name in names.split(", ")]
    text = f"roles: {{{', '.join(roles)}}}"

    assert mistakes_of(text.replace("%s", own))[0] == mistake
    assert read_execution_roles(text.replace("%s", other))


@pytest.mark.parametrize(
    ("resource", "mistake"),
    [
        (
            "['arn:x', '${data_buckets}/*']",
            "${data_buckets} is a list: its text stands alone, and is no item of another",
        ),
        (
            "'arn:${partition}:s3:::${data_buckets}'",
            "${data_buckets} is a list: beside it a text may hold only ${prefix}",
        ),
        (
            "'${data_buckets}/${data_buckets}'",
            "${data_buckets} is a list: beside it a text may hold only ${prefix}",
        ),
    ],
)
def test_a_list_is_where_it_can_be_filled_in(resource: str, mistake: str) -> None:
    """CloudFormation joins lists with plain texts alone, and makes no list within another."""
    text = f"{{Sid: S, Effect: Allow, Action: 's3:GetObject', Resource: {resource}}}"

    assert mistakes_of(f"roles: {{R: {{description: d, statements: [{text}]}}}}") == [
        f"R: S: {mistake}"
    ]


def test_a_shared_set_that_iam_would_refuse_is_refused() -> None:
    """It is one managed policy, and counts as one of a role's."""
    long = "x" * 6_100
    policies = ", ".join(["'arn:${partition}:iam::aws:policy/P'"] * 10)
    text = (
        f"statement_sets: {{s: [{{Sid: S, Effect: Allow, Action: 's3:GetObject', "
        f"Resource: 'arn:{long}'}}]}}\n"
        f"roles: {{R: {{description: d, includes: [s], managed_policies: [{policies}]}}}}"
    )

    size, number = mistakes_of(text)
    assert size.startswith("statement set s: it has 6172 characters and IAM allows 6144 ")
    assert number == "R: managed_policies: 10 of at most 9"


def test_every_mistake_in_the_roles_is_reported_at_once() -> None:
    """Each line names the role and the statement, the mistake, and the remedy."""
    mistakes = mistakes_of(
        """
        statement_sets:
          studio: []
        roles:
          "bad name!":
            description: ""
            includes: [studios]
            managed_policies: ["AdministratorAccess"]
            color: blue
          Analyst:
            description: Reads
            statements:
              - {Sid: Open, Effect: Allow, Action: "*", Resource: "*"}
              - {Sid: Open, Effect: Permit, Action: "s3:GetObject", Resource: "arn:${region}:x"}
              - {Sid: "a-b", Effect: Allow, NotAction: "s3:GetObject", Resource: "*"}
          analyst:
            description: Reads too
        """
    )

    assert "\n".join(mistakes) == (
        """\
bad name!: is no role name: use 1 to 64 of letters, digits and +=,.@_-
bad name!: 'color' is not known; allowed: description, managed_policies, includes, statements
bad name!: description: write 1 to 1000 characters
bad name!: includes: no statement set 'studios'; known: studio
bad name!: managed_policies: 'AdministratorAccess' is not allowed; \
write arn:${partition}:iam::aws:policy/<name>, or ${account} for one of your own
Analyst: Open: * allows too much or is no action: write <service>:<Action>
Analyst: Open: Effect 'Permit': write Allow or Deny
Analyst: Open: ${region} is not known; \
there are ${partition}, ${account}, ${role_arn}, ${prefix}, the lists and IAM's variables
Analyst: statement: 'NotAction' is not known; allowed: Sid, Effect, Action, Resource, Condition
Analyst: Sid 'a-b': give each statement one, of letters and digits
Analyst: a-b: Action: write an action or a list of them
Analyst: Sid Open stands twice: a Sid is unique in a role
Analyst: another role differs only in case: rename one
analyst: another role differs only in case: rename one"""
    )


@pytest.mark.parametrize(
    ("statement", "mistake"),
    [
        (
            "Action: 'sagemaker:*', Resource: '*'",
            "sagemaker:* allows all of a service: list the actions that are needed",
        ),
        (
            "Action: 'iam:CreateRole', Resource: '*'",
            "iam:CreateRole: a role may not change or read IAM; only iam:PassRole is allowed",
        ),
        (
            "Action: 'iam:Pass*', Resource: 'arn:x'",
            "iam:Pass*: a role may not change or read IAM; only iam:PassRole is allowed",
        ),
        (
            "Action: 'iam:PassRole', Resource: '*', Condition: {X: {iam:PassedToService: s}}",
            "iam:PassRole on every role: name the roles, for example ${role_arn}",
        ),
        (
            "Action: 'iam:PassRole', Resource: '${role_arn}'",
            "iam:PassRole needs the condition iam:PassedToService",
        ),
        ("Action: 's3:GetObject'", "Resource: write an ARN or a list of them"),
        (
            "Action: 's3:GetObject', Resource: 'arn:x', Condition: never",
            "Condition: write an operator, below it keys with values",
        ),
    ],
)
def test_a_notebook_cannot_widen_its_role(statement: str, mistake: str) -> None:
    """A statement that lets a user gain more rights is refused with its remedy."""
    text = f"roles: {{R: {{description: d, statements: [{{Sid: S, Effect: Allow, {statement}}}]}}}}"

    assert mistakes_of(text) == [f"R: S: {mistake}"]


def test_a_role_that_iam_would_refuse_is_refused() -> None:
    """The size of a role's statements and the number of its policies have limits."""
    policies = ", ".join(["'arn:${partition}:iam::aws:policy/P'"] * 11)
    long = "x" * 10_300
    text = (
        f"roles: {{R: {{description: d, managed_policies: [{policies}], statements: "
        f"[{{Sid: S, Effect: Allow, Action: 's3:GetObject', Resource: 'arn:{long}'}}]}}}}"
    )

    number, size = mistakes_of(text)
    assert size.startswith("R: its statements have 10372 characters and IAM allows 10240: ")
    assert number == "R: managed_policies: 11 of at most 10"


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        ("roles: [", "is no YAML"),
        ("roles: {R: {description: d}, R: {description: d}}", "'R' stands twice: keep one"),
        ("", "file: None is no mapping of names to values"),
        ("roles: [R]", "roles: ['R'] is no mapping of names to values"),
        ("roles: {R: {description: d, statements: s}}", "R: statements: 's' is no list"),
    ],
)
def test_a_file_of_another_form_is_refused(text: str, mistake: str) -> None:
    """A file that has another format is named as such."""
    with pytest.raises(ExecutionRolesError) as caught:
        read_execution_roles(text)

    assert mistake in str(caught.value)


def mistakes_of(text: str) -> list[str]:
    with pytest.raises(ExecutionRolesError) as caught:
        read_execution_roles(text)
    head, *mistakes = str(caught.value).splitlines()
    assert head == "the file of execution roles is wrong:"
    return [mistake.strip() for mistake in mistakes]
