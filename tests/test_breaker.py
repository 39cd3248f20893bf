"""The circuit breaker, by a clock of its own."""

import threading

from agent.models.breaker import Breaker


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def opened(clock: Clock) -> Breaker:
    breaker = Breaker(failures=3, rest=10, clock=clock)
    for _ in range(3):
        assert breaker.admit()
        breaker.failed()
    return breaker


def test_it_opens_after_so_many_failures_in_a_row() -> None:
    breaker = Breaker(failures=3, rest=10, clock=Clock())
    for _ in range(2):
        breaker.failed()
    assert breaker.admit() and breaker.state == "closed"
    breaker.failed()
    assert not breaker.admit() and breaker.state == "open"


def test_a_success_between_failures_starts_the_count_again() -> None:
    breaker = Breaker(failures=3, rest=10, clock=Clock())
    for _ in range(10):
        breaker.failed()
        breaker.failed()
        breaker.succeeded()
    assert breaker.state == "closed"


def test_after_the_rest_one_call_tries_and_closes_it() -> None:
    clock = Clock()
    breaker = opened(clock)
    clock.now = 9.9
    assert not breaker.admit()
    clock.now = 10.0
    assert breaker.state == "half-open"
    assert [breaker.admit() for _ in range(3)] == [True, False, False]
    breaker.succeeded()
    assert breaker.admit() and breaker.state == "closed"


def test_a_try_that_fails_opens_it_again_at_once() -> None:
    clock = Clock()
    breaker = opened(clock)
    clock.now = 10.0
    assert breaker.admit()
    breaker.failed()
    clock.now = 19.9
    assert not breaker.admit()
    clock.now = 20.0
    assert breaker.admit()


def test_a_try_given_up_leaves_the_next_one_to_try() -> None:
    clock = Clock()
    breaker = opened(clock)
    clock.now = 10.0
    assert breaker.admit()
    breaker.dropped()
    assert breaker.admit()


def test_of_many_threads_one_tries() -> None:
    clock = Clock()
    breaker = opened(clock)
    clock.now = 10.0
    admitted: list[bool] = []
    threads = [threading.Thread(target=lambda: admitted.append(breaker.admit())) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(admitted) == 1
