"""Why the moderation model cannot be used. There is no silent fallback."""


class ModelUnusable(Exception):
    """The model cannot judge; `str(error)` says why and what to do about it."""


class ModelMissing(ModelUnusable):
    """The model's file or its card is not there or cannot be read."""


class ModelMismatch(ModelUnusable):
    """The file is not the one its card describes, or was made by other versions."""


class CorpusUnusable(Exception):
    """The training data cannot be learnt from; `str(error)` says why."""
