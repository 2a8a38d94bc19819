"""Every setting of the product: its name, unit, default and one sentence.

Values come from environment variables of the same name in capitals. `script/server` starts the
embedded servers and sets `DATABASE_URL`, `REDIS_URL` and `CHROMA_URL` for its children; set them
yourself to use servers of your own.
"""

from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """What an installation may choose. Built once per process by `get_settings`."""

    model_config = SettingsConfigDict(env_file=None, extra="ignore", frozen=True)

    database_url: SecretStr = Field(
        default=SecretStr(""),
        description="PostgreSQL, such as postgresql://user:password@host/name.",
    )
    redis_url: SecretStr = Field(
        default=SecretStr(""),
        description="Redis, such as redis://host:6379/0 or unix:///path/to.sock?db=0.",
    )
    chroma_url: str = Field(default="", description="Chroma over HTTP, such as http://host:8000.")
    chroma_database: str = Field(
        default="chatrooms",
        pattern=r"^[a-zA-Z0-9][a-zA-Z0-9._-]*$",
        description="Chroma's database for this installation; servers can be shared by several.",
    )
    data_dir: Path = Field(
        default=Path(),
        description="Folder of the embedded servers' data, logs, and attached files.",
    )
    public_url: str = Field(
        default="http://localhost:8000",
        description="Where people reach the product; decides cookie security and allowed origins.",
    )
    extra_origins: str = Field(
        default="",
        description="Further origins allowed to connect, separated by commas.",
    )
    trusted_proxy_hops: int = Field(
        default=0,
        ge=0,
        description="Reverse proxies in front whose X-Forwarded-For is believed.",
    )
    log_json: bool = Field(default=False, description="Write logs as JSON lines instead of text.")

    database_pool_size: int = Field(
        default=8, ge=1, description="Database connections kept by each process."
    )
    off_loop_threads: int = Field(
        default=8, ge=1, description="Threads of each web process for blocking work."
    )

    session_ttl_d: int = Field(default=30, ge=1, description="Days until a session ends by itself.")
    ticket_ttl_s: int = Field(
        default=30, ge=1, description="Seconds in which a sign-in ticket can be exchanged."
    )
    state_ttl_d: int = Field(
        default=7, ge=1, description="Days until the state of an abandoned tab is forgotten."
    )
    invitation_ttl_d: int = Field(
        default=7, ge=1, description="Days until a new invitation link expires."
    )

    max_body_chars: int = Field(default=4000, ge=1, description="Longest message, in characters.")
    toxicity_model: str = Field(
        default="",
        description="File of a moderation model of your own; its card.json beside it.",
    )
    embeddings: Literal["auto", "openai", "minilm", "lexical"] = Field(
        default="auto",
        description="What finds answers: openai or minilm by meaning, lexical by wording; or auto.",
    )
    embeddings_model: str = Field(
        default="",
        description="Model of embeddings that a server has; of OpenAI text-embedding-3-small.",
    )
    llm_model: str = Field(
        default="gpt-5-mini", description="Language model to ask, if there is a key or a base URL."
    )
    openai_api_key: SecretStr = Field(
        default=SecretStr(""),
        description="Key of OpenAI, or of another server that speaks its protocol.",
    )
    openai_base_url: str = Field(
        default="",
        description="Server that speaks OpenAI's protocol, such as http://localhost:11434/v1.",
    )
    llm_timeout_s: float = Field(
        default=30.0,
        gt=0,
        description="Seconds that the language model may be silent before it counts as away.",
    )
    llm_retries: int = Field(
        default=2, ge=0, description="Tries after the first when it is busy (429) or fails (5xx)."
    )
    llm_context_tokens: int = Field(
        default=8_000, ge=1_000, description="Tokens of the room shown to it at once, about."
    )
    llm_max_output_tokens: int = Field(
        default=1_000, ge=50, description="Longest answer of the language model, in tokens."
    )
    llm_input_price: float = Field(
        default=0.0, ge=0, description="What a million tokens shown to it cost, in US dollars."
    )
    llm_output_price: float = Field(
        default=0.0, ge=0, description="What a million tokens it writes cost, in US dollars."
    )
    agent_boosts_per_hour: int = Field(
        default=6, ge=1, description="How often moderators may have a room's agent run per hour."
    )
    assistant_requests_per_hour: int = Field(
        default=60, ge=1, description="What one account may ask of the assistant per hour."
    )
    assistant_room_requests_per_hour: int = Field(
        default=600, ge=1, description="What may be asked of it in one room per hour."
    )
    assistant_tokens_per_hour: int = Field(
        default=300_000, ge=1, description="Tokens one account may use of it per hour."
    )
    assistant_room_tokens_per_hour: int = Field(
        default=3_000_000, ge=1, description="Tokens that may be used of it in one room per hour."
    )
    messages_per_minute: int = Field(
        default=120, ge=1, description="Messages one account may post per minute."
    )
    reports_per_hour: int = Field(
        default=20, ge=1, description="Messages one account may report per hour."
    )
    marks_per_minute: int = Field(
        default=120,
        ge=1,
        description="Votes, reactions and poll votes one account may make per minute.",
    )
    sign_in_attempts_per_account: int = Field(
        default=10, ge=1, description="Failed sign-ins per account in 15 minutes."
    )
    sign_in_attempts_per_address: int = Field(
        default=50, ge=1, description="Failed sign-ins per address in 15 minutes."
    )
    sign_ups_per_address: int = Field(
        default=200, ge=1, description="New accounts per address in one hour."
    )
    rooms_per_hour: int = Field(
        default=60, ge=1, description="Rooms one account may create per hour."
    )

    max_file_mb: int = Field(default=10, ge=1, description="Largest file, in megabytes.")
    exports_per_hour: int = Field(
        default=30,
        ge=1,
        description="Moderation logs, and tables of statistics, one account may export per hour.",
    )
    uploads_per_hour: int = Field(
        default=200, ge=1, description="Files one account may upload per hour."
    )
    upload_mb_per_day: int = Field(
        default=500, ge=1, description="Megabytes one account may upload per day."
    )

    tick_ms: int = Field(
        default=30,
        ge=0,
        description="Milliseconds in which a room's events share one emit; at most 4 times that.",
    )
    heal_interval_s: float = Field(
        default=3.0,
        gt=0,
        description="Seconds between comparisons of live rooms with the database.",
    )
    presence_ttl_s: int = Field(
        default=45, ge=5, description="Seconds until a silent web process's people count as gone."
    )
    typing_ttl_s: float = Field(
        default=5.0, gt=0, description="Seconds a typing notice stays without being renewed."
    )
    assistant_lease_s: float = Field(
        default=10.0,
        gt=0,
        description="Seconds until an answer whose worker died is begun anew.",
    )


@lru_cache(maxsize=1)
def get_settings() -> Settings:
    """The settings of this process, read from its environment once."""
    return Settings()
