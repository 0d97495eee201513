"""Lists which calls without an AWS answer may work later, and which need somebody to act."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

import botocore.discovery
import botocore.exceptions as of_botocore
import urllib3.exceptions
from botocore.parsers import ResponseParserError

from hub.runtime.adapters.error_table import Reason

_EXCEPTIONS: Final[Mapping[Reason, Iterable[type[Exception]]]] = {
    Reason.THROTTLED: [of_botocore.CapacityNotAvailableError],
    # An answer that is unreadable or missing says nothing about the call. The last four may come
    # through botocore unwrapped.
    Reason.NETWORK: [
        of_botocore.ChecksumError,
        of_botocore.ConnectionClosedError,
        of_botocore.ConnectionError,
        of_botocore.ConnectTimeoutError,
        of_botocore.EndpointConnectionError,
        of_botocore.FlexibleChecksumError,
        of_botocore.HTTPClientError,
        of_botocore.IncompleteReadError,
        of_botocore.PaginationError,
        of_botocore.ProxyConnectionError,
        of_botocore.ReadTimeoutError,
        of_botocore.ResponseStreamingError,
        of_botocore.SSLError,
        botocore.discovery.EndpointDiscoveryException,
        botocore.discovery.EndpointDiscoveryRefreshFailed,
        OSError,
        ResponseParserError,
        UnicodeDecodeError,
        urllib3.exceptions.HTTPError,
    ],
    # A function has its role's credentials in its environment. If they are missing, that is only
    # temporary.
    Reason.CREDENTIALS: [
        of_botocore.CredentialRetrievalError,
        of_botocore.MetadataRetrievalError,
        of_botocore.NoCredentialsError,
        of_botocore.TokenRetrievalError,
    ],
    # An operator signs in again.
    Reason.LOGIN: [
        of_botocore.LoginAuthorizationCodeError,
        of_botocore.LoginError,
        of_botocore.LoginInsufficientPermissions,
        of_botocore.LoginRefreshRequired,
        of_botocore.LoginTokenLoadError,
        of_botocore.NoAuthTokenError,
        of_botocore.RefreshWithMFAUnsupportedError,
        of_botocore.SSOError,
        of_botocore.SSOTokenLoadError,
        of_botocore.UnauthorizedSSOTokenError,
    ],
    Reason.REQUEST: [
        of_botocore.AliasConflictParameterError,
        of_botocore.AwsChunkedWrapperError,
        of_botocore.InvalidDNSNameError,
        of_botocore.InvalidExpressionError,
        of_botocore.InvalidHostLabelError,
        of_botocore.MissingParametersError,
        of_botocore.OperationNotPageableError,
        of_botocore.ParamValidationError,
        of_botocore.RangeError,
        of_botocore.UnknownClientMethodError,
        of_botocore.UnknownKeyError,
        of_botocore.UnknownParameterError,
        of_botocore.UnseekableStreamError,
        of_botocore.UnsupportedOutpostResourceError,
        of_botocore.UnsupportedS3AccesspointConfigurationError,
        of_botocore.UnsupportedS3ArnError,
        of_botocore.UnsupportedS3ControlArnError,
        of_botocore.ValidationError,
        of_botocore.WaiterError,
    ],
    Reason.CONFIGURATION: [
        of_botocore.ApiVersionNotFoundError,
        of_botocore.BaseEndpointResolverError,
        of_botocore.BotoCoreError,
        of_botocore.ConfigNotFound,
        of_botocore.ConfigParseError,
        of_botocore.DataNotFoundError,
        of_botocore.EndpointProviderError,
        of_botocore.EndpointResolutionError,
        of_botocore.EndpointVariantError,
        of_botocore.InfiniteLoopConfigError,
        of_botocore.InvalidChecksumConfigError,
        of_botocore.InvalidConfigError,
        of_botocore.InvalidDefaultsMode,
        of_botocore.InvalidEndpointConfigurationError,
        of_botocore.InvalidEndpointDiscoveryConfigurationError,
        of_botocore.InvalidIMDSEndpointError,
        of_botocore.InvalidIMDSEndpointModeError,
        of_botocore.InvalidMaxRetryAttemptsError,
        of_botocore.InvalidProxiesConfigError,
        of_botocore.InvalidRegionError,
        of_botocore.InvalidRetryConfigurationError,
        of_botocore.InvalidRetryModeError,
        of_botocore.InvalidS3AddressingStyleError,
        of_botocore.InvalidS3UsEast1RegionalEndpointConfigError,
        of_botocore.InvalidSTSRegionalEndpointsConfigError,
        of_botocore.MD5UnavailableError,
        of_botocore.MissingDependencyException,
        of_botocore.MissingServiceIdError,
        of_botocore.NoRegionError,
        of_botocore.PartialCredentialsError,
        of_botocore.ProfileNotFound,
        of_botocore.ServiceNotInRegionError,
        of_botocore.StubAssertionError,
        of_botocore.StubResponseError,
        of_botocore.UnStubbedResponseError,
        of_botocore.UndefinedModelAttributeError,
        of_botocore.UnknownCredentialError,
        of_botocore.UnknownEndpointError,
        of_botocore.UnknownEndpointResolutionBuiltInName,
        of_botocore.UnknownFIPSEndpointError,
        of_botocore.UnknownRegionError,
        of_botocore.UnknownServiceError,
        of_botocore.UnknownServiceStyle,
        of_botocore.UnknownSignatureVersionError,
        of_botocore.UnknownTokenProviderError,
        of_botocore.UnsupportedS3ConfigurationError,
        of_botocore.UnsupportedS3ControlConfigurationError,
        of_botocore.UnsupportedServiceProtocolsError,
        of_botocore.UnsupportedSignatureVersionError,
        of_botocore.WaiterConfigError,
        botocore.discovery.EndpointDiscoveryRequired,
    ],
}

EXCEPTIONS: Final[Mapping[type[Exception], Reason]] = MappingProxyType(
    {error: reason for reason, errors in _EXCEPTIONS.items() for error in errors}
)
# Everything that a call may raise besides an AWS error.
WITHOUT_ANSWER: Final = tuple(EXCEPTIONS)
