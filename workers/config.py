"""Celery's options. The module is imported when the app first needs its configuration."""

from kombu.entity import Exchange, Queue

from chatrooms.broker import broker_url as _broker_url
from chatrooms.domain import jobs
from chatrooms.settings import get_settings
from workers.schedule import SCHEDULE

broker_url = _broker_url(get_settings().redis_url.get_secret_value())
broker_connection_retry_on_startup = True
broker_transport_options = {
    # Longer than any task may take: what is not acknowledged by then is delivered again.
    "visibility_timeout": 900,
    "socket_connect_timeout": 5,
}

task_default_queue = jobs.MAINTENANCE_QUEUE
task_queues = [Queue(name, Exchange(name), routing_key=name) for name in jobs.QUEUES]
task_create_missing_queues = False
task_ignore_result = True
task_store_errors_even_if_ignored = False
task_acks_late = True
# A task whose process was killed runs again; tasks are safe to repeat.
task_reject_on_worker_lost = True
task_soft_time_limit = 90  # seconds
task_time_limit = 120  # seconds
task_serializer = "json"
result_serializer = "json"
accept_content = ["json"]
worker_prefetch_multiplier = 1
worker_cancel_long_running_tasks_on_connection_loss = True
worker_hijack_root_logger = False
timezone = "UTC"
enable_utc = True
beat_schedule = SCHEDULE
