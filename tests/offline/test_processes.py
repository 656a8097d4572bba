import os
import signal
import subprocess

from offline.processes import end_session, ended, is_running, stop

# The leader of a session, and a process that it leaves behind.
PAIR = "sleep 60 & echo $!; {} sleep 60"


def pair(before: str = "exec") -> tuple[subprocess.Popen[str], int]:
    leader = subprocess.Popen(
        ["/bin/sh", "-c", PAIR.format(before)],
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert leader.stdout is not None
    with leader.stdout as said:
        return leader, int(said.readline())


def test_a_session_ends_with_all_that_its_first_process_started() -> None:
    leader, child = pair()
    stop(leader.pid, 5)
    assert leader.wait() == -signal.SIGINT
    assert ended(child, 5)


def test_one_that_does_not_listen_is_ended_after_a_while() -> None:
    leader, child = pair("trap '' INT; echo ready >&1; exec")
    stop(leader.pid, 0)
    assert leader.wait() == -signal.SIGKILL
    assert ended(child, 5)


def test_what_a_killed_process_leaves_behind_is_ended() -> None:
    leader, child = pair()
    leader.kill()
    leader.wait()
    assert is_running(child)
    end_session(leader.pid)
    assert ended(child, 5)
    assert is_running(os.getpid())
