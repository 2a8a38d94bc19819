"""Attached files: taking them in, handing them out, and clearing away what nobody attached."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import and_, delete, or_, select
from sqlmodel import col

from chatrooms.adapters import pictures
from chatrooms.adapters.file_store import FileStore, changed_before
from chatrooms.bootstrap import Deps
from chatrooms.db.engine import Transaction, transaction
from chatrooms.db.tables import Account, AttachmentRow, Message
from chatrooms.domain.errors import (
    ChatError,
    FileUnavailable,
    InvalidInput,
)
from chatrooms.domain.events import Attachment
from chatrooms.domain.files import (
    PICTURE_TYPES,
    UNKNOWN_TYPE,
    check_file_name,
    is_token,
    media_type_of,
)
from chatrooms.domain.permissions import Permission
from chatrooms.services import upload_limits
from chatrooms.services.access import access_account, access_room
from chatrooms.services.details import attachment_of

WAITING = timedelta(days=1)
"""How long an upload may wait for its message."""
_BATCH = 500


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file that the actor may have."""

    path: Path
    thumbnail: Path
    token: str
    name: str
    media_type: str
    is_picture: bool
    """Whether a browser may show it in place."""
    is_avatar: bool


def store_of(deps: Deps) -> FileStore:
    """Where this installation's files lie."""
    return FileStore(deps.settings.data_dir)


def begin_upload(deps: Deps, *, actor_id: int, room_id: object) -> tuple[Path, BinaryIO]:
    """An empty file to fill with what the actor wants to attach in the room. The caller sees to it
    that it does not grow beyond `upload_limits.max_bytes`, and removes it in the end.

    Raises: RateLimited, ServiceUnavailable; and as `access_room`.
    """
    with transaction(deps.sessions) as tx:
        access_room(tx, actor_id=actor_id, room_id=room_id, to=Permission.POST)
    upload_limits.count_upload(deps, account_id=actor_id)
    return store_of(deps).start()


def finish_upload(
    deps: Deps, *, actor_id: int, room_id: object, place: Path, name: object
) -> Attachment:
    """Keep a filled file until a message of the actor in this room carries it.

    What it is is read from its content. A picture loses its metadata and gets a small version.
    Raises: InvalidInput for an empty file and a picture with too many pixels; RateLimited beyond
    the account's daily total; and as `access_room`: the right may have gone meanwhile.
    """
    shown_name = check_file_name(name)
    with transaction(deps.sessions) as tx:
        access_room(tx, actor_id=actor_id, room_id=room_id, to=Permission.POST)
    size = place.stat().st_size
    if not size:
        raise InvalidInput("This file is empty.")
    upload_limits.count_bytes(deps, account_id=actor_id, size=size)
    media_type, picture = _look_at(place)
    row = AttachmentRow(
        token=deps.ids.token(),
        account_id=actor_id,
        name=shown_name,
        media_type=media_type,
        size=place.stat().st_size,
        width=picture.width if picture else 0,
        height=picture.height if picture else 0,
    )
    store = store_of(deps)
    try:
        with transaction(deps.sessions) as tx:
            access = access_room(tx, actor_id=actor_id, room_id=room_id, to=Permission.POST)
            row.room_id = access.room_id
            tx.add(row)
            tx.flush()
            store.keep(place, row.token, picture.thumbnail if picture else b"")
            return attachment_of(row)
    except Exception:
        store.remove([row.token])
        raise


def _look_at(place: Path) -> tuple[str, pictures.Picture | None]:
    with place.open("rb") as file:
        media_type = media_type_of(file.read(32))
    if media_type not in PICTURE_TYPES:
        return media_type, None
    picture = pictures.take_in(place)
    return (picture.media_type, picture) if picture else (UNKNOWN_TYPE, None)


def open_file(deps: Deps, *, actor_id: int, token: str) -> StoredFile:
    """A file, if the actor may have it now: an avatar for anybody with an account, the file of a
    message for those who may read its room, one that waits for its message for who uploaded it.

    Raises: FileUnavailable for whatever the reason is that it cannot be had; NotSignedIn.
    """
    with transaction(deps.sessions) as tx:
        access_account(tx, actor_id=actor_id)
        wanted = select(AttachmentRow).where(col(AttachmentRow.token) == token)
        row = tx.scalars(wanted).one_or_none() if is_token(token) else None
        if row is None or not _may_have(tx, actor_id=actor_id, row=row):
            raise FileUnavailable
    store = store_of(deps)
    path = store.path(row.token)
    if not path.is_file():
        raise FileUnavailable
    return StoredFile(
        path=path,
        thumbnail=store.thumbnail(row.token),
        token=row.token,
        name=row.name,
        media_type=row.media_type,
        is_picture=row.media_type in PICTURE_TYPES,
        is_avatar=row.is_avatar,
    )


def _may_have(tx: Transaction, *, actor_id: int, row: AttachmentRow) -> bool:
    if row.is_avatar:
        return True
    if row.message_id is None and row.account_id != actor_id:
        return False
    try:
        access = access_room(tx, actor_id=actor_id, room_id=row.room_id, to=Permission.READ)
    except ChatError:
        return False
    return (
        row.account_id == actor_id
        or _is_shown(tx, row)
        or Permission.MODERATE in access.permissions
    )


def _is_shown(tx: Transaction, row: AttachmentRow) -> bool:
    """Whether moderation lets everybody see the message of a file."""
    message = tx.get(Message, row.message_id)
    return message is not None and not message.is_held and not message.withheld


def prune(deps: Deps) -> int:
    """Remove uploads that no message took within a day, avatars that are no longer used, and what
    an upload that was cut off left behind; returns how many files of the first two."""
    before = deps.clock() - WAITING
    store = store_of(deps)
    removed = 0
    while tokens := _take_out(deps, before):
        store.remove(tokens)
        removed += len(tokens)
    for place in store.list_incoming():
        if changed_before(place, before):
            place.unlink(missing_ok=True)
    return removed


def sweep(deps: Deps) -> int:
    """Remove stored files older than a day that no row knows of, and return how many: an upload
    whose process dies between storing the file and its commit leaves one behind."""
    store = store_of(deps)
    removed = 0
    for tokens in store.list_stored(before=deps.clock() - WAITING, at_once=_BATCH):
        with transaction(deps.sessions) as tx:
            known = tx.scalars(
                select(col(AttachmentRow.token)).where(col(AttachmentRow.token).in_(tokens))
            ).all()
        unknown = tokens.difference(known)
        store.remove(unknown)
        removed += len(unknown)
    return removed


def _take_out(deps: Deps, before: datetime) -> list[str]:
    is_used = (
        select(col(Account.id)).where(col(Account.avatar) == col(AttachmentRow.token)).exists()
    )
    gone = (
        select(col(AttachmentRow.id))
        .where(
            col(AttachmentRow.message_id).is_(None),
            col(AttachmentRow.created_at) < before,
            or_(~col(AttachmentRow.is_avatar), and_(col(AttachmentRow.is_avatar), ~is_used)),
        )
        .limit(_BATCH)
    )
    with transaction(deps.sessions) as tx:
        return list(
            tx.scalars(
                delete(AttachmentRow)
                .where(col(AttachmentRow.id).in_(gone))
                .returning(col(AttachmentRow.token))
            )
        )
