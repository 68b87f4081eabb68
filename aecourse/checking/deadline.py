"""A time limit that stops an endless loop, in a notebook on Linux, macOS and Windows.

Where the system has an alarm and this is the main thread, the alarm interrupts even a call that waits. Elsewhere
another thread asks the interpreter to raise in this one, which happens between two steps of Python.
"""

import ctypes
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager


class TooSlowError(BaseException):
    """The time is up; no `except Exception` of a learner swallows it."""


@contextmanager
def deadline(seconds: float) -> Iterator[None]:
    """Raise TooSlowError inside the block when it has taken longer; an alarm that was set before goes on afterwards.

    Args:
        seconds: how long the block may take.

    Raises:
        TooSlowError: it took longer.
    """
    alarm = hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread()
    with _by_alarm(seconds) if alarm else _by_thread(seconds):
        yield


@contextmanager
def _by_alarm(seconds: float) -> Iterator[None]:
    over = threading.Event()

    def stop(signum: int, frame: object) -> None:
        if not over.is_set():
            raise TooSlowError

    began = time.monotonic()
    handler = signal.signal(signal.SIGALRM, stop)
    left, interval = signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        try:
            yield
        finally:  # an alarm between here and the next line still ends in the other `finally`
            over.set()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, handler)
        if left:
            signal.setitimer(signal.ITIMER_REAL, max(left - (time.monotonic() - began), 1e-3), interval)


@contextmanager
def _by_thread(seconds: float) -> Iterator[None]:
    here, lock, over = ctypes.c_ulong(threading.get_ident()), threading.Lock(), threading.Event()
    raise_in = ctypes.pythonapi.PyThreadState_SetAsyncExc

    def stop() -> None:
        with lock:
            if not over.is_set():
                raise_in(here, ctypes.py_object(TooSlowError))

    watch = threading.Timer(seconds, stop)
    watch.daemon = True
    watch.start()
    try:
        yield
    finally:
        watch.cancel()
        with lock:  # after this nothing is raised any more; what was asked for and has not happened yet is taken back
            over.set()
            raise_in(here, None)
