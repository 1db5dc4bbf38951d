"""Blobs as objects of an S3-compatible bucket (RATHAUS_BLOB_BUCKET and its neighbours)."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, BinaryIO, cast

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from config.settings import Settings
from storage.blobs.errors import BlobMissingError, BlobStoreError, explained

_IN_MEMORY = 8 * 1024 * 1024


class Bucket:
    """Objects are whole or absent by S3's own rule, so staging is a temporary file here, and publishing an upload."""

    def __init__(self, client: Any, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    @classmethod
    def from_settings(cls, settings: Settings, bucket: str) -> "Bucket":
        client = boto3.client(
            "s3",
            endpoint_url=settings.blob_endpoint,
            aws_access_key_id=settings.blob_access_key,
            aws_secret_access_key=settings.blob_secret_key,
            region_name="us-east-1",  # S3-compatible stores want some region, and most take this one
            config=Config(
                connect_timeout=10,
                read_timeout=60,
                retries={"max_attempts": 3, "mode": "standard"},
                s3={"addressing_style": "path"},
            ),
        )
        return cls(client, bucket)

    @contextmanager
    def stage(self) -> Iterator[BinaryIO]:
        with tempfile.SpooledTemporaryFile(_IN_MEMORY) as file:
            yield cast("BinaryIO", file)

    def publish(self, staged: BinaryIO, name: str) -> None:
        staged.seek(0)
        with _explained(name), explained():
            self._client.upload_fileobj(staged, self._bucket, _key(name))

    def open(self, name: str) -> BinaryIO:
        """A temporary copy of the (encrypted) object: reading may start anywhere, as often as it likes."""
        file = cast("BinaryIO", tempfile.SpooledTemporaryFile(_IN_MEMORY))  # noqa: SIM115 - the reader closes it
        try:
            with _explained(name), explained():
                self._client.download_fileobj(self._bucket, _key(name), file)
            file.seek(0)
        except BaseException:
            file.close()
            raise
        return file

    def exists(self, name: str) -> bool:
        try:
            with _explained(name):
                self._client.head_object(Bucket=self._bucket, Key=_key(name))
        except BlobMissingError:
            return False
        return True

    def delete(self, name: str) -> None:
        with _explained(name):
            self._client.delete_object(Bucket=self._bucket, Key=_key(name))

    def names(self) -> Iterator[tuple[str, datetime]]:
        with _explained(""):
            for page in self._client.get_paginator("list_objects_v2").paginate(
                Bucket=self._bucket, Prefix="blobs/"
            ):
                for item in page.get("Contents", []):
                    yield item["Key"].rpartition("/")[2], item["LastModified"]

    def discard_staged(self, before: datetime) -> int:
        """Give up multipart uploads that were begun before and never ended; how many those were."""
        discarded = 0
        with _explained(""):
            uploads = self._client.list_multipart_uploads(Bucket=self._bucket).get("Uploads", [])
            for upload in uploads:
                if upload["Initiated"] < before:
                    self._client.abort_multipart_upload(
                        Bucket=self._bucket, Key=upload["Key"], UploadId=upload["UploadId"]
                    )
                    discarded += 1
        return discarded


def _key(name: str) -> str:
    return f"blobs/{name[:2]}/{name}"


@contextmanager
def _explained(name: str) -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "")
        if name and code in {"404", "NoSuchKey", "NotFound"}:
            raise BlobMissingError(name) from error
        raise BlobStoreError(f"Der Objektspeicher lehnt ab ({code}).") from error
    except BotoCoreError as error:
        raise BlobStoreError("Der Objektspeicher ist nicht erreichbar.") from error
