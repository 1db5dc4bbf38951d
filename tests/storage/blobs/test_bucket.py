"""The same store in a bucket, against moto's S3 server."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer

from config.settings import Settings
from storage.blobs.bucket import Bucket
from storage.blobs.errors import BlobCorruptError, BlobMissingError, BlobStoreError
from storage.blobs.keys import MasterKey
from storage.blobs.store import BlobStore
from storage.database import Database

LARGE = bytes(range(256)) * 40_000  # 10 MB: more than one part of an upload


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def reach(endpoint: str) -> Settings:
    return Settings(
        blob_bucket="rathaus",
        blob_endpoint=endpoint,
        blob_access_key="user",
        blob_secret_key="secret",
    )


@pytest.fixture
def client(reach: Settings) -> Iterator[object]:
    client = boto3.client(
        "s3",
        endpoint_url=reach.blob_endpoint,
        aws_access_key_id="user",
        aws_secret_access_key="secret",
        region_name="us-east-1",
    )
    client.create_bucket(Bucket="rathaus")
    yield client
    for item in client.list_objects_v2(Bucket="rathaus").get("Contents", []):
        client.delete_object(Bucket="rathaus", Key=item["Key"])
    client.delete_bucket(Bucket="rathaus")
    client.close()


@pytest.fixture
def in_bucket(client: object, reach: Settings, hands: Callable[[], datetime]) -> BlobStore:
    return BlobStore(Bucket.from_settings(reach, "rathaus"), MasterKey.generate(), hands)


@pytest.mark.parametrize("content", [b"", b"Bescheid", LARGE])
def test_what_was_put_is_read(
    in_bucket: BlobStore, sqlite_database: Database, content: bytes
) -> None:
    with sqlite_database.write() as session:
        ref = in_bucket.put(session, content)
        assert in_bucket.put(session, content) == ref
    assert in_bucket.read(ref.sha256) == content
    with in_bucket.open(ref.sha256) as stream:
        stream.seek(len(content) // 2)
        assert stream.read() == content[len(content) // 2 :]


def test_released_and_orphaned_objects_are_swept(
    in_bucket: BlobStore, sqlite_database: Database, turn: Callable[[timedelta], None]
) -> None:
    with sqlite_database.write() as session:
        ref = in_bucket.put(session, b"Bescheid")
    with sqlite_database.read() as session:
        in_bucket.put(session, "zurückgenommen".encode())
    with sqlite_database.write() as session:
        in_bucket.release(session, ref.sha256)
    turn(timedelta(hours=25))
    assert in_bucket.sweep(sqlite_database) == 2
    with pytest.raises(BlobMissingError):
        in_bucket.read(ref.sha256)


def test_a_changed_object_is_named(
    in_bucket: BlobStore, sqlite_database: Database, client: Any
) -> None:
    with sqlite_database.write() as session:
        ref = in_bucket.put(session, b"Bescheid")
    key = client.list_objects_v2(Bucket="rathaus")["Contents"][0]["Key"]
    stored = bytearray(client.get_object(Bucket="rathaus", Key=key)["Body"].read())
    stored[-1] ^= 1
    client.put_object(Bucket="rathaus", Key=key, Body=bytes(stored))
    with sqlite_database.read() as session:
        assert [(p.sha256, p.kind) for p in in_bucket.check(session)] == [(ref.sha256, "corrupt")]
    with pytest.raises(BlobCorruptError):
        in_bucket.read(ref.sha256)


def test_uploads_that_never_ended_are_given_up(reach: Settings, client: Any) -> None:
    client.create_multipart_upload(Bucket="rathaus", Key="blobs/ab/abc")
    bucket = Bucket.from_settings(reach, "rathaus")
    assert bucket.discard_staged(datetime.now(UTC) + timedelta(days=1)) == 1
    assert bucket.discard_staged(datetime.now(UTC) + timedelta(days=1)) == 0


def test_a_bucket_that_is_away_is_said_in_german(reach: Settings) -> None:
    away = Bucket.from_settings(
        reach.model_copy(update={"blob_endpoint": "http://127.0.0.1:1"}), "rathaus"
    )
    with pytest.raises(BlobStoreError, match="nicht erreichbar"):
        away.exists("ab")


def test_a_missing_bucket_is_said_in_german(reach: Settings, client: object) -> None:
    store = BlobStore(Bucket.from_settings(reach, "gibtesnicht"), MasterKey.generate())
    with store.stage(b"x") as staged, pytest.raises(BlobStoreError, match="Objektspeicher"):
        Bucket.from_settings(reach, "gibtesnicht").publish(staged.file, staged.ref.sha256)
