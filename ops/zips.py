"""Zip files that depend on their contents alone."""

import hashlib
import zipfile
from collections.abc import Mapping
from pathlib import Path

# The earliest moment a zip can hold.
_EPOCH = (1980, 1, 1, 0, 0, 0)
_REGULAR_FILE = 0o100644 << 16
_UNIX = 3


def write_zip(path: Path, tree: Path) -> int:
    """Write every file under ``tree`` to ``path``; gives the size of the contents in bytes.

    The order, times and permissions of the entries say nothing of the machine. Neither may the
    compression: DEFLATE fixes how to unpack, not how to pack, and Python uses whatever zlib its
    machine has (zlib, zlib-ng and Apple's all write different bytes). So entries are stored as
    they are. An archive is two to three times as large for it, and Lambda has less to unpack.
    """
    files = [file for file in tree.rglob("*") if file.is_file()]
    names = sorted((file.relative_to(tree).as_posix(), file) for file in files)
    unpacked = 0
    with zipfile.ZipFile(path, "w", compression=zipfile.ZIP_STORED) as archive:
        for name, file in names:
            entry = zipfile.ZipInfo(name, date_time=_EPOCH)
            entry.create_system = _UNIX
            entry.external_attr = _REGULAR_FILE
            content = file.read_bytes()
            archive.writestr(entry, content)
            unpacked += len(content)
    return unpacked


def digest(contents: Mapping[str, bytes]) -> str:
    """Of files by their names, whatever their order."""
    whole = hashlib.sha256()
    for name, content in sorted(contents.items()):
        whole.update(f"{name}\0{len(content)}\0".encode())
        whole.update(content)
    return whole.hexdigest()


def sha256(path: Path) -> str:
    """Of a file, in hexadecimal; empty when there is none."""
    if not path.is_file():
        return ""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
