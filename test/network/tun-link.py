"""A link between two network namespaces that delays and loses packets, and can be cut.

Usage: tun-link.py DEVICE DEVICE MILLISECONDS LOSS SEED

Attaches to two TUN devices, which may be moved to other namespaces afterwards. Each packet leaves
MILLISECONDS after it came, but for one in 1/LOSS, chosen by SEED. A line "cut" or "heal" on standard
input turns the link off and on; each is answered with a line, and so is the start.
"""

import fcntl
import os
import select
import struct
import sys
import time

TUNSETIFF = 0x400454CA
IFF_TUN_NO_PI = 0x1001
PACKET_BYTES = 65536


def attach(name):
    device = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(device, TUNSETIFF, struct.pack("16sH", name.encode(), IFF_TUN_NO_PI))
    return device


def draws(seed):
    """Numbers from 0 to below 1: xorshift."""
    state = seed or 1
    while True:
        state ^= (state << 13) & 0xFFFFFFFF
        state ^= state >> 17
        state ^= (state << 5) & 0xFFFFFFFF
        yield state / 2**32


def main():
    one, other, milliseconds, loss, seed = sys.argv[1:]
    delay, lost, drawn = float(milliseconds) / 1000, float(loss), draws(int(seed))
    devices = [attach(one), attach(other)]
    opposite = {devices[0]: devices[1], devices[1]: devices[0]}
    # All wait as long, so that the first to come is the first to go.
    waiting = []
    is_cut = False
    print("ready", flush=True)
    while True:
        wait = max(0, waiting[0][0] - time.monotonic()) if waiting else None
        readable, _, _ = select.select([*devices, 0], [], [], wait)
        now = time.monotonic()
        while waiting and waiting[0][0] <= now:
            _, device, packet = waiting.pop(0)
            if not is_cut:
                try:
                    os.write(device, packet)
                except OSError:
                    pass
        for device in readable:
            if device == 0:
                line = sys.stdin.readline().strip()
                if line == "":
                    return
                is_cut = line == "cut"
                waiting = []
                print(line, flush=True)
                continue
            for _ in range(256):
                try:
                    packet = os.read(device, PACKET_BYTES)
                except BlockingIOError:
                    break
                if not is_cut and next(drawn) >= lost:
                    waiting.append((now + delay, opposite[device], packet))


main()
