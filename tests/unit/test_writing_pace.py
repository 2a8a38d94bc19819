"""How often those who write in one process show something."""

from chatrooms.agents import writing


def test_few_write_at_twenty_updates_a_second_and_many_share_what_the_machine_can() -> None:
    pace = writing._Pace()
    assert pace.gap_s == writing.GAP_S
    many = 10 * writing._UPDATES_PER_S
    for _ in range(many):
        pace.join()
    assert pace.gap_s == many / writing._UPDATES_PER_S == 10
    for _ in range(many - 1):
        pace.leave()
    assert pace.gap_s == writing.GAP_S
