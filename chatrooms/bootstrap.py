"""Turns settings into the things that services need. The same for web, worker, tools and tests."""

import secrets
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Literal

from argon2 import PasswordHasher
from redis import Redis

from chatrooms.adapters import embeddings
from chatrooms.adapters.bus import Bus, connect_redis
from chatrooms.adapters.chat_model import ChatModels
from chatrooms.adapters.checkpoints import Checkpoints
from chatrooms.adapters.job_queue import JobQueue
from chatrooms.adapters.vectors import Vectors
from chatrooms.db.engine import Sessions, create_sessions
from chatrooms.ml.embed.embedder import Embedder
from chatrooms.ml.embed.kept import KeptVectors
from chatrooms.ml.embed.loaded import Embedding
from chatrooms.ml.loaded import Corrections, Toxicity
from chatrooms.ml.retrieve.kept import Samples
from chatrooms.settings import Settings, get_settings


def utc_now() -> datetime:
    """The time now, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Ids:
    """Where new names come from."""

    token: Callable[[], str] = lambda: secrets.token_urlsafe(32)
    client_id: Callable[[], str] = lambda: str(uuid.uuid4())


@dataclass(frozen=True, slots=True)
class Deps:
    """What a service may use. Frozen; one per process."""

    settings: Settings
    sessions: Sessions
    redis: Redis
    bus: Bus
    passwords: PasswordHasher
    jobs: JobQueue
    toxicity: Toxicity
    chat: ChatModels
    vectors: Vectors
    embedding: Embedding
    checkpoints: Checkpoints
    clock: Callable[[], datetime] = utc_now
    ids: Ids = Ids()
    corrections: Corrections = field(default_factory=Corrections)
    samples: Samples = field(default_factory=Samples)
    topic_vectors: KeptVectors = field(default_factory=KeptVectors)


def bootstrap(settings: Settings) -> Deps:
    """Fresh dependencies for these settings. Connects to nothing yet."""
    redis = connect_redis(settings.redis_url.get_secret_value())
    return Deps(
        settings=settings,
        sessions=create_sessions(
            settings.database_url.get_secret_value(), pool_size=settings.database_pool_size
        ),
        redis=redis,
        bus=Bus(redis),
        passwords=PasswordHasher(),
        jobs=JobQueue(settings.redis_url.get_secret_value()),
        toxicity=Toxicity(Path(settings.toxicity_model) if settings.toxicity_model else None),
        chat=ChatModels(settings, redis),
        vectors=Vectors(settings.chroma_url, database=settings.chroma_database),
        embedding=make_embedding(settings),
        checkpoints=Checkpoints(settings.database_url.get_secret_value()),
    )


# Choosing an embedder imports scikit-learn, for which only processes that embed should pay.
def _key(settings: Settings) -> str:
    from chatrooms.ml.embed.choose import key_of

    local = _local(settings)
    return key_of(local) if local else embeddings.key_of(settings)


def _runs_on(settings: Settings) -> str:
    from chatrooms.ml.embed.choose import runs_on

    local = _local(settings)
    return runs_on(local) if local else ""


def make_embedding(settings: Settings) -> Embedding:
    """The embedder that the settings choose, loaded when it is first asked."""
    return Embedding(
        key=lambda: _key(settings),
        make=lambda: make_embedder(settings),
        runs_on=lambda: _runs_on(settings),
    )


def make_embedder(settings: Settings) -> Embedder:
    """The embedder that the settings choose, without keeping it. Raises: ModelUnusable."""
    local = _local(settings)
    if local is None:
        return embeddings.OpenAIEmbedder(settings)
    from chatrooms.ml.embed.choose import choose_embedder

    return choose_embedder(local)


def _local(settings: Settings) -> Literal["auto", "minilm", "lexical"] | None:
    """Which embedder of this machine is chosen; None if a server is."""
    if settings.embeddings == "openai":
        return None
    is_auto = settings.embeddings == "auto"
    return None if is_auto and embeddings.is_configured(settings) else settings.embeddings


@lru_cache(maxsize=1)
def current() -> Deps:
    """This process's dependencies, built at first use so that forked workers have their own."""
    return bootstrap(get_settings())
