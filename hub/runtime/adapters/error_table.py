"""Lists which AWS error codes are transient, and which need somebody to act.

Every error has one reason, and the reason alone says whether the same call may work later.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Reason(StrEnum):
    """Why a call failed."""

    # These are transient.
    THROTTLED = "throttled"
    SERVER = "server"
    NETWORK = "network"
    # A wrong clock, a process that was frozen during the call, or a request changed in transit.
    SIGNATURE = "signature"
    # Expired, not available now, or too new to be known everywhere.
    CREDENTIALS = "credentials"
    # Another call changes the same thing.
    CONTENTION = "contention"
    # An earlier change of the same thing has not propagated yet.
    NOT_PROPAGATED = "not-propagated"
    # These need somebody to act.
    REFUSED = "refused"
    NOT_FOUND = "not-found"
    STATE = "state"
    QUOTA = "quota"
    KEY = "key"
    REQUEST = "request"
    CONFIGURATION = "configuration"
    LOGIN = "login"


# The same call may work later without anybody's action.
PASSING: Final = frozenset(
    {
        Reason.THROTTLED,
        Reason.SERVER,
        Reason.NETWORK,
        Reason.SIGNATURE,
        Reason.CREDENTIALS,
        Reason.CONTENTION,
        Reason.NOT_PROPAGATED,
    }
)

# Sources: the error shapes of the services' models in botocore, and its own lists of what is
# retried; "Common Errors" in the API references of AWS; "Programming errors" in DynamoDB's
# developer guide; the error codes of the SQS API reference, also in the spelling of its query
# protocol, which botocore still reports.
_CODES: Final = {
    Reason.THROTTLED: """
        BandwidthLimitExceeded EC2ThrottledException KMS.ThrottlingException KMSThrottlingException
        KmsThrottled LimitExceededException OverLimit ProvisionedThroughputExceeded
        ProvisionedThroughputExceededException RequestLimitExceeded RequestThrottled
        RequestThrottledException SlowDown Throttling ThrottledException ThrottlingError
        ThrottlingException TooManyRequestsException
    """,
    Reason.SERVER: """
        DependencyTimeoutException IDPCommunicationError InternalError InternalException
        InternalFailure InternalServerError InternalServerException KMSInternalException
        KeyUnavailableException PriorRequestNotComplete RequestTimeout RequestTimeoutException
        ServiceUnavailable ServiceUnavailableException
    """,
    # Botocore signs every call alike. If one signature is wrong, the cause is its time or a change
    # in transit.
    Reason.SIGNATURE: """
        IncompleteSignature IncompleteSignatureException InvalidSignatureException
        RequestExpired RequestInTheFuture RequestTimeTooSkewed SignatureDoesNotMatch
    """,
    # Source: IAM user guide, "Changes that I make are not always immediately visible": credentials
    # that STS has just given may be unknown elsewhere. They belong to a role and are never typed
    # in.
    Reason.CREDENTIALS: """
        AuthFailure ExpiredToken ExpiredTokenException InvalidAccessKeyId InvalidClientTokenId
        InvalidToken TokenRefreshRequired UnrecognizedClientException
    """,
    Reason.CONTENTION: """
        ConflictingOperationException ReplicatedWriteConflictException TransactionCanceledException
        TransactionConflict TransactionConflictException TransactionInProgressException
    """,
    # Source: the IAM Identity Center API reference of CreateApplicationAssignment: an earlier write
    # conflicts, and the call may be tried again after some time.
    Reason.NOT_PROPAGATED: "ConflictException",
    Reason.REFUSED: """
        AccessDenied AccessDeniedException IDPRejectedClaim InvalidSecurity
        MissingAuthenticationToken MissingAuthenticationTokenException NotAuthorized OptInRequired
        RegionDisabledException SubscriptionRequiredException UnauthorizedAccess
        UnauthorizedOperation
    """,
    Reason.NOT_FOUND: """
        AWS.SimpleQueueService.NonExistentQueue QueueDoesNotExist ResourceNotFound
        ResourceNotFoundException
    """,
    Reason.STATE: """
        AWS.SimpleQueueService.MessageNotInflight ConditionalCheckFailed
        ConditionalCheckFailedException DuplicateItem IdempotentParameterMismatchException
        MessageNotInflight ReceiptHandleIsInvalid
        ResourceInUse ResourceInUseException
    """,
    Reason.QUOTA: """
        ItemCollectionSizeLimitExceeded ItemCollectionSizeLimitExceededException
        ResourceLimitExceeded ServiceQuotaExceededException
    """,
    Reason.KEY: """
        KMS.AccessDeniedException KMS.DisabledException KMS.InvalidKeyUsageException
        KMS.InvalidStateException KMS.NotFoundException KMS.OptInRequired KMSAccessDeniedException
        KMSDisabledException KMSInvalidStateException KMSNotFoundException KMSOptInRequired
        KmsAccessDenied KmsDisabled KmsInvalidKeyUsage KmsInvalidState KmsNotFound KmsOptInRequired
    """,
    Reason.REQUEST: """
        AWS.SimpleQueueService.BatchEntryIdsNotDistinct AWS.SimpleQueueService.BatchRequestTooLong
        AWS.SimpleQueueService.EmptyBatchRequest AWS.SimpleQueueService.InvalidBatchEntryId
        AWS.SimpleQueueService.TooManyEntriesInBatchRequest
        AWS.SimpleQueueService.UnsupportedOperation BatchEntryIdsNotDistinct BatchRequestTooLong
        EmptyBatchRequest InvalidAction InvalidAddress InvalidBatchEntryId InvalidMessageContents
        InvalidParameterCombination InvalidParameterValue InvalidQueryParameter
        MalformedHttpRequestException MalformedPolicyDocument MalformedPolicyDocumentException
        MalformedQueryString MissingAction MissingParameter PackedPolicyTooLarge
        PackedPolicyTooLargeException SerializationException TooManyEntriesInBatchRequest
        UnknownOperationException UnsupportedOperation ValidationError ValidationException
    """,
}

CODES: Final[Mapping[str, Reason]] = MappingProxyType(
    {code: reason for reason, codes in _CODES.items() for code in codes.split()}
)
