"""Lists of words, as blocks of text."""


def words(block: str) -> list[str]:
    """The words of the block."""
    return block.split()
