"""Secrets the house makes for itself: small files below ``data_dir/keys``, readable by us only."""

import os
import secrets
from pathlib import Path


def keep_secret(target: Path, secret: bytes) -> bytes:
    """Write a secret once and durably; returns the one that is kept.

    Where the file is there already it stays as it is: two processes that start at the same time share one secret.
    """
    if target.exists():
        return target.read_bytes()
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    staged = target.with_name(f".{secrets.token_hex(8)}")
    try:
        _write_new(staged, secret)
        try:
            os.link(staged, target)
        except FileExistsError:
            return target.read_bytes()
        sync_folder(target.parent)
    finally:
        staged.unlink(missing_ok=True)
    return secret


def replace_durably(target: Path, content: bytes) -> None:
    """Replace a file by one that is whole at any moment, also through a power cut."""
    staged = target.with_name(f".{secrets.token_hex(8)}")
    try:
        _write_new(staged, content)
        staged.rename(target)
        sync_folder(target.parent)
    finally:
        staged.unlink(missing_ok=True)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _write_new(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
