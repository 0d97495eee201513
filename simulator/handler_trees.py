"""Shares botocore's trees of event handlers between clients, except for changed branches.

Each client starts with a copy of its session's tree, which has some four hundred nodes.
"""

from typing import Any

import botocore.hooks
from botocore.hooks import NodeList

Handlers: Any = botocore.hooks._PrefixTrie  # type: ignore[attr-defined]  # noqa: SLF001 (there is no other way in)
_remove, _copied = Handlers.remove_item, Handlers._recursive_copy  # noqa: SLF001 (as above)
_MIDDLE = 1


def append(tree: Any, key: str, value: Any, section: int = _MIDDLE) -> None:  # noqa: ANN401 (as above)
    """Add a handler; copies the nodes on its path."""
    node = tree._root = dict(tree._root)  # noqa: SLF001 (as above)
    for part in key.split("."):
        node["children"] = children = dict(node["children"])
        node = children[part] = dict(
            children.get(part) or {"chunk": part, "values": None, "children": {}}
        )
    values = NodeList(*map(list, node["values"] or ((), (), ())))
    values[section].append(value)
    node["values"] = values


def remove(tree: Any, key: str, value: Any) -> None:  # noqa: ANN401 (as above)
    """Remove a handler, after copying the whole tree."""
    tree._root = _copied(tree, tree._root)  # noqa: SLF001 (as above)
    _remove(tree, key, value)


class _Shared(Handlers):  # type: ignore[misc]  # botocore has no types
    """A tree whose nodes others have too: what changes it changes none of them, whenever it is."""

    append_item, remove_item = append, remove


def shared(tree: Any) -> Any:  # noqa: ANN401 (botocore's own)
    """Return a tree that shares all its nodes with `tree`."""
    tree.__class__ = _Shared
    twin = _Shared()
    twin.__dict__ = dict(tree.__dict__)
    return twin
