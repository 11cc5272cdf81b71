"""Measuring: contenders in turns within one process, and what a process of its own costs."""
import concurrent.futures
import json
import subprocess
import sys
import time
from dataclasses import dataclass


@dataclass
class Effort:
    """How long to measure: full, or quick."""
    rounds: int = 15  # at least, unless a round takes seconds
    most_rounds: int = 41
    fewest_rounds: int = 5  # however long a round takes
    seconds: float = 3.0  # for all rounds of a row
    turn: float = 0.004  # a turn repeats what is faster than this
    warm: float = 0.1  # a turn begins with a call that does not count, where it takes less than this

    @staticmethod
    def quick():
        return Effort(rounds=3, most_rounds=3, fewest_rounds=3, seconds=0.5, turn=0.001)


def seconds_of(action):
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def loop(action, count):
    for _ in range(count):
        action()


def alternate(contenders, effort, pause=0.0):
    """Seconds per call of each contender, in each round: {name: [seconds]}. `contenders` are functions by name.

    In each round each has one turn; who begins moves on by one from round to round, so that nobody always runs behind the
    same other one. `pause` is the seconds before each turn, in which the one before comes to rest.
    """
    names = list(contenders)
    for action in contenders.values():
        action()
    once = {name: seconds_of(contenders[name]) for name in names}
    a_round = sum(max(effort.turn, seconds) + (seconds < effort.warm) * seconds + pause for seconds in once.values())
    # Enough rounds for the time; at least `rounds`, unless that would be three times the time.
    count = max(effort.fewest_rounds, min(effort.rounds, int(3 * effort.seconds / a_round)),
                min(effort.most_rounds, int(effort.seconds / a_round)))
    measured = {name: [] for name in names}
    for number in range(count):
        start = number % len(names)
        for name in names[start:] + names[:start]:
            time.sleep(pause)
            measured[name].append(take_turn(contenders[name], once[name], effort))
    return measured


def take_turn(action, once, effort):
    """Seconds per call, of which `once` seconds are expected."""
    repeats = max(1, round(effort.turn / once))
    if once < effort.warm:
        action()  # what the others have put into the caches goes
    return seconds_of(lambda: loop(action, repeats)) / repeats


class Crowd:
    """Calls that several threads share: each thread has a list of its own and goes through it once."""

    def __init__(self, lists):
        self.lists = lists
        self.pool = concurrent.futures.ThreadPoolExecutor(len(lists)) if len(lists) > 1 else None

    def __call__(self):
        if self.pool is None:
            return self.work(self.lists[0])
        for future in [self.pool.submit(self.work, calls) for calls in self.lists]:
            future.result()

    @staticmethod
    def work(calls):
        for call in calls:
            call()


@dataclass
class Cost:
    """What a process of its own cost, from its start to its end."""
    seconds: float
    cpu_seconds: float
    megabytes: float  # the peak of what was in memory
    output: str


# A process that starts out small: a child's peak memory is never below what its parent had when it forked.
LAUNCHER = """
import json, os, subprocess, sys, time
start = time.perf_counter()
child = subprocess.Popen(sys.argv[1:], stdout=subprocess.PIPE)
output = child.stdout.read()
_, status, usage = os.wait4(child.pid, 0)
print(json.dumps([os.waitstatus_to_exitcode(status), time.perf_counter() - start, usage.ru_utime + usage.ru_stime,
                  usage.ru_maxrss / 1024, output.decode()]))
"""


def measure_process(*command):
    """Runs a command, which must succeed."""
    command = [str(part) for part in command]
    done = subprocess.run([sys.executable, "-c", LAUNCHER, *command], capture_output=True, text=True, check=True)
    code, *cost = json.loads(done.stdout)
    if code:
        raise RuntimeError(f"{' '.join(command)}\n{done.stderr.strip()}")
    return Cost(*cost)
