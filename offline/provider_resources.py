"""The life of a resource at the offline provider: check, diff, create, read, update, delete."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from offline import aws, lifecycle, managed
from offline.aws import Place
from offline.differences import Difference, differences
from offline.holders import holder, named_by
from offline.protection import is_kept, refusal
from offline.provider_names import Names, Proposal
from offline.provider_state import Folder, Record
from offline.schema import arguments_class, shape_of
from offline.values import UNKNOWN, holds_unknown, plain


class RefusedError(ValueError):
    """AWS would refuse this."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Diff:
    """What an update would have to do.

    Attributes:
        differences: each with whether it forces a replacement.
        delete_first: whether AWS wouldn't have the new beside the old.
    """

    differences: tuple[tuple[Difference, bool], ...]
    delete_first: bool


class Resources:
    """All resources of one folder.

    Args:
        root: the folder that the paths of packages are relative to.
    """

    def __init__(self, folder: Folder, root: Path) -> None:
        self._folder = folder
        self._names = Names(folder)
        self._root = root
        # The SDK's modules load when they are first looked at, which isn't safe in two threads.
        self._sdk = threading.Lock()

    def check(
        self,
        kind: str,
        urn: str,
        *,
        new: Mapping[str, Any],
        old: Mapping[str, Any],
        proposal: Proposal,
        place: Place,
    ) -> tuple[dict[str, Any], list[str]]:
        """The inputs, completed, and what is wrong with them.

        Args:
            new: as the program gives them.
            old: as they were checked before; empty for a resource to be made.
        """
        given = inputs = dict(new)
        problems = []
        with self._sdk:
            try:
                given |= self._names.choose(kind, urn, new=new, old=old, proposal=proposal)
                inputs = managed.checked(kind, given, place)
            except (LookupError, ValueError) as error:
                problems.append(str(error))
            problems += managed.refusals(kind, given, self._root)
        return inputs, problems

    def diff(
        self,
        kind: str,
        urn: str,
        identity: str,
        *,
        old: Mapping[str, Any] | None,
        outputs: Mapping[str, Any],
        new: Mapping[str, Any],
        place: Place,
    ) -> Diff:
        """What has to change.

        Args:
            old: the inputs before; where they aren't known, those among the outputs count.
            outputs: the outputs before.
            new: the inputs now.
        """
        if old is None:
            names = self._input_names(kind)
            old = {name: value for name, value in outputs.items() if name in names}
        found = tuple(
            (item, lifecycle.forces_replacement(kind, item.names, old, new))
            for item in differences(old, new, lifecycle.sets_of(kind))
            if not lifecycle.is_write_only(item.names)
        )
        return Diff(
            differences=found,
            delete_first=any(forces for _, forces in found)
            and self._deletes_first(kind, urn, identity, old, new, place),
        )

    def plan(self, kind: str, inputs: Mapping[str, Any]) -> dict[str, Any]:
        """The outputs of a resource that a preview would make."""
        return managed.outputs(inputs, aws.planned(kind, inputs))

    def create(
        self, kind: str, urn: str, inputs: Mapping[str, Any], place: Place
    ) -> tuple[str, dict[str, Any]]:
        """Make a resource; its id and outputs.

        What a killed run made, and could not tell the engine of, is taken up instead of made again.

        Raises:
            RefusedError: when it is there already.
        """
        left = self._folder.unclaimed(urn)
        seed = left.seed if left else self._folder.seed(urn)
        identity, properties = self._settled(kind, urn, seed, inputs, place)
        if left is not None and left.id != identity:
            self._folder.remove(urn, left.id)
        elif left is None and self._folder.get(urn, identity) is not None:
            raise RefusedError(f"{kind} {identity} exists already")
        self._put(kind, urn, identity, seed, properties)
        return identity, properties

    def read(
        self, kind: str, urn: str, identity: str, inputs: Mapping[str, Any], place: Place
    ) -> tuple[str, dict[str, Any], dict[str, Any]] | None:
        """Id, inputs and outputs of a resource as AWS has it, or ``None`` when it is gone.

        Args:
            identity: its id, or what `pulumi import` takes for one of its type.
            inputs: as they were given; none when the program only looks the resource up.

        Raises:
            LookupError: for a type without a row.
        """
        aws.row(kind)
        record = self._folder.get(urn, identity)
        if record is None and not inputs:
            record = self._looked_up(kind, identity, place)
        if record is None:
            return None
        names = inputs.keys() or self._input_names(kind)
        given = {
            key: aws.as_given(kind, key, item, inputs.get(key))
            for key, item in record.properties.items()
            if key in names
        }
        return record.id, given, dict(record.properties)

    def update(
        self,
        kind: str,
        urn: str,
        identity: str,
        *,
        outputs: Mapping[str, Any],
        new: Mapping[str, Any],
        place: Place,
        preview: bool,
    ) -> dict[str, Any]:
        """Give a resource new inputs; its outputs.

        Args:
            outputs: those before.
        """
        if holds_unknown(new):
            names = ("id", *aws.row(kind).computed)
            kept = {key: outputs[key] for key in names if key in outputs}
            properties = {**kept, **managed.outputs(new, {})}
            return _foreseen(properties, outputs, aws.revised(kind, outputs, properties))
        record = self._folder.get(urn, identity)
        seed = record.seed if record else urn
        _, properties = self._settled(kind, urn, seed, new, place)
        before = record.properties if record else outputs
        moved = aws.revised(kind, before, properties)
        if preview:
            return _foreseen(properties, before, moved)
        properties |= moved
        contents = record.contents if record else ()
        self._put(kind, urn, identity, seed, properties, contents)
        return properties

    def delete(self, kind: str, urn: str, identity: str) -> None:
        """Delete a resource. One that is gone already is no error.

        Raises:
            RefusedError: when AWS would.
        """
        record = self._folder.get(urn, identity)
        if record is None or record.kept:
            return
        if is_kept(record.properties):
            self._folder.put(replace(record, kept=True))
            return
        name = urn.rpartition("::")[2]
        reason = refusal(kind, name, record.properties, record.contents)
        if reason is not None:
            raise RefusedError(reason)
        known_as = named_by(kind, record.properties)
        users = self._folder.mentioning(known_as) if known_as else ()
        if (user := holder(record, users)) is not None:
            raise RefusedError(
                f"{kind} {name} can't be deleted: {user.type} {user.urn.rpartition('::')[2]} "
                f"uses {known_as}"
            )
        self._folder.remove(urn, identity)

    def _looked_up(self, kind: str, identity: str, place: Place) -> Record | None:
        for record in self._folder.all():
            if record.type == kind and identity in {
                record.id,
                aws.import_name(kind, plain(record.properties), place),
            }:
                return record
        return None

    def _deletes_first(
        self,
        kind: str,
        urn: str,
        identity: str,
        old: Mapping[str, Any],
        new: Mapping[str, Any],
        place: Place,
    ) -> bool:
        """Whether the new resource would be in the way of the old one."""
        if lifecycle.stands_alone(kind, old, new):
            return True
        auto = aws.row(kind).name
        if auto is not None:
            same = plain(new.get(auto.property)) == plain(old.get(auto.property))
            return same and not self._names.is_chosen(kind, urn, new)
        if holds_unknown(new):
            return False
        found, _ = self._settled(kind, urn, self._folder.seed(urn), new, place)
        return found == identity

    def _settled(
        self, kind: str, urn: str, seed: str, inputs: Mapping[str, Any], place: Place
    ) -> tuple[str, dict[str, Any]]:
        name = urn.rpartition("::")[2]
        identity, computed = aws.computed(
            kind, name=name, urn=seed, inputs=plain(inputs), place=place
        )
        return identity, managed.outputs(inputs, computed)

    def _put(
        self,
        kind: str,
        urn: str,
        identity: str,
        seed: str,
        properties: Mapping[str, Any],
        contents: tuple[str, ...] = (),
    ) -> None:
        self._folder.put(
            Record(
                urn=urn,
                type=kind,
                id=identity,
                seed=seed,
                named=self._names.is_chosen(kind, urn, properties),
                properties=properties,
                contents=contents,
            )
        )

    def _input_names(self, kind: str) -> frozenset[str]:
        with self._sdk:
            arguments = arguments_class(kind)
        names = shape_of(arguments).names if arguments is not None else frozenset()
        # No input of the SDK's, but one of the provider's.
        return names | {"tagsAll"}


def _foreseen(
    properties: Mapping[str, Any], before: Mapping[str, Any], moved: Mapping[str, Any]
) -> dict[str, Any]:
    """What a preview says of the outputs that an update moves on: that they will be others."""
    stays = {name: value for name, value in moved.items() if before.get(name) == value}
    return {**properties, **dict.fromkeys(moved, UNKNOWN), **stays}
