"""The sso-admin operations on applications of one instance: who may open which application."""

from collections.abc import Callable, Mapping
from typing import Any

from simulator.application_access import assignments, instance
from simulator.application_access.state import AccessState, Application, Assignment, PrincipalType

__all__ = ["OPERATIONS", "Application", "ApplicationAccess", "Assignment", "PrincipalType"]

OPERATIONS: dict[str, Callable[[AccessState, str, Mapping[str, Any]], dict[str, Any]]] = {
    "CreateApplicationAssignment": assignments.create_application_assignment,
    "DeleteApplicationAssignment": assignments.delete_application_assignment,
    "DescribeApplicationAssignment": assignments.describe_application_assignment,
    "ListApplicationAssignments": assignments.list_application_assignments,
    "ListApplicationAssignmentsForPrincipal": (
        assignments.list_application_assignments_for_principal
    ),
    "DescribeApplication": instance.describe_application,
    "ListApplications": instance.list_applications,
    "GetApplicationAssignmentConfiguration": instance.get_application_assignment_configuration,
    "PutApplicationAssignmentConfiguration": instance.put_application_assignment_configuration,
    "ListInstances": instance.list_instances,
    "DescribeInstance": instance.describe_instance,
}


class ApplicationAccess(AccessState):
    """Applications and assignments that answer the sso-admin API."""

    def handle(self, operation: str, account: str, request: Mapping[str, Any]) -> dict[str, Any]:
        """Return the answer to one validated request of an account, or raise ServiceError."""
        return OPERATIONS[operation](self, account, request)
