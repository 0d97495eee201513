"""The functions' environment, by what it comes from; hub.runtime.settings reads it."""

from aws_cdk import aws_sqs as sqs

from hub.infrastructure.context import Context
from hub.infrastructure.tables import Tables


def directory_settings(context: Context, tables: Tables) -> dict[str, str]:
    """Return the settings of a function that resolves names of groups."""
    return {
        "STUDIO_HUB_IDENTITY_STORE_ID": context.identity_store_id,
        "STUDIO_HUB_LEDGER_TABLE": tables.ledger.table_name,
    }


def decision_settings(context: Context, tables: Tables) -> dict[str, str]:
    """Return the settings of a function that decides who has a profile."""
    return {
        **directory_settings(context, tables),
        "STUDIO_HUB_ACCOUNT": context.hub_account,
        "STUDIO_HUB_IDENTITY_ACCOUNT": context.identity_account,
        "STUDIO_HUB_MODE": context.mode,
        "STUDIO_HUB_REMOVAL_COUNT": str(context.removal_limit_count),
        "STUDIO_HUB_REMOVAL_PERCENT": str(context.removal_limit_percent),
        "STUDIO_HUB_MAPPINGS_TABLE": tables.mappings.table_name,
    }


def queue_settings(
    *,
    reconcile: sqs.Queue | None = None,
    scan: sqs.Queue | None = None,
    delayed: sqs.Queue | None = None,
) -> dict[str, str]:
    """Return the settings of a function that sends to these queues."""
    queues = {"RECONCILE": reconcile, "SCAN": scan, "DELAYED": delayed}
    return {
        f"STUDIO_HUB_{name}_QUEUE_URL": queue.queue_url for name, queue in queues.items() if queue
    }
