"""What events and their parts have in common."""

from pydantic import BaseModel, ConfigDict


class Part(BaseModel):
    """Part of a room's log: never changed, and read also if a newer version wrote more into it."""

    model_config = ConfigDict(frozen=True, extra="ignore")
