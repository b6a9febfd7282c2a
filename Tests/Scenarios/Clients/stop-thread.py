"""Stops one thread of a process in the middle of what it does, as a debugger would, until the process ends.

Arguments: the process, the thread's name. Says "stopped" once it holds the thread in the middle of a turn of its loop, in a call
that moves a session on; ends with 77 where the system allows no such thing.
"""
import ctypes
import os
import pathlib
import sys
import time

ATTACH, DETACH = 16, 17
ALL_KINDS = 0x40000000
# read, write, close, socket, connect, sendto, recvfrom, shutdown, setsockopt, getsockopt, epoll_ctl and accept4 of x86-64 and of
# ARM. Whoever is in none of them may be anywhere, also on the way into its wait for events, in which nobody takes it for stuck.
TURN = {
    *("0", "1", "3", "41", "42", "44", "45", "48", "54", "55", "233", "288"),
    *("63", "64", "57", "198", "203", "206", "207", "210", "208", "209", "21", "242"),
}

ptrace = ctypes.CDLL(None, use_errno=True).ptrace
ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
ptrace.restype = ctypes.c_long

process, name = sys.argv[1:]
tasks = pathlib.Path("/proc") / process / "task"
thread = next(int(task.name) for task in tasks.iterdir() if (task / "comm").read_text().strip() == name)
while True:
    if ptrace(ATTACH, thread, None, None) != 0:
        sys.exit(77)
    os.waitpid(thread, ALL_KINDS)
    try:
        call = (tasks / str(thread) / "syscall").read_text().split()[0]
    except OSError:
        sys.exit(77)
    if call in TURN:
        break
    ptrace(DETACH, thread, None, None)
    # So that it gets somewhere before it is looked at again.
    time.sleep(0.005)
print("stopped", flush=True)
os.waitpid(thread, ALL_KINDS)
