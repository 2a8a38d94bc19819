"""Names of the jobs that are sent to the worker, and the queues that carry them."""

MODERATION_QUEUE = "moderation"
AI_QUEUE = "ai"
MAINTENANCE_QUEUE = "maintenance"
QUEUES = (MODERATION_QUEUE, AI_QUEUE, MAINTENANCE_QUEUE)

JUDGE = "moderation.judge"
END_TIME_OUTS = "moderation.end_time_outs"
REJUDGE = "moderation.rejudge"
TRAIN_CORRECTION = "moderation.train_correction"
TRAIN_CORRECTIONS = "moderation.train_corrections"
SUMMARISE = "summaries.summarise"
SUMMARISE_DUE = "summaries.summarise_due"
ANNOUNCE_PERSON = "maintenance.announce_person"
PRUNE = "maintenance.prune"
SWEEP_FILES = "maintenance.sweep_files"
CLOSE_POLLS = "polls.close_due"
