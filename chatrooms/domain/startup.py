"""Why an instance cannot start, go on or be used, in words for the person who runs it."""


class CannotStart(Exception):
    """Something stands in the way; `str(error)` is one sentence that says what and what helps."""


class NotReady(Exception):
    """A server answers but cannot be used as it is; `str(error)` says why, and tells no secret."""
