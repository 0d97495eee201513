"""What administrators do in Identity Center, and the event that each act leaves in CloudTrail.

Source of the shapes: CloudTrail records of the console and of the Identity Store API as published
by AWS and its samples; an id that an event hides in reality is not in it here either.
"""

import uuid
from datetime import UTC, datetime
from typing import Any, Literal

from simulator.identity_store import IdentityStore

Via = Literal["console", "api"]
Event = dict[str, Any]

_NAMESPACE = uuid.UUID("7f1d6a52-2f4e-4f5e-9c0e-6a4a4b0c8d11")
_HIDDEN = "HIDDEN_DUE_TO_SECURITY_REASONS"
_SOURCES = {"console": "sso-directory.amazonaws.com", "api": "identitystore.amazonaws.com"}
_CONFLICT = ("ConflictException", "Member and Group relationship already exists")
_NOT_FOUND = ("ResourceNotFoundException", "MEMBERSHIP not found")


class DirectoryActs:
    """Changes the directory; each change returns the event that it leaves."""

    def __init__(self, store: IdentityStore, account: str, now: Any) -> None:  # noqa: ANN401 (a function that tells the time)
        self._store = store
        self._account = account
        self._now = now
        self._events = 0

    def join(self, user: str, group: str, via: Via) -> Event:
        """Put a person into a group; who is in it already leaves a failed call."""
        user_id, group_id = self._ids(user, group)
        failed = _CONFLICT if self._store.membership_of(user_id, group_id) else None
        membership = self._store.add_membership(user_id, group_id)
        if via == "console":
            request: Event = {"groupId": group_id, "member": {"memberId": user_id}}
            return self._event(via, "AddMemberToGroup", request, failed=failed)
        request = {"groupId": group_id, "memberId": {"userId": user_id}}
        response = {
            "membershipId": membership.membership_id,
            "identityStoreId": self._store.store_id,
        }
        return self._event(via, "CreateGroupMembership", request, response, failed=failed)

    def leave(self, user: str, group: str, via: Via) -> Event:
        """Take a person out of a group; who is not in it leaves a failed call."""
        user_id, group_id = self._ids(user, group)
        membership = self._store.remove_membership(user_id, group_id)
        failed = None if membership else _NOT_FOUND
        if via == "console":
            request = {"groupId": group_id, "memberId": user_id}
            return self._event(via, "RemoveMemberFromGroup", request, failed=failed)
        gone = membership.membership_id if membership else str(uuid.uuid5(_NAMESPACE, user_id))
        return self._event(via, "DeleteGroupMembership", {"membershipId": gone}, failed=failed)

    def create_user(self, name: str, user_id: str | None, via: Via) -> Event:
        """Add a person."""
        user = self._store.add_user(name, user_id)
        answer = {"userId": user.user_id}
        response = {"user": answer} if via == "console" else answer
        return self._event(via, "CreateUser", {"userName": _HIDDEN}, response)

    def _ids(self, user: str, group: str) -> tuple[str, str]:
        person, found = self._store.find_user(user), self._store.find_group(group)
        if person is None or found is None:
            raise LookupError(f"no user {user} or no group {group}")
        return person.user_id, found.group_id

    def _event(
        self,
        via: Via,
        name: str,
        request: Event,
        response: Event | None = None,
        *,
        failed: tuple[str, str] | None = None,
    ) -> Event:
        self._events += 1
        event_id = str(uuid.uuid5(_NAMESPACE, str(self._events)))
        # CloudTrail writes whole seconds.
        time = datetime.fromtimestamp(self._now(), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        source, region = _SOURCES[via], self._store.region
        error = {"errorCode": failed[0], "errorMessage": failed[1]} if failed else {}
        return {
            "version": "0",
            "id": str(uuid.uuid5(_NAMESPACE, event_id)),
            "detail-type": "AWS API Call via CloudTrail",
            "source": f"aws.{source.removesuffix('.amazonaws.com')}",
            "account": self._account,
            "time": time,
            "region": region,
            "resources": [],
            "detail": {
                "eventVersion": "1.11",
                "userIdentity": {"type": "AssumedRole", "accountId": self._account},
                "eventTime": time,
                "eventSource": source,
                "eventName": name,
                "awsRegion": region,
                "requestParameters": {"identityStoreId": self._store.store_id, **request},
                "responseElements": None if failed else response,
                "eventID": event_id,
                "readOnly": False,
                "eventType": "AwsApiCall",
                "managementEvent": True,
                "recipientAccountId": self._account,
                "eventCategory": "Management",
                **error,
            },
        }
