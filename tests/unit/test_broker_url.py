"""The broker's address in Celery's spelling."""

import re

import pytest
from celery import Celery
from redis.exceptions import RedisError

from chatrooms.broker import broker_url


@pytest.mark.parametrize(
    ("redis_url", "expected"),
    [
        ("redis://host:6379/3", "redis://host:6379/3"),
        ("rediss://:secret@host/0", "rediss://:secret@host/0"),
        ("unix:///run/a.sock?db=0", "redis+socket:///run/a.sock?virtual_host=0"),
        ("unix:///run/a.sock?db=4", "redis+socket:///run/a.sock?virtual_host=4"),
        ("unix:///run/a.sock", "redis+socket:///run/a.sock?virtual_host=0"),
    ],
)
def test_a_redis_address_names_the_same_broker(redis_url: str, expected: str) -> None:
    assert broker_url(redis_url) == expected


def test_celery_finds_the_socket_whatever_its_path_holds() -> None:
    broker = broker_url("unix:///a%20b/100%25.sock?db=2")
    with (
        Celery(broker=broker, set_as_current=False) as app,
        app.connection_for_write() as connection,
        pytest.raises(RedisError, match=re.escape("/a b/100%.sock")),
    ):
        connection.connect()
