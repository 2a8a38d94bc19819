"""Finding rooms: their vectors, the tree of topics, their words, and when they were last active."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0023"
down_revision: str | None = "0022"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_PUBLISHED = sa.text("NOT is_private AND archived_at IS NULL")
# An index that was begun before asks by itself for what changes only.
_ASK_FOR_ROOMS = """
    INSERT INTO index_requests (room_id, kind, item_id)
    SELECT id, 'room', id FROM rooms WHERE NOT is_private AND archived_at IS NULL
"""
# A generated column takes functions only that are declared immutable, as joining texts is not. What
# joins words within a text is taken out, for PostgreSQL reads `room-12` as a word and a number.
_WORDS = """
    CREATE FUNCTION room_words(name text, topic text, tags text[], description text)
    RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
        SELECT pg_catalog.setweight(pg_catalog.to_tsvector('pg_catalog.english',
                pg_catalog.translate(name, '-_./:@#+&''', '          ')), 'A')
            || pg_catalog.setweight(pg_catalog.to_tsvector('pg_catalog.english',
                pg_catalog.translate(pg_catalog.array_to_string(tags, ' '),
                    '-_./:@#+&''', '          ')), 'B')
            || pg_catalog.setweight(pg_catalog.to_tsvector('pg_catalog.english',
                pg_catalog.translate(topic, '-_./:@#+&''', '          ')), 'C')
            || pg_catalog.setweight(pg_catalog.to_tsvector('pg_catalog.english',
                pg_catalog.translate(description, '-_./:@#+&''', '          ')), 'D')
    $$
"""
_ACTIVITY = """
    INSERT INTO room_activity (room_id, active_at, counted)
    SELECT id, greatest(created_at, (
        SELECT sent_at FROM messages
        WHERE messages.room_id = rooms.id AND position IS NOT NULL
        ORDER BY position DESC LIMIT 1
    )), message_count FROM rooms
"""
_TREE: dict[str, tuple[str, ...]] = {
    "Home & garden": (
        *("Gardening", "Houseplants", "Repairs & DIY", "Interior design"),
        *("Cleaning & organising", "Pets", "Beekeeping & poultry"),
    ),
    "Food & drink": (
        *("Cooking", "Baking", "Coffee & tea", "Beer, wine & spirits"),
        *("Vegetarian & vegan", "Restaurants", "Preserving & fermenting"),
    ),
    "Technology": (
        *("Programming", "Web development", "Data science & AI", "Hardware & electronics"),
        *("Linux & self-hosting", "Security & privacy", "Phones & gadgets", "Open source"),
    ),
    "Science & nature": (
        *("Astronomy & space", "Biology & wildlife", "Birdwatching", "Chemistry"),
        *("Physics", "Mathematics", "Weather & climate", "Geology"),
    ),
    "Arts & crafts": (
        *("Drawing & painting", "Photography", "Knitting & sewing", "Woodworking"),
        *("Pottery", "Design & typography", "Architecture"),
    ),
    "Music": (
        *("Playing instruments", "Singing & choirs", "Music production", "Classical music"),
        *("Rock & pop", "Jazz & blues", "Electronic music", "Concerts & festivals"),
    ),
    "Books, film & TV": (
        *("Books & reading", "Writing", "Poetry", "Science fiction & fantasy"),
        *("Films", "Series & television", "Comics & manga", "Podcasts & radio"),
    ),
    "Games": (
        *("Video games", "Board games", "Role-playing games", "Chess"),
        *("Card games", "Puzzles & quizzes", "Game development"),
    ),
    "Sports & outdoors": (
        *("Running", "Cycling", "Hiking & climbing", "Football", "Swimming & sailing"),
        *("Gym & strength", "Winter sports", "Fishing & hunting"),
    ),
    "Health & family": (
        *("Fitness & nutrition", "Mental health", "Meditation & yoga", "Parenting"),
        *("Relationships", "Living with illness", "Ageing & care"),
    ),
    "Travel & places": (
        *("Backpacking", "City trips", "Camping & vans", "Trains & public transport"),
        *("Living abroad", "Local community", "Cars & motorcycles"),
    ),
    "Learning & languages": (
        *("Language exchange", "Study groups", "Teaching", "Exams & university"),
        *("Public speaking", "Libraries & research"),
    ),
    "Work & money": (
        *("Careers & jobs", "Freelancing", "Starting a business", "Personal finance"),
        *("Investing", "Marketing", "Remote work"),
    ),
    "Society & history": (
        *("News & politics", "History", "Philosophy", "Religion & belief"),
        *("Law", "Volunteering", "Environment & sustainability"),
    ),
    "Hobbies & chat": (
        *("Introductions", "Small talk", "Collecting", "Model making", "Cars & trains in small"),
        *("Genealogy", "Humour"),
    ),
}


def upgrade() -> None:
    """Bring the tables to this revision."""
    op.create_index(
        "index_requests_rooms",
        "index_requests",
        ["id"],
        postgresql_where=sa.text("kind = 'room'"),
    )
    op.execute(_ASK_FOR_ROOMS)
    _create_topics()
    op.add_column("rooms", sa.Column("topic_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        "rooms_topic_id_fkey", "rooms", "topics", ["topic_id"], ["id"], ondelete="SET NULL"
    )
    op.execute(_WORDS)
    op.add_column(
        "rooms",
        sa.Column(
            "search",
            postgresql.TSVECTOR(),
            sa.Computed("room_words(name, topic, tags, description)", persisted=True),
            nullable=True,
        ),
    )
    op.create_index("rooms_search", "rooms", ["search"], postgresql_using="gin")
    op.create_index("rooms_tags", "rooms", ["tags"], postgresql_using="gin")
    op.create_index("rooms_topic", "rooms", ["topic_id"])
    op.create_index("rooms_published", "rooms", [sa.text("id DESC")], postgresql_where=_PUBLISHED)
    op.create_table(
        "room_activity",
        sa.Column("room_id", sa.BigInteger(), nullable=False),
        sa.Column("active_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("counted", sa.BigInteger(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["room_id"], ["rooms.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("room_id"),
    )
    op.create_index(
        "room_activity_newest",
        "room_activity",
        [sa.text("active_at DESC"), sa.text("room_id DESC")],
    )
    op.execute(_ACTIVITY)


def _create_topics() -> None:
    op.create_table(
        "topics",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("parent_id", sa.BigInteger(), nullable=True),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["parent_id"], ["topics.id"], ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("topics_slug", "topics", ["slug"], unique=True)
    op.create_index(
        "topics_name",
        "topics",
        [sa.text("coalesce(parent_id, 0)"), sa.text("lower(name)")],
        unique=True,
    )
    add = sa.text(
        "INSERT INTO topics (parent_id, slug, name)"
        " VALUES ((SELECT id FROM topics WHERE slug = :parent), :slug, :name)"
    )
    for parent, children in _TREE.items():
        op.execute(add.bindparams(parent=None, slug=_slug(parent), name=parent))
        for child in children:
            op.execute(add.bindparams(parent=_slug(parent), slug=_slug(child), name=child))


def _slug(name: str) -> str:
    return "-".join("".join(c if c.isalnum() else " " for c in name.lower()).split())


def downgrade() -> None:
    """Take the tables back to the revision before."""
    op.drop_table("room_activity")
    op.drop_index("rooms_published", "rooms")
    op.drop_index("rooms_topic", "rooms")
    op.drop_index("rooms_tags", "rooms")
    op.drop_index("rooms_search", "rooms")
    op.drop_column("rooms", "search")
    op.execute("DROP FUNCTION room_words")
    op.drop_column("rooms", "topic_id")
    op.drop_table("topics")
    op.execute("DELETE FROM index_requests WHERE kind = 'room'")
    op.drop_index("index_requests_rooms", "index_requests")
