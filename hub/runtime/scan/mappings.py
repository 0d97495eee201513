"""Reads the mapping rows for a scan: all of them, or those of one group or target."""

from typing import NamedTuple

from hub.runtime.decisions.mapping_rows import group_id
from hub.runtime.group_resolver import GroupResolver
from hub.runtime.ports import MappingStore
from shared.model import GroupId, GroupIds, GroupMapping, MappingTable, Target
from shared.requests import ScanRequest


class Mappings(NamedTuple):
    """The mapping rows and the ids of their groups; nothing is older than the request."""

    store: MappingStore
    resolver: GroupResolver

    def table(self, request: ScanRequest) -> MappingTable:
        """Return every row."""
        return self.store.table(newer_than=request.enqueued_at)

    def with_ids(self, request: ScanRequest) -> tuple[MappingTable, GroupIds]:
        """Return every row, and the ids of the groups that rows name, or why they have none."""
        table = self.table(request)
        return table, self.resolver.of(table, newer_than=request.enqueued_at)

    def of_group(self, request: ScanRequest, group: GroupId) -> tuple[list[GroupMapping], GroupIds]:
        """Return the rows of a group, and the ids as `with_ids` returns them."""
        table, ids = self.with_ids(request)
        return [row for row in table.rows if group_id(row, ids) == group], ids

    def of_target(self, request: ScanRequest, target: Target) -> tuple[GroupMapping, ...]:
        """Return the rows of a target."""
        return tuple(row for row in self.table(request).rows if row.target == target)

    def is_mapped(self, request: ScanRequest, target: Target) -> bool:
        """Return whether a row names a target; a row that does not parse counts too."""
        table = self.table(request)
        mapped = {row.target for row in (*table.rows, *table.patterns)}
        return target in mapped | {bad.target for bad in table.bad}
